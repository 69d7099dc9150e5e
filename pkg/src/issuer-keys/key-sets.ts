/**
 * The keys of trusted issuers in this isolate: kept here, looked up in what isolates share, fetched from the issuer. The
 * core decides which keys it takes and how old is too old; this file decides when to ask.
 *
 * No request waits for another's fetch, because Workers do not let a promise cross requests: it would hang. Where others
 * are fetching already, a request looks again and again by a timer of its own.
 */
import type { CoreInstances } from "../instance.ts";
import { log } from "../log.ts";
import { DocumentRefused, type Fetcher, fetchDocument } from "./origin.ts";
import { type KeptKeys, type KeyStore, readStores, writeStores } from "./shared-stores.ts";

/** Whose keys the core asks for. */
export interface KeysWanted {
  readonly issuer: string;
  /** The URL of the JWK Set, where the configuration tells. */
  readonly jwksUri: string | undefined;
  /** Where else its metadata may be, in the order in which to ask. */
  readonly metadataUrls: readonly string[];
  /** `missing`: the core has none; `due`: it has some that are due; `unknownKey`: a token names one that it does not have. */
  readonly need: "missing" | "due" | "unknownKey";
  /** When those that the core has were confirmed, in seconds since the Unix epoch. */
  readonly confirmedAt: number;
}

/** What is known of them. */
export interface KeysAnswer {
  readonly keys: KeptKeys | undefined;
  /** Whether that is as the issuer has them now. */
  readonly reached: boolean;
}

/** How one request finds keys. */
export interface IssuerKeys {
  answer(wanted: KeysWanted): Promise<KeysAnswer>;
}

/** What belongs to one request. */
export interface KeysBasis {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly fetcher: Fetcher;
  readonly stores: readonly KeyStore[];
  readonly waitUntil: (work: Promise<unknown>) => void;
}

interface SourceState {
  keys?: KeptKeys;
  /** When each fetch that is under way was begun; one whose request was cancelled never says that it has ended. */
  readonly flights: Set<{ readonly begunAt: number }>;
  /** How many have ended. */
  landed: number;
  failedAt?: number;
}

/** One document has so long; in milliseconds. */
const TIMEOUT = 2_000;
/** Metadata at two places and the keys: a fetch takes no longer. */
const DOCUMENTS = 3;
/** Requests that ask the same issuer at once. */
const MAX_FLIGHTS = 2;
/** An issuer that answered or failed is not asked again sooner; in milliseconds. */
const COOLDOWN = 10_000;
/** Between two looks at what others have fetched; in milliseconds. */
const LOOK_AGAIN = 20;
/** How soon keys are due, in seconds, by what the issuer says: unless it says anything, at least and at most. */
const DUE_AFTER = { unsaid: 600, least: 60, most: 3_600 };
/** Keys that nobody has asked for so long are fetched before they serve, unless that failed a moment ago; in milliseconds. */
const OVERDUE_AFTER = (DUE_AFTER.most + DUE_AFTER.least) * 1_000;
/** Keys that are older are worth nothing to the core; in milliseconds. */
const WORTHLESS_AFTER = 24 * 60 * 60 * 1_000;

export class KeySets {
  readonly #instances: CoreInstances;
  readonly #timeout: number;
  readonly #sources = new Map<string, SourceState>();

  constructor(instances: CoreInstances, timeout = TIMEOUT) {
    this.#instances = instances;
    this.#timeout = timeout;
  }

  /** What is known of the keys that a request needs, asked for if that is necessary. */
  async answer(wanted: KeysWanted, basis: KeysBasis): Promise<KeysAnswer> {
    const state = this.#state(wanted);
    const { now } = basis;
    const { keys } = state;
    const known = keys !== undefined && now - keys.confirmedAt <= WORTHLESS_AFTER;
    if (wanted.need === "unknownKey") {
      const newer = known && Math.floor(keys.confirmedAt / 1_000) > wanted.confirmedAt;
      const justConfirmed = known && now - keys.confirmedAt < COOLDOWN;
      return newer || justConfirmed ? { keys, reached: true } : this.#awaited(state, wanted, basis);
    }
    const failedLately = state.failedAt !== undefined && now - state.failedAt < DUE_AFTER.least * 1_000;
    if (known && (now - keys.confirmedAt < OVERDUE_AFTER || failedLately)) {
      if (now >= keys.freshUntil && !this.#pauses(state, now) && this.#flights(state, now) === 0) {
        basis.waitUntil(this.#ask(state, wanted, basis));
      }
      return { keys, reached: true };
    }
    return this.#awaited(state, wanted, basis);
  }

  /** The keys as they are after this request has asked, or has seen that another one's asking has ended. */
  async #awaited(state: SourceState, wanted: KeysWanted, basis: KeysBasis): Promise<KeysAnswer> {
    if (this.#pauses(state, basis.now)) {
      return { keys: state.keys, reached: false };
    }
    const { landed } = state;
    if (this.#flights(state, basis.now) < MAX_FLIGHTS) {
      const asked = this.#ask(state, wanted, basis);
      // The keys are everybody's: they are worth having even if whoever asked has gone.
      basis.waitUntil(asked);
      await asked;
    } else {
      const end = (this.#timeout * DOCUMENTS) / LOOK_AGAIN;
      for (let look = 0; look < end && state.landed === landed; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      }
    }
    return { keys: state.keys, reached: state.landed !== landed && state.failedAt === undefined };
  }

  /** Asks what isolates share, then the issuer. Never throws. */
  async #ask(state: SourceState, wanted: KeysWanted, basis: KeysBasis): Promise<void> {
    const flight = { begunAt: basis.now };
    state.flights.add(flight);
    const source = sourceOf(wanted);
    try {
      if (state.keys === undefined) {
        const shared = await readStores(basis.stores, source, basis.now);
        if (shared !== undefined && this.#fault(shared.text) === undefined) {
          this.#take(state, shared);
          if (basis.now < shared.freshUntil) {
            delete state.failedAt;
            return;
          }
        }
      }
      const before = state.keys;
      const fetched = await this.#fetched(wanted, basis);
      this.#take(state, fetched);
      delete state.failedAt;
      // Whoever guesses key identifiers has keys fetched that are there already: nothing to write.
      if (before === undefined || before.text !== fetched.text || basis.now >= before.freshUntil) {
        basis.waitUntil(writeStores(basis.stores, source, fetched));
      }
    } catch (error) {
      state.failedAt = basis.now;
      const reason = error instanceof DocumentRefused ? error.reason : "unknown";
      log({ event: "issuer_keys_unread", issuer: wanted.issuer, reason });
    } finally {
      state.flights.delete(flight);
      state.landed += 1;
    }
  }

  async #fetched(wanted: KeysWanted, { fetcher, now }: KeysBasis): Promise<KeptKeys> {
    const url = wanted.jwksUri ?? (await this.#discovered(wanted, fetcher));
    const { text, maxAge = DUE_AFTER.unsaid } = await fetchDocument(fetcher, url, this.#timeout);
    const fault = this.#fault(text);
    if (fault !== undefined) {
      throw new DocumentRefused(fault);
    }
    const dueAfter = Math.min(Math.max(maxAge, DUE_AFTER.least), DUE_AFTER.most);
    return { text, confirmedAt: now, freshUntil: now + dueAfter * 1_000 };
  }

  /** The URL of the keys, from the first metadata that is there. */
  async #discovered({ issuer, metadataUrls }: KeysWanted, fetcher: Fetcher): Promise<string> {
    for (const url of metadataUrls) {
      const metadata = await fetchDocument(fetcher, url, this.#timeout).catch((error: unknown) => {
        if (error instanceof DocumentRefused && error.reason === "not_found") return undefined;
        throw error;
      });
      if (metadata === undefined) continue;
      const keysUrl = this.#instances.current().use((core) => core.keysUrlOf(metadata.text, issuer));
      if (keysUrl === undefined) {
        throw new DocumentRefused("metadata_refused");
      }
      return keysUrl;
    }
    throw new DocumentRefused("no_metadata");
  }

  #fault(text: string): string | undefined {
    return this.#instances.current().use((core) => core.keySetFault(text));
  }

  /** What an overtaken fetch brings is old. */
  #take(state: SourceState, keys: KeptKeys): void {
    if (state.keys === undefined || keys.confirmedAt >= state.keys.confirmedAt) {
      state.keys = keys;
    }
  }

  #pauses({ failedAt }: SourceState, now: number): boolean {
    return failedAt !== undefined && now >= failedAt && now - failedAt < COOLDOWN;
  }

  #flights({ flights }: SourceState, now: number): number {
    for (const flight of flights) {
      if (now - flight.begunAt > this.#timeout * DOCUMENTS) flights.delete(flight);
    }
    return flights.size;
  }

  #state(wanted: KeysWanted): SourceState {
    const source = sourceOf(wanted);
    let state = this.#sources.get(source);
    if (state === undefined) {
      // Issuers are those of configurations, so there are few.
      state = { flights: new Set(), landed: 0 };
      this.#sources.set(source, state);
    }
    return state;
  }
}

function sourceOf({ issuer, jwksUri }: KeysWanted): string {
  return `${issuer} ${jwksUri ?? ""}`;
}

/**
 * A key-value store as Workers KV is at its worst, in virtual time: several places that hear of a write at different
 * moments, caches that remember what is there and what is not, an older value that comes back for a while, one write a
 * second for a key, and errors, silence, halves and leftovers. Chance decides all of it, so a seed repeats it.
 */
import type { Random } from "../support/random.ts";
import type { VirtualClock } from "./clock.ts";

/** What can go wrong with a read. */
export type ReadFault = "429" | "500" | "503" | "hangs" | "slow" | "truncated" | "old";
/** What can go wrong with a write; a `lost_reply` took effect, a `late` one does when its writer has given it up. */
export type WriteFault = "429" | "500" | "503" | "hangs" | "late" | "lost_reply";

export const READ_FAULTS: readonly ReadFault[] = ["429", "500", "503", "hangs", "slow", "truncated", "old"];
export const WRITE_FAULTS: readonly WriteFault[] = ["429", "500", "503", "hangs", "late", "lost_reply"];

/** A time of trouble. */
export interface Trouble<Fault> {
  /** From when and until when; milliseconds since the Unix epoch. */
  readonly from: number;
  readonly until: number;
  /** How many of the operations meet it. */
  readonly chance: number;
  readonly faults: readonly Fault[];
  /** Only in this place. */
  readonly place?: number;
  /** Only under keys that begin so. */
  readonly prefix?: string;
}

export interface KvOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly places: number;
  /** How long a write takes to be known in another place, in seconds. */
  readonly lag: { readonly least: number; readonly most: number };
}

/** One write, or the removal of a key. */
interface Write {
  readonly value: string | null;
  readonly at: number;
  /** When each place hears of it. */
  readonly arrives: readonly number[];
}

interface Cached {
  readonly value: string | null;
  readonly at: number;
}

/** KV refuses a shorter `cacheTtl`; in seconds. */
const SMALLEST_CACHE_TTL = 30;
const DEFAULT_CACHE_TTL = 60;
/** Between two writes of a key; in milliseconds. */
const BETWEEN_WRITES = 1_000;
/** Machines of one place, each with a cache of its own. */
const MACHINES = 2;
/** How often a machine asks where an older value is still to be had, while a write is on its way. */
const OSCILLATION = 0.25;
/** A read that is slow, and a write that is late, take so long; in milliseconds. */
const SLOW = { least: 200, most: 8_000 };
const LATE = { least: 6_000, most: 55_000 };

export class SimulatedKv {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #places: number;
  readonly #lag: KvOptions["lag"];
  readonly #writes = new Map<string, Write[]>();
  readonly #caches: Map<string, Cached>[][];
  readonly readTroubles: Trouble<ReadFault>[] = [];
  readonly writeTroubles: Trouble<WriteFault>[] = [];
  /** How many faults were met. */
  faults = 0;
  /** How many writes came too soon after another of their key. */
  tooSoon = 0;

  constructor({ clock, random, places, lag }: KvOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#places = places;
    this.#lag = lag;
    this.#caches = Array.from({ length: places }, () => Array.from({ length: MACHINES }, () => new Map<string, Cached>()));
  }

  /** The binding of an isolate in that place. `met` hears of every fault that its reads meet. */
  at(place: number, met: (fault: ReadFault) => void = () => undefined): KvReader {
    return {
      get: async (key, { cacheTtl = DEFAULT_CACHE_TTL } = {}) => {
        if (cacheTtl < SMALLEST_CACHE_TTL) {
          throw new Error(`KV GET failed: 400 Invalid cache_ttl of ${cacheTtl}. Cache TTL must be at least ${SMALLEST_CACHE_TTL}.`);
        }
        const fault = this.#met(this.readTroubles, key, place);
        if (fault === undefined) return this.#read(place, key, cacheTtl);
        met(fault);
        return this.#failingRead(fault, place, key, cacheTtl);
      },
    };
  }

  /** The binding of a writer. */
  readonly writer: KvWriter = {
    put: (key, value) => this.#write(key, value),
    delete: (key) => this.#write(key, null),
  };

  /** What is there, whoever has heard of it; as if it had always been so everywhere. */
  settle(key: string, value: string): void {
    this.#writes.set(key, [{ value, at: 0, arrives: Array.from({ length: this.#places }, () => 0) }]);
  }

  /** When each value of a key was written, in the order in which they were. */
  history(key: string): readonly { readonly value: string | null; readonly at: number }[] {
    return this.#writes.get(key) ?? [];
  }

  /** How long after a write nobody reads anything older any more, where nothing goes wrong; in seconds. */
  staleness(cacheTtl = SMALLEST_CACHE_TTL): number {
    return this.#lag.most + cacheTtl;
  }

  #read(place: number, key: string, cacheTtl: number): string | null {
    const { now } = this.#clock;
    const cache = this.#random.one(this.#caches[place] as [Map<string, Cached>]);
    const cached = cache.get(key);
    if (cached !== undefined && now - cached.at < cacheTtl * 1_000) return cached.value;
    const value = this.#fetched(place, key);
    cache.set(key, { value, at: now });
    return value;
  }

  /** What a machine without a cache is told. */
  #fetched(place: number, key: string): string | null {
    const { now } = this.#clock;
    const writes = this.#writes.get(key) ?? [];
    let known = writes.length - 1;
    while (known >= 0 && (writes[known]?.arrives[place] ?? Infinity) > now) known -= 1;
    const underWay = (index: number): boolean => now < (writes[index]?.at ?? 0) + this.#lag.most * 1_000;
    while (underWay(known) && this.#random.chance(OSCILLATION)) known -= 1;
    return writes[known]?.value ?? null;
  }

  async #failingRead(fault: ReadFault, place: number, key: string, cacheTtl: number): Promise<string | null> {
    switch (fault) {
      case "hangs":
        return new Promise(() => undefined);
      case "slow":
        await this.#clock.pause(this.#random.whole(SLOW.least, SLOW.most));
        return this.#read(place, key, cacheTtl);
      case "truncated": {
        const value = this.#read(place, key, cacheTtl);
        return value && value.slice(0, this.#random.whole(0, value.length - 1));
      }
      case "old": {
        const heard = (this.#writes.get(key) ?? []).filter(({ arrives }) => (arrives[place] ?? Infinity) <= this.#clock.now);
        return heard[this.#random.whole(0, heard.length - 1)]?.value ?? null;
      }
      default:
        throw new Error(`KV GET failed: ${fault}`);
    }
  }

  async #write(key: string, value: string | null): Promise<void> {
    const last = this.#writes.get(key)?.at(-1);
    if (last !== undefined && this.#clock.now - last.at < BETWEEN_WRITES) {
      this.tooSoon += 1;
      throw new Error("KV PUT failed: 429 Too Many Requests");
    }
    const fault = this.#met(this.writeTroubles, key, undefined);
    switch (fault) {
      case undefined:
        return this.#commit(key, value);
      case "hangs":
        return new Promise(() => undefined);
      case "late":
        await this.#clock.pause(this.#random.whole(LATE.least, LATE.most));
        return this.#commit(key, value);
      case "lost_reply":
        this.#commit(key, value);
        throw new Error("KV PUT failed: the connection is gone");
      default:
        throw new Error(`KV PUT failed: ${fault}`);
    }
  }

  #commit(key: string, value: string | null): void {
    const { now } = this.#clock;
    const { least, most } = this.#lag;
    const arrives = Array.from({ length: this.#places }, () => now + this.#random.whole(least * 1_000, most * 1_000));
    const writes = this.#writes.get(key) ?? [];
    writes.push({ value, at: now, arrives });
    this.#writes.set(key, writes);
  }

  #met<Fault>(troubles: readonly Trouble<Fault>[], key: string, place: number | undefined): Fault | undefined {
    const { now } = this.#clock;
    for (const trouble of troubles) {
      const here = place === undefined || trouble.place === undefined || trouble.place === place;
      if (!here || now < trouble.from || now >= trouble.until || !key.startsWith(trouble.prefix ?? "")) continue;
      if (!this.#random.chance(trouble.chance)) continue;
      this.faults += 1;
      return trouble.faults[this.#random.whole(0, trouble.faults.length - 1)];
    }
    return undefined;
  }
}

/** What gates and issuers read by. */
export interface KvReader {
  get(key: string, options?: { cacheTtl?: number }): Promise<string | null>;
}

/** What directories write by. */
export interface KvWriter {
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * A tenant's published configuration in this isolate: read from KV, compiled by the core, read again in the background.
 * The core decides what is acceptable and how old is too old; this file carries bytes and remembers.
 */
import type { Fault, GateDecision, LoadOutcome, TenantHandle } from "../wasm/full_types.js";
import type { CoreExports, CoreInstance, CoreInstances } from "./instance.ts";
import { log } from "./log.ts";

/** Where published records are read. A Workers KV namespace is one. */
export interface ConfigurationSource {
  get(key: string, options?: { cacheTtl?: number }): Promise<string | null>;
}

/** No configuration can be used now. It answers 503: nothing is known against the request. */
export class ConfigurationUnavailable extends Error {
  override readonly name = "ConfigurationUnavailable";
}

/** In characters. A token has 8 KiB at most; a longer field is white space for the most part, and would fill the memory. */
const MAX_REMEMBERED = 8 * 1_024 + 64;

/** A public key as the platform imported it. */
export interface ImportedKey {
  readonly algorithm: string;
  readonly cryptoKey: CryptoKey;
}

/** A tenant's configuration, compiled in one instance of the core. */
export class LoadedTenant {
  readonly instance: CoreInstance;
  readonly handle: TenantHandle;
  readonly version: number;
  /** Whether the tenant's directory makes its keys. */
  readonly managesKeys: boolean;
  /** Of the keys that the directory published; 0 without any. */
  readonly keysVersion: number;
  /** By the core's number of key and algorithm; those of other issuers by algorithm and JWK, with a space between. */
  readonly keys = new Map<number | string, ImportedKey>();
  /** The numbers under which the core knows the tokens of `Authorization` fields; the oldest first. */
  readonly numbers = new Map<string, number>();
  /** Decisions that the core may say are to be repeated, by the remainder of the token's number. */
  readonly kept: (GateDecision | undefined)[];
  #buffer = new Uint8Array();
  #holders = 0;
  #retired = false;

  constructor(instance: CoreInstance, handle: TenantHandle) {
    this.instance = instance;
    this.handle = handle;
    this.version = handle.version;
    this.managesKeys = handle.managesKeys;
    this.keysVersion = handle.keysVersion;
    this.kept = new Array<undefined>(instance.use((core) => core.TenantHandle.knownTokens())).fill(undefined);
  }

  /** Where the core reads a request. A memory that has grown is another one. */
  buffer({ memory }: CoreExports): Uint8Array {
    if (this.#buffer.buffer !== memory.buffer) {
      this.#buffer = new Uint8Array(memory.buffer, this.handle.bufferAddress(), this.handle.bufferLength());
    }
    return this.#buffer;
  }

  /** From now on the core knows the token of this `Authorization` field by this number. */
  remember(authorization: string, number: number): void {
    if (authorization.length > MAX_REMEMBERED) {
      return;
    }
    const { numbers, kept } = this;
    numbers.set(authorization, number);
    if (numbers.size > kept.length) {
      // The core has forgotten the oldest, too.
      for (const [oldest] of numbers) {
        numbers.delete(oldest);
        break;
      }
    }
  }

  /** Keeps the handle alive until the answer is called. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      this.#freeIfUnused();
    };
  }

  /** A newer configuration has taken over: the memory goes when nobody holds it any more. */
  retire(): void {
    this.#retired = true;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (this.#retired && this.#holders === 0 && this.instance.alive) {
      this.instance.use(() => this.handle.free());
    }
  }
}

interface TenantState {
  text: TenantText;
  loaded: LoadedTenant;
  /** Milliseconds since the Unix epoch, of the last read that confirmed or replaced the configuration. */
  confirmedAt: number;
  /** Milliseconds since the Unix epoch, of the last read that was begun. */
  readAt: number;
}

/** A configuration as it was read. */
interface TenantText {
  record: string;
  /** The keys that the directory published; `null` where there are none. */
  keys: string | null;
}

interface HostState {
  tenantId: string;
  /** Milliseconds since the Unix epoch, of the last read that found the host. */
  confirmedAt: number;
  /** Milliseconds since the Unix epoch, of the last read that was begun. */
  readAt: number;
}

/** KV's smallest `cacheTtl`, in seconds. */
const CACHE_TTL = 30;
/** A read that takes longer counts as failed; in milliseconds. */
const READ_TIMEOUT = 2_000;
/** A second read is begun no sooner; in milliseconds. */
const READ_COOLDOWN = 10_000;
/**
 * The core's words for a configuration that can be used as it is, that is to be read again, beside the request or first,
 * and that decides nothing.
 */
const FRESH = 0;
const STALE = 1;
const OVERDUE = 2;
const EXPIRED = 3;
/** Hosts remembered in an isolate. */
const MAX_HOSTS = 1_000;

export class Configuration {
  readonly #instances: CoreInstances;
  readonly #tenants = new Map<string, TenantState>();
  readonly #hosts = new Map<string, HostState>();

  constructor(instances: CoreInstances) {
    this.#instances = instances;
  }

  /** The tenant that owns `hostname`, `undefined` where nobody does. There is no default tenant. */
  async tenantOfHost(
    source: ConfigurationSource,
    hostname: string,
    secretKeys: string | undefined,
    now: number,
    waitUntil: (work: Promise<unknown>) => void,
  ): Promise<string | undefined> {
    const known = this.#hosts.get(hostname);
    if (known === undefined || freshnessOf(known, this.#instances.current(), now) === EXPIRED) {
      return this.#readHost(source, hostname, secretKeys, now);
    }
    // Hosts seldom move, and KV itself answers from its cache for as long.
    if (now - known.confirmedAt >= CACHE_TTL * 1_000 && now - known.readAt >= READ_COOLDOWN) {
      known.readAt = now;
      waitUntil(this.#readHost(source, hostname, secretKeys, now).catch(() => undefined));
    }
    return known.tenantId;
  }

  /** The same where nothing is to be read for it, not even beside the request. */
  tenantOfHostNow(hostname: string, now: number): string | undefined {
    const known = this.#hosts.get(hostname);
    const isConfirmed = known !== undefined && now >= known.confirmedAt && now - known.confirmedAt < CACHE_TTL * 1_000;
    return isConfirmed ? known.tenantId : undefined;
  }

  /** The same without reading, of a host that a request has come by. */
  knownTenantOfHost(hostname: string): string | undefined {
    return this.#hosts.get(hostname)?.tenantId;
  }

  /** What a host was said to lead to is forgotten where there is no such tenant: half an identifier looks like a whole one. */
  forgetHost(hostname: string, tenantId: string): void {
    if (this.#hosts.get(hostname)?.tenantId === tenantId && !this.#tenants.has(tenantId)) {
      this.#hosts.delete(hostname);
    }
  }

  async #readHost(
    source: ConfigurationSource,
    hostname: string,
    secretKeys: string | undefined,
    now: number,
  ): Promise<string | undefined> {
    const tenantId = await read(source, `host/${hostname}`);
    if (tenantId === null) {
      this.#hosts.delete(hostname);
      return undefined;
    }
    const known = this.#hosts.get(hostname);
    if (known !== undefined && known.tenantId !== tenantId) {
      await this.#checkMove(source, hostname, tenantId, secretKeys, now);
    }
    if (this.#hosts.size >= MAX_HOSTS) {
      this.#hosts.clear();
    }
    this.#hosts.set(hostname, { tenantId, confirmedAt: now, readAt: now });
    return tenantId;
  }

  /** A host that is known moves only to a tenant that says so itself: the entry is plain text, which may be damaged. */
  async #checkMove(
    source: ConfigurationSource,
    hostname: string,
    tenantId: string,
    secretKeys: string | undefined,
    now: number,
  ): Promise<void> {
    await this.tenant(source, tenantId, secretKeys, now, () => undefined);
    const { record = "{}" } = this.#tenants.get(tenantId)?.text ?? {};
    const { hosts = [] } = JSON.parse(record) as { hosts?: string[] };
    if (!hosts.includes(hostname)) {
      log({ event: "host_refused", tenant: tenantId });
      throw new ConfigurationUnavailable(`the tenant does not name the host that leads to it: ${tenantId}`);
    }
  }

  /**
   * The configuration of a tenant. A stale one is used while a newer one is read beside the request; where nobody asked
   * for a while, the first who does waits for it. No request waits for another's read, because Workers do not let a
   * promise cross requests.
   */
  async tenant(
    source: ConfigurationSource,
    tenantId: string,
    secretKeys: string | undefined,
    now: number,
    waitUntil: (work: Promise<unknown>) => void,
  ): Promise<LoadedTenant> {
    const state = this.#tenants.get(tenantId);
    if (state === undefined) {
      return this.reread(source, tenantId, secretKeys, now);
    }
    const instance = this.#instances.current();
    const freshness = freshnessOf(state, instance, now);
    if (freshness === EXPIRED) {
      return this.reread(source, tenantId, secretKeys, now);
    }
    if (state.loaded.instance !== instance) {
      // The instance that had compiled it trapped. The text is still good.
      const outcome = load(instance, state.text, tenantId, undefined, secretKeys);
      if (outcome.type !== "loaded") {
        throw new ConfigurationUnavailable("the configuration cannot be loaded again");
      }
      state.loaded = new LoadedTenant(instance, outcome.tenant);
    }
    if ((freshness === STALE || freshness === OVERDUE) && now - state.readAt >= READ_COOLDOWN) {
      const { loaded } = state;
      const newer = this.reread(source, tenantId, secretKeys, now).catch(() => loaded);
      if (freshness === OVERDUE) {
        return newer;
      }
      waitUntil(newer);
    }
    return state.loaded;
  }

  /** Whether the configuration of a tenant can be used as it is, with nothing to be read, not even beside the request. */
  isFresh(tenantId: string, now: number): boolean {
    const state = this.#tenants.get(tenantId);
    const instance = this.#instances.current();
    return state !== undefined && state.loaded.instance === instance && freshnessOf(state, instance, now) === FRESH;
  }

  /** The configuration in force, which is not freed before it is released. */
  hold(tenantId: string): { tenant: LoadedTenant; release: () => void } {
    const state = this.#tenants.get(tenantId);
    if (state === undefined) {
      throw new ConfigurationUnavailable(`no configuration is loaded: ${tenantId}`);
    }
    return { tenant: state.loaded, release: state.loaded.hold() };
  }

  /** Whether a read for something unknown may be begun; each isolate asks no more than once in a while. */
  mayReread(tenantId: string, now: number): boolean {
    const state = this.#tenants.get(tenantId);
    return state === undefined || now - state.readAt >= READ_COOLDOWN;
  }

  /** Reads the tenant's record and takes it over unless it is broken or older than the one in force. */
  async reread(
    source: ConfigurationSource,
    tenantId: string,
    secretKeys: string | undefined,
    now: number,
  ): Promise<LoadedTenant> {
    const before = this.#tenants.get(tenantId);
    if (before !== undefined) {
      before.readAt = now;
    }
    const [record, keys] = await this.#records(source, tenantId);
    const instance = this.#instances.current();
    const state = this.#tenants.get(tenantId);
    const text = { record: record ?? "", keys };
    if (record === null) {
      return this.#lastGood(tenantId, state, instance, now, "no configuration is published");
    }
    if (state !== undefined && sameText(state.text, text) && state.loaded.instance === instance) {
      state.confirmedAt = Math.max(state.confirmedAt, now);
      return state.loaded;
    }
    const outcome = load(instance, text, tenantId, state?.loaded, secretKeys);
    switch (outcome.type) {
      case "loaded": {
        const loaded = new LoadedTenant(instance, outcome.tenant);
        if (state !== undefined && loaded.managesKeys && loaded.keysVersion < state.loaded.keysVersion) {
          loaded.retire();
          return this.#lastGood(tenantId, state, instance, now, "the published keys are not there");
        }
        this.#tenants.set(tenantId, { text, loaded, confirmedAt: now, readAt: now });
        state?.loaded.retire();
        return loaded;
      }
      case "older":
        log({ event: "configuration_older", tenant: tenantId, version: outcome.version });
        return this.#lastGood(tenantId, state, instance, now, "the published configuration is older than the last one");
      case "broken":
        log({ event: "configuration_broken", tenant: tenantId, faults: outcome.faults satisfies Fault[] });
        return this.#lastGood(tenantId, state, instance, now, "the published configuration is broken");
    }
  }

  /** The tenant's record, and that of its keys where its directory manages them: known from last time, or from it. */
  async #records(source: ConfigurationSource, tenantId: string): Promise<[string | null, string | null]> {
    const keysKey = `tenant/${tenantId}/keys`;
    const known = this.#tenants.get(tenantId)?.loaded.managesKeys;
    if (known === true) {
      return Promise.all([read(source, `tenant/${tenantId}`), read(source, keysKey)]);
    }
    const record = await read(source, `tenant/${tenantId}`);
    const managed = record !== null && this.#instances.current().use((core) => core.managesKeys(record));
    return [record, managed ? await read(source, keysKey) : null];
  }

  #lastGood(
    tenantId: string,
    state: TenantState | undefined,
    instance: CoreInstance,
    now: number,
    problem: string,
  ): LoadedTenant {
    if (state === undefined || state.loaded.instance !== instance || freshnessOf(state, instance, now) === EXPIRED) {
      throw new ConfigurationUnavailable(`${problem}: ${tenantId}`);
    }
    return state.loaded;
  }
}

function freshnessOf({ confirmedAt }: { confirmedAt: number }, instance: CoreInstance, now: number): number {
  const age = Math.max(0, (now - confirmedAt) / 1_000);
  return instance.use((core) => core.freshness(age));
}

function load(
  instance: CoreInstance,
  { record, keys }: TenantText,
  tenantId: string,
  inForce: LoadedTenant | undefined,
  secretKeys: string | undefined,
): LoadOutcome {
  const symmetric = secretKeys === undefined ? undefined : symmetricKeys(secretKeys);
  const { version = 0, keysVersion = 0 } = inForce ?? {};
  return instance.use((core) =>
    core.TenantHandle.load(record, tenantId, version, symmetric, keys, keys === null ? 0 : keysVersion),
  );
}

function sameText(one: TenantText, other: TenantText): boolean {
  return one.record === other.record && one.keys === other.keys;
}

/** The symmetric keys of a JWK Set; private keys have no business in the core. */
export function symmetricKeys(jwks: string): string | undefined {
  let symmetric: JsonWebKey[];
  try {
    const { keys } = JSON.parse(jwks) as { keys: JsonWebKey[] };
    symmetric = keys.filter((key) => key.kty === "oct");
  } catch {
    // The error of `JSON.parse` quotes what it read, and that is a secret.
    throw new ConfigurationUnavailable("the secret keys are no JWK Set");
  }
  return symmetric.length === 0 ? undefined : JSON.stringify({ keys: symmetric });
}

/** Reads a record; a store that fails, or takes too long, throws `ConfigurationUnavailable`. */
export async function read(source: ConfigurationSource, key: string): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConfigurationUnavailable("reading the configuration takes too long")), READ_TIMEOUT);
  });
  try {
    return await Promise.race([source.get(key, { cacheTtl: CACHE_TTL }), timeout]);
  } catch (cause) {
    throw cause instanceof ConfigurationUnavailable
      ? cause
      : new ConfigurationUnavailable("the configuration cannot be read", { cause });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What this isolate knows of tenants' lists of revocations: read from KV, judged by the core. A list outlives the
 * configurations of its tenant. The core decides what is acceptable and how old is too old.
 */
import type { ListError, RevocationsHandle } from "../wasm/full_types.js";
import { type ConfigurationSource, type LoadedTenant, read } from "./configuration.ts";
import type { CoreInstance, CoreInstances } from "./instance.ts";
import { log } from "./log.ts";
import type { SituationBasis } from "./options.ts";

/** A list is read again beside requests after this time; in milliseconds. */
const REFRESH_AFTER = 10_000;
/**
 * A request that needs a newer list does not read what was read so shortly before; in milliseconds. Where that reading
 * failed, the next comes after the usual time: a store that is down must not hold up every request.
 */
const REPEAT_AFTER = 1_000;

interface ListState {
  instance: CoreInstance;
  handle: RevocationsHandle;
  /** The records that the core took, for another instance of it. */
  readonly taken: { head?: { text: string | null; now: number }; shards: Map<number, string> };
  /** Milliseconds since the Unix epoch, of the last read that was begun; `undefined` for none. */
  begunAt?: number;
  /** Milliseconds since the Unix epoch, of the last read that came to an end; `undefined` for none. */
  endedAt?: number;
  /** Whether that one failed. */
  failed?: boolean;
}

export class RevocationLists {
  readonly #instances: CoreInstances;
  readonly #lists = new Map<string, ListState>();
  readonly #honouring = new WeakMap<LoadedTenant, RevocationsHandle>();

  constructor(instances: CoreInstances) {
    this.#instances = instances;
  }

  /**
   * Reads the tenant's list beside the request, if it is time. Answers how this request can wait for a newer list: for
   * its own read and for no other's, because Workers do not let a promise cross requests.
   */
  begin(basis: SituationBasis): () => Promise<void> {
    const state = this.#state(basis.tenantId);
    let own: Promise<void> | undefined;
    if (state !== undefined && elapsed(state.begunAt, basis.now) >= REFRESH_AFTER) {
      own = this.#read(state, basis);
      basis.waitUntil(own);
    }
    return async () => {
      const pause = state?.failed === true ? REFRESH_AFTER : REPEAT_AFTER;
      if (state !== undefined && own === undefined && elapsed(state.endedAt, basis.now) >= pause) {
        own = this.#read(state, basis);
      }
      await own;
    };
  }

  /** From now on, decisions under this configuration honour the tenant's list. */
  honour(tenantId: string, tenant: LoadedTenant): void {
    const handle = this.#state(tenantId)?.handle;
    if (handle !== undefined && this.#honouring.get(tenant) !== handle) {
      tenant.instance.use(() => tenant.handle.honour(handle));
      this.#honouring.set(tenant, handle);
    }
  }

  /** What is known of a tenant's list, in the instance of the core that is in use. */
  #state(tenantId: string): ListState | undefined {
    const instance = this.#instances.current();
    const known = this.#lists.get(tenantId);
    if (known?.instance === instance) {
      return known;
    }
    const handle = instance.use((core) => core.RevocationsHandle.of(tenantId));
    if (handle === undefined) {
      return undefined;
    }
    if (known === undefined) {
      const state = { instance, handle, taken: { shards: new Map<number, string>() } };
      this.#lists.set(tenantId, state);
      return state;
    }
    // The instance that knew the list trapped. What was read is still true.
    const { head, shards } = known.taken;
    instance.use(() => {
      if (head !== undefined) handle.takeHead(head.text ?? undefined, head.now);
      shards.forEach((text, index) => handle.takeShard(index, text));
    });
    known.instance = instance;
    known.handle = handle;
    return known;
  }

  /** Reads head and missing shards. Never throws: how old the list is tells what it is worth. */
  async #read(state: ListState, { tenantId, source, now }: SituationBasis): Promise<void> {
    state.begunAt = now;
    try {
      const key = state.instance.use(() => state.handle.headKey());
      const head = await read(source, key);
      const missing = state.instance.use(() => {
        const seconds = Math.floor(now / 1_000);
        const problem = state.handle.takeHead(head ?? undefined, seconds);
        if (problem === undefined) {
          state.taken.head = { text: head, now: seconds };
        } else {
          refused(tenantId, key, problem);
        }
        return state.handle.missingShards();
      });
      await Promise.all(missing.map((index) => this.#readShard(state, tenantId, source, index)));
      state.failed = false;
    } catch (error) {
      state.failed = true;
      log({ event: "revocations_unread", tenant: tenantId, reason: error instanceof Error ? error.name : "unknown" });
    } finally {
      state.endedAt = now;
    }
  }

  async #readShard(state: ListState, tenantId: string, source: ConfigurationSource, index: number): Promise<void> {
    const key = state.instance.use(() => state.handle.shardKey(index));
    const text = await read(source, key);
    const problem = state.instance.use(() => state.handle.takeShard(index, text ?? undefined));
    if (problem !== undefined) {
      refused(tenantId, key, problem);
    } else if (text !== null) {
      state.taken.shards.set(index, text);
    }
  }
}

function elapsed(since: number | undefined, now: number): number {
  // A clock that went back says nothing, so it is time.
  return since === undefined || since > now ? Infinity : now - since;
}

function refused(tenant: string, key: string, reason: ListError): void {
  log({ event: "revocations_refused", tenant, key, reason });
}

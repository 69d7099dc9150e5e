/** What gate and issuer are told about their platform. */
import type { PlainResponse } from "../wasm/full_types.js";
import { Configuration, ConfigurationUnavailable, type ConfigurationSource, type LoadedTenant } from "./configuration.ts";
import { CoreTrap, type CoreInstances } from "./instance.ts";
import { log } from "./log.ts";

/** The part of an execution context that Audgate uses. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** Options that gate and issuer share. */
export interface PlatformOptions<Env> {
  /**
   * The tenant, where it is known. Otherwise the request's host decides: `host/{hostname}` in the configuration. An
   * unknown host is refused with 421, and `X-Forwarded-Host` is never looked at.
   */
  tenant?: string | ((env: Env) => string | undefined);
  /** Where published configuration is read; the KV binding `CONFIG` of `env` unless said otherwise. */
  config?: (env: Env) => ConfigurationSource;
  /**
   * Secret keys as a JWK Set in JSON: private keys with which the issuer signs, and the symmetric keys that a
   * configuration names. The secret `SIGNING_KEYS` of `env` unless said otherwise.
   */
  secretKeys?: (env: Env) => string | undefined;
  /** The clock, in milliseconds since the Unix epoch. */
  now?: () => number;
}

interface ConventionalEnv {
  CONFIG?: ConfigurationSource;
  SIGNING_KEYS?: string;
}

/** What is known of a request before the core sees it. */
export interface Situation {
  readonly tenantId: string;
  readonly tenant: LoadedTenant;
  /** To be called once the tenant's configuration is no longer used for this request. */
  readonly release: () => void;
  /** The read of a newer configuration that this request has begun; no other request may wait for it. */
  readonly refreshing: Promise<unknown> | undefined;
  readonly source: ConfigurationSource;
  readonly secretKeys: string | undefined;
  readonly now: number;
}

/** What is known of a request before its tenant's configuration is there. */
export interface SituationBasis {
  readonly tenantId: string;
  readonly source: ConfigurationSource;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** A request that falls under no tenant's configuration, and what it is answered. */
export class Unplaced {
  readonly reason: string;
  readonly response: PlainResponse;

  constructor(status: number, reason: string) {
    this.reason = reason;
    this.response = parts(status, { reason });
  }
}

/** The worker was deployed without something that it needs. */
export class Misconfigured extends Error {
  override readonly name = "Misconfigured";
}

/** Finds out which tenant's configuration a request falls under. */
export class Platform<Env> {
  readonly configuration: Configuration;
  readonly #options: PlatformOptions<Env>;
  readonly #hosts = new Hosts();

  constructor(instances: CoreInstances, options: PlatformOptions<Env>) {
    this.configuration = new Configuration(instances);
    this.#options = options;
  }

  /**
   * The situation of a request, if it falls under a tenant; at once where nothing has to be read. `beside` is called once
   * the tenant is known, to begin what need not wait for its configuration.
   */
  situation(
    request: { readonly url: string },
    env: Env,
    context: Context,
    beside?: (basis: SituationBasis) => void,
  ): Situation | Unplaced | Promise<Situation | Unplaced> {
    const host = this.#hosts.of(request.url);
    if (host === undefined) {
      return new Unplaced(400, "malformed_url");
    }
    const now = this.#now();
    const conventional = (env ?? {}) as ConventionalEnv;
    const source = this.#options.config === undefined ? conventional.CONFIG : this.#options.config(env);
    const secretKeys =
      this.#options.secretKeys === undefined ? conventional.SIGNING_KEYS : this.#options.secretKeys(env);
    if (source === undefined) {
      throw new Misconfigured("there is no KV binding `CONFIG`, and no option `config` names another");
    }
    const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
    const named = this.#tenantId(env);
    const tenantId = named ?? this.configuration.tenantOfHostNow(host, now);
    if (tenantId !== undefined && this.configuration.isFresh(tenantId, now)) {
      beside?.({ tenantId, source, now, waitUntil });
      const { tenant, release } = this.configuration.hold(tenantId);
      return { tenantId, tenant, release, refreshing: undefined, source, secretKeys, now };
    }
    return this.#prepared(host, named, { source, secretKeys, now, waitUntil }, beside);
  }

  /** The same where something has to be read. */
  async #prepared(
    host: string,
    named: string | undefined,
    { source, secretKeys, now, waitUntil }: Omit<SituationBasis, "tenantId"> & Pick<Situation, "secretKeys">,
    beside: ((basis: SituationBasis) => void) | undefined,
  ): Promise<Situation | Unplaced> {
    const tenantId = named ?? (await this.configuration.tenantOfHost(source, host, secretKeys, now, waitUntil));
    if (tenantId === undefined) {
      return new Unplaced(421, "unknown_host");
    }
    beside?.({ tenantId, source, now, waitUntil });
    let refreshing: Promise<unknown> | undefined;
    try {
      await this.configuration.tenant(source, tenantId, secretKeys, now, (work) => {
        refreshing = work;
        waitUntil(work);
      });
    } catch (error) {
      this.configuration.forgetHost(host, tenantId);
      throw error;
    }
    // Another request may have brought a newer configuration and let the older one go, so what is held is asked for now.
    return { tenantId, ...this.configuration.hold(tenantId), refreshing, source, secretKeys, now };
  }

  /**
   * The configuration in force, for a request that was decided about before: nothing is read for it. To be released like
   * that of a situation. Throws `ConfigurationUnavailable` where there is none any more.
   */
  again(request: { readonly url: string }, env: Env): Pick<Situation, "tenantId" | "tenant" | "release" | "now"> {
    const tenantId = this.knownTenantId(request, env);
    if (tenantId === undefined) {
      throw new ConfigurationUnavailable("the tenant of the host is not known any more");
    }
    return { tenantId, ...this.configuration.hold(tenantId), now: this.#now() };
  }

  /** The tenant of a request, as far as that is known without reading. */
  knownTenantId(request: { readonly url: string }, env: Env): string | undefined {
    const host = this.#hosts.of(request.url);
    return this.#tenantId(env) ?? (host === undefined ? undefined : this.configuration.knownTenantOfHost(host));
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #tenantId(env: Env): string | undefined {
    const { tenant } = this.#options;
    return typeof tenant === "function" ? tenant(env) : tenant;
  }
}

/**
 * Runs `work`; what cannot be decided now is 503, never a grant and never a 401. Nothing is thrown: a worker that passes
 * exceptions through would let the request go on to the origin.
 */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T | Response> {
  try {
    return await work();
  } catch (error) {
    const { status, headers, body } = unavailable(error);
    return new Response(body, { status, headers });
  }
}

/** The answer where `error` keeps from deciding, which the log is told. */
export function unavailable(error: unknown): PlainResponse {
  log({ event: "unavailable", ...described(error) });
  return CANNOT_DECIDE_NOW;
}

const CANNOT_DECIDE_NOW = parts(503, { error: "temporarily_unavailable", reason: "cannot_decide_now" }, { "retry-after": "1" });

/** A refusal that the platform gives before the core is asked. */
export function plain(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}

/** The same as plain data. */
function parts(status: number, body: object, headers: Record<string, string> = {}): PlainResponse {
  const fields = { "content-type": "application/json", "cache-control": "no-store", ...headers };
  return { status, headers: Object.entries(fields), body: JSON.stringify(body) };
}

/**
 * The beginning of a URL as runtimes write it, before the first slash behind it. What a URL can look like besides, such as
 * with other slashes, has more than one beginning.
 */
const BEGINNING = /^https?:\/\/[a-z0-9.:[\]-]{1,262}$/;
const MAX_HOSTS = 1_000;

/** Names of hosts by the beginnings of URLs: to read a whole URL takes longer than to decide. */
class Hosts {
  readonly #known = new Map<string, string>();

  /** The host name in `url`; `undefined` for what is no URL. */
  of(url: string): string | undefined {
    const end = url.indexOf("/", "https://".length);
    const beginning = end < 0 ? url : url.slice(0, end);
    const known = this.#known.get(beginning);
    if (known !== undefined) {
      return known;
    }
    if (!URL.canParse(url)) {
      return undefined;
    }
    const { hostname } = new URL(url);
    if (BEGINNING.test(beginning)) {
      if (this.#known.size >= MAX_HOSTS) {
        this.#known.clear();
      }
      this.#known.set(beginning, hostname);
    }
    return hostname;
  }
}

/** What the log may say of an error: the message of one that is not ours could quote input. */
function described(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) {
    return { reason: "unknown" };
  }
  const ours = error instanceof CoreTrap || error instanceof ConfigurationUnavailable || error instanceof Misconfigured;
  const cause = error.cause instanceof Error ? error.cause.name : undefined;
  return { reason: error.name, message: ours ? error.message : undefined, cause };
}

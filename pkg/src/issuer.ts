/** The authorization server as a handler. */
import type { IssuerAnswer, RequestHead } from "../wasm/full_types.js";
import { response } from "./access.ts";
import { type BindingOptions, type Bindings, bindings } from "./bindings.ts";
import { type Means, perform } from "./effects/perform.ts";
import { Signers } from "./effects/signers.ts";
import { within } from "./deadline.ts";
import { drive } from "./exchange.ts";
import type { Handler } from "./gate.ts";
import type { CoreInstances } from "./instance.ts";
import { log } from "./log.ts";
import { type Context, orUnavailable, plain, Platform, type PlatformOptions, type Situation, Unplaced } from "./options.ts";

/** A directory that takes longer is asked again by the next request; in milliseconds. */
const ENSURE_WAITS = 1_000;
/** Where the description of the API is. */
const OPENAPI_PATH = "/v1/openapi.json";
/** Of a body, in octets. */
const FIRST_BUFFER = 16_384;

/** Options of {@link Issuer}. */
export type IssuerOptions<Env> = PlatformOptions<Env> & BindingOptions<Env>;

/**
 * The authorization server of a tenant: `/oidc/token`, `/oidc/jwks`, the discovery documents of RFC 8414 and OpenID
 * Connect, resource metadata of RFC 9728, and `/healthz`. Any other path is 404.
 */
export type Issuer = <Env, C extends Context>(options?: IssuerOptions<Env>) => Handler<Env, C>;

export function issuerWith(instances: CoreInstances): Issuer {
  return (options = {}) => {
    const platform = new Platform(instances, options);
    const signers = new Signers();
    const ensured = new Ensured();
    let checkedMasterKey: string | undefined;
    return {
      fetch: (request, env, context) =>
        orUnavailable(async () => {
          // Before a configuration is held: an option of the deployment may throw.
          const own = bindings(env, options);
          if (own.masterKey !== checkedMasterKey) {
            checkedMasterKey = own.masterKey;
            reportFault(own.masterKey, instances);
          }
          const situation = await platform.situation(request, env, context);
          if (situation instanceof Unplaced) {
            return response(situation.response);
          }
          await ensured.in(situation.tenantId, own);
          const { pathname, search } = new URL(request.url);
          if (pathname === "/healthz" && (await hasKeys(platform, situation))) {
            situation.release();
            return plain(200, { status: "ok", tenant: situation.tenantId, version: situation.tenant.version });
          }
          const means: Means = {
            source: situation.source,
            secretKeys: situation.secretKeys,
            signers,
            bindings: own,
            waitUntil: (work) => context.waitUntil(work),
          };
          if (pathname === "/healthz") {
            const asked = new Request(new URL("/oidc/jwks", request.url));
            await answered(asked, "/oidc/jwks", "", situation, means).finally(situation.release);
            return plain(503, { status: "starting", reason: "no_signing_keys_published" }, { "retry-after": "1" });
          }
          if (pathname === OPENAPI_PATH) {
            const path = "/.well-known/oauth-authorization-server";
            const asked = new Request(new URL(path, request.url));
            const metadata = await answered(asked, path, "", situation, means).finally(situation.release);
            // Few ask for it, so nobody else loads it.
            const { issuerOf, openApiResponse } = await import("./openapi/endpoint.ts");
            return openApiResponse(request.method, issuerOf(metadata));
          }
          const answer = await answered(request, pathname, search, situation, means).finally(situation.release);
          if (answer === "unreadable") {
            return plain(400, { error: "invalid_request", error_description: "the request body cannot be read" });
          }
          if (answer === null) {
            return plain(404, { reason: "no_such_endpoint" });
          }
          if (answer.reason !== null) {
            log({ event: "issuer_refusal", tenant: situation.tenantId, path: pathname, reason: answer.reason });
          }
          return response(answer.response);
        }),
    };
  };
}

/** Whether gates can know the tenant's keys. A new tenant whose directory makes them has none before the first request. */
async function hasKeys<Env>({ configuration }: Platform<Env>, situation: Situation): Promise<boolean> {
  const { tenant, tenantId, source, secretKeys, now } = situation;
  if (!tenant.managesKeys || tenant.keysVersion > 0) {
    return true;
  }
  return (await configuration.reread(source, tenantId, secretKeys, now)).keysVersion > 0;
}

/**
 * Has the directory of a tenant publish its list of revocations, empty as it may be, before anything is issued that could
 * be revoked. Once in an isolate is enough, because a directory that publishes goes on doing so.
 */
class Ensured {
  readonly #tenants = new Set<string>();

  /** Waits for the directory once in an isolate; without one, or while it does not answer, requests go on. */
  async in(tenantId: string, { objects }: Bindings): Promise<void> {
    if (objects.directory === undefined || this.#tenants.has(tenantId)) {
      return;
    }
    const ensure = JSON.stringify({ command: { type: "ensure", tenant_id: tenantId } });
    try {
      const reply = await within(objects.directory.getByName(tenantId).turn(ensure), ENSURE_WAITS);
      if ((JSON.parse(reply) as { type?: unknown }).type === "done") {
        this.#tenants.add(tenantId);
        return;
      }
    } catch {
      // The next request tries again.
    }
    log({ event: "revocations_not_ensured", tenant: tenantId });
  }
}

/** A secret that cannot be read counts as absent, so somebody has to be told. */
function reportFault(masterKey: string | undefined, instances: CoreInstances): void {
  const fault = masterKey === undefined ? undefined : instances.current().use((core) => core.masterKeyFault(masterKey));
  if (fault !== undefined) {
    log({ event: "master_key_unreadable", hint: "the secret `MASTER_KEY` is no list of master keys", fault });
  }
}

async function answered(
  request: Request,
  path: string,
  search: string,
  { tenant, now }: Situation,
  means: Means,
): Promise<IssuerAnswer | "unreadable"> {
  const { instance } = tenant;
  const limit = instance.use((core) => core.maxBodyLength(path));
  // A body that breaks off is the caller's fault, whatever the platform throws.
  const body = await bounded(request, limit).catch(() => undefined);
  if (body === undefined) {
    return "unreadable";
  }
  const exchange = instance.use(() =>
    tenant.handle.answerIssuerRequest(
      JSON.stringify(head(request, path, search)),
      body,
      means.bindings.masterKey,
      Math.floor(now / 1_000),
    ),
  );
  return drive<IssuerAnswer>(instance, exchange, (effect) => perform(effect, means));
}

/** What the core reads of a request besides its body. */
function head(request: Request, path: string, search: string): RequestHead {
  const field = (name: string): string | null => request.headers.get(name);
  return {
    method: request.method,
    path,
    query: search.slice(1),
    content_type: field("content-type"),
    authorization: field("authorization"),
    dpop: field("dpop"),
    cookie: field("cookie"),
    origin: field("origin"),
    sec_fetch_site: field("sec-fetch-site"),
    // Only the platform sets this one; `X-Forwarded-For` is anybody's.
    address: field("cf-connecting-ip") ?? "",
    if_match: field("if-match"),
    idempotency_key: field("idempotency-key"),
    request_id: field("cf-ray") ?? crypto.randomUUID(),
  };
}

/** The first `limit + 1` octets of the body: enough for the core to see that it is too long. */
async function bounded(request: Request, limit: number): Promise<Uint8Array> {
  // Browsers without streaming request bodies have no `body` at all; nobody sends them more than they made themselves.
  if (!request.body) {
    return new Uint8Array(await request.arrayBuffer()).subarray(0, limit + 1);
  }
  // It grows with what comes: a limit of megabytes must not cost them for a body of a few octets.
  let body = new Uint8Array(Math.min(FIRST_BUFFER, limit + 1));
  let length = 0;
  const reader = request.body.getReader();
  while (length <= limit) {
    const { done, value } = await reader.read();
    if (done) {
      return body.slice(0, length);
    }
    const part = value.subarray(0, limit + 1 - length);
    if (length + part.length > body.length) {
      const larger = new Uint8Array(Math.min(limit + 1, Math.max(2 * body.length, length + part.length)));
      larger.set(body);
      body = larger;
    }
    body.set(part, length);
    length += part.length;
  }
  await reader.cancel();
  return body;
}

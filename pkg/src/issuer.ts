/** The authorization server as a handler. */
import type { Effect, IssuerAnswer } from "../wasm/full_types.js";
import { read } from "./configuration.ts";
import { drive, type Reply } from "./exchange.ts";
import { type Handler, response } from "./gate.ts";
import type { CoreInstances } from "./instance.ts";
import { log } from "./log.ts";
import { type Context, orUnavailable, plain, Platform, type PlatformOptions, type Situation } from "./options.ts";
import { importKey, sign } from "./signatures.ts";

/** Options of {@link Issuer}. */
export type IssuerOptions<Env> = PlatformOptions<Env>;

/**
 * The authorization server of a tenant: `/oidc/token`, `/oidc/jwks`, the discovery documents of RFC 8414 and OpenID
 * Connect, resource metadata of RFC 9728, and `/healthz`. Any other path is 404.
 */
export type Issuer = <Env, C extends Context>(options?: IssuerOptions<Env>) => Handler<Env, C>;

export function issuerWith(instances: CoreInstances): Issuer {
  return (options = {}) => {
    const platform = new Platform(instances, options);
    const signers = new Signers();
    return {
      fetch: (request, env, context) =>
        orUnavailable(async () => {
          const situation = await platform.situation(request, env, context);
          if (situation instanceof Response) {
            return situation;
          }
          const { pathname, search } = new URL(request.url);
          if (pathname === "/healthz") {
            situation.release();
            return plain(200, { status: "ok", tenant: situation.tenantId, version: situation.tenant.version });
          }
          const answer = await answered(request, pathname, search, situation, signers).finally(situation.release);
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

async function answered(
  request: Request,
  path: string,
  search: string,
  situation: Situation,
  signers: Signers,
): Promise<IssuerAnswer | "unreadable"> {
  const { tenant, source, secretKeys, now } = situation;
  const { instance } = tenant;
  const limit = instance.use((core) => core.maxBodyLength());
  // A body that breaks off is the caller's fault, whatever the platform throws.
  const body = await bounded(request, limit).catch(() => undefined);
  if (body === undefined) {
    return "unreadable";
  }
  const exchange = instance.use(() =>
    tenant.handle.answerIssuerRequest(
      request.method,
      path,
      search.slice(1),
      request.headers.get("content-type"),
      request.headers.get("authorization"),
      body,
      Math.floor(now / 1_000),
    ),
  );
  return drive<IssuerAnswer>(instance, exchange, async (effect: Effect): Promise<Reply> => {
    switch (effect.type) {
      case "read":
        return { type: "value", value: await read(source, effect.key) };
      case "sign": {
        const key = await signers.key(secretKeys, effect.kid, effect.algorithm);
        return key === undefined
          ? { type: "unavailable" }
          : { type: "signature", signature: await sign(key, effect.algorithm, effect.message) };
      }
      case "verify":
        return { type: "unavailable" };
    }
  });
}

/** The first `limit + 1` octets of the body: enough for the core to see that it is too long. */
async function bounded(request: Request, limit: number): Promise<Uint8Array> {
  // Browsers without streaming request bodies have no `body` at all; nobody sends them more than they made themselves.
  if (!request.body) {
    return new Uint8Array(await request.arrayBuffer()).subarray(0, limit + 1);
  }
  const body = new Uint8Array(limit + 1);
  let length = 0;
  const reader = request.body.getReader();
  while (length < body.length) {
    const { done, value } = await reader.read();
    if (done) {
      return body.slice(0, length);
    }
    const part = value.subarray(0, body.length - length);
    body.set(part, length);
    length += part.length;
  }
  await reader.cancel();
  return body;
}

/** Private keys as the platform imported them: not extractable, kept while the secret that held them is the same. */
class Signers {
  #secretKeys: string | undefined;
  readonly #keys = new Map<string, CryptoKey>();

  async key(secretKeys: string | undefined, kid: string, algorithm: string): Promise<CryptoKey | undefined> {
    if (secretKeys === undefined) {
      log({ event: "no_signing_keys", hint: "the secret `SIGNING_KEYS` is not set" });
      return undefined;
    }
    if (this.#secretKeys !== secretKeys) {
      this.#secretKeys = secretKeys;
      this.#keys.clear();
    }
    const known = this.#keys.get(kid);
    if (known !== undefined) {
      return known;
    }
    const { keys } = JSON.parse(secretKeys) as { keys: (JsonWebKey & { kid?: string })[] };
    const jwk = keys.find((candidate) => candidate.kid === kid);
    if (jwk === undefined) {
      log({ event: "no_signing_key", kid });
      return undefined;
    }
    const key = await importKey(jwk, algorithm, "sign");
    // The secret may have been replaced meanwhile; this request goes on with the one it began with.
    if (this.#secretKeys === secretKeys) {
      this.#keys.set(kid, key);
    }
    return key;
  }
}

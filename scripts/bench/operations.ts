/**
 * What is measured: Audgate and jose doing the same work on the same tokens. jose gets keys imported beforehand and the
 * same checks (algorithm, type, issuer, audience, times, required claims); Audgate decides a whole request, rule and
 * scopes included.
 */
import { type JWK, SignJWT, importJWK, jwtVerify } from "jose";
import { instantiate } from "../../pkg/wasm/full.js";
import { instantiate as instantiateGate } from "../../pkg/wasm/gate.js";
import { Configuration, type ImportedKey, LoadedTenant } from "../../pkg/src/configuration.ts";
import { decide, type RequestParts } from "../../pkg/src/decision.ts";
import { CoreInstances, type Instantiate } from "../../pkg/src/instance.ts";
import { issuerWith } from "../../pkg/src/issuer.ts";
import type { VerifySynchronously } from "../../pkg/src/signatures.ts";

/** What both runtimes are given: published records, secret keys, credentials. */
export interface Bench {
  records: Record<string, string>;
  secretKeys: string;
  /** How many resources the tenants of `sized` have, and their records. */
  sizes: number[];
  sized: Record<string, string>[];
  client: { id: string; secret: string };
  /** By algorithm, the resource whose tokens are signed with it. */
  resources: Record<string, string>;
  issuer: string;
}

/** The package's wasm, compiled. */
export interface Modules {
  gate: WebAssembly.Module;
  full: WebAssembly.Module;
}

export const TOKENS = 256;
/** Fresh configurations in a round: 256 tokens alone would pass too quickly to be timed from outside. */
export const REPETITIONS = 8;
/** As many tokens as the gate remembers. */
const REMEMBERED = 1_024;
const TENANT = "bench";

type Sign = (jti: string) => Promise<string>;

/** The operations of one algorithm, prepared and ready to be repeated. */
export class Operations {
  /** The gate is the package's `audgate/gate`, the issuer is `audgate`, each as it is deployed. */
  readonly #gate: CoreInstances;
  readonly #full: CoreInstances;
  readonly #bench: Bench;
  #tokens: string[] = [];
  #requests: RequestParts[] = [];
  #tenants: LoadedTenant[] = [];
  #sized: LoadedTenant[] = [];
  #key: CryptoKey | Uint8Array | undefined;
  #sign: Sign | undefined;
  #issue: (() => Promise<string>) | undefined;
  #algorithm = "";
  readonly #remembered = new Map<string, Verified>();

  constructor(modules: Modules, bench: Bench, verifySynchronously?: VerifySynchronously) {
    this.#gate = new CoreInstances(modules.gate, instantiateGate as Instantiate, verifySynchronously);
    this.#full = new CoreInstances(modules.full, instantiate);
    this.#bench = bench;
  }

  /** Makes the tokens of `algorithm` and imports the keys; nothing of this is measured. */
  async prepare(algorithm: string): Promise<void> {
    const { records, secretKeys, resources, issuer, client } = this.#bench;
    const { keys } = JSON.parse(secretKeys) as { keys: (JWK & { kid: string })[] };
    const jwk = keys.find((key) => key.alg === algorithm);
    const resource = resources[algorithm];
    if (jwk === undefined || resource === undefined) {
      throw new TypeError(`no key or resource for ${algorithm}`);
    }
    const signingKey = await importJWK(jwk, algorithm);
    this.#algorithm = algorithm;
    this.#remembered.clear();
    this.#key = await importJWK(publicPart(jwk), algorithm);
    this.#sign = (jti) =>
      new SignJWT({ client_id: client.id, scope: "things:read", tid: TENANT, app_id: "app" })
        .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: jwk.kid })
        .setIssuer(issuer)
        .setSubject(client.id)
        .setAudience(resource)
        .setJti(jti)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(signingKey);
    const sign = this.#sign;
    this.#tokens = await Promise.all(Array.from({ length: TOKENS }, (_, index) => sign(`jti-${index}`)));
    this.#requests = this.#tokens.map((token) => ({
      method: "GET",
      url: `${resource}/42`,
      headers: new Map([["authorization", `Bearer ${token}`]]) as unknown as RequestParts["headers"],
    }));
    for (const { headers } of this.#requests) {
      const { get } = headers;
      headers.get = (name) => get.call(headers, name) ?? null;
    }
    const source = { get: async (key: string) => records[key] ?? null };
    const server = issuerWith(this.#full)({ tenant: TENANT, config: () => source, secretKeys: () => secretKeys });
    const authorization = `Basic ${btoa(`${client.id}:${client.secret}`)}`;
    this.#issue = async () => {
      const body = new URLSearchParams({ grant_type: "client_credentials", resource, scope: "things:read" });
      const request = new Request(`${issuer}/oidc/token`, { method: "POST", body, headers: { authorization } });
      const response = await server.fetch(request, {}, { waitUntil: () => undefined });
      return ((await response.json()) as { access_token: string }).access_token;
    };
    this.#tenants = [];
    await this.forget();
    await this.run("audgate-verify", 1);
    await this.run("jose-verify", 1);
    if (!(await this.#issue()).includes(".")) {
      throw new TypeError("the issuer issued nothing");
    }
  }

  /** Loads the tenants of different sizes. */
  async grow(): Promise<void> {
    for (const records of this.#bench.sized) {
      const source = { get: async (key: string) => records[key] ?? null };
      this.#sized.push(await new Configuration(this.#gate).reread(source, TENANT, this.#bench.secretKeys, Date.now()));
    }
  }

  /** Loads the configuration anew, as often as tokens are to be verified for the first time in a round. */
  async forget(): Promise<void> {
    const { records, secretKeys } = this.#bench;
    const source = { get: async (key: string) => records[key] ?? null };
    const keys = this.#tenants[0]?.keys ?? new Map<number | string, ImportedKey>();
    for (const tenant of this.#tenants) {
      tenant.retire();
    }
    this.#tenants = [];
    for (let index = 0; index < REPETITIONS; index += 1) {
      const tenant = await new Configuration(this.#gate).reread(source, TENANT, secretKeys, Date.now());
      // Public keys are imported once for a configuration; neither side is measured doing it.
      for (const [name, key] of keys) {
        tenant.keys.set(name, key);
      }
      this.#tenants.push(tenant);
    }
  }

  /** Performs an operation `count` times, over the tokens in turn. */
  async run(operation: string, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const at = index % TOKENS;
      switch (operation) {
        case "audgate-verify":
          await this.#decide(this.#requests[at], this.#tenants[Math.floor(index / TOKENS) % REPETITIONS]);
          break;
        case "jose-verify":
          await this.#verify(this.#tokens[at]);
          break;
        case "map-verify":
          await this.#verifyRemembered(this.#tokens[at]);
          break;
        case "few":
        case "many":
          await this.#decide(this.#requests[at], this.#sized[operation === "few" ? 0 : 1]);
          break;
        case "audgate-issue":
          await this.#issue?.();
          break;
        case "jose-issue":
          await this.#sign?.(`jti-${index}`);
          break;
        default:
          throw new TypeError(`no operation ${operation}`);
      }
    }
  }

  async #decide(request: RequestParts | undefined, tenant: LoadedTenant | undefined): Promise<void> {
    if (request === undefined || tenant === undefined) {
      throw new TypeError("not prepared");
    }
    const decision = await decide(request, tenant, Date.now(), false);
    if (decision.type !== "allow") {
      throw new TypeError(`a good token was refused: ${JSON.stringify(decision)}`);
    }
  }

  /** jose behind a map of the same size as the gate's, from which expired tokens are taken. */
  async #verifyRemembered(token: string | undefined): Promise<Verified> {
    const known = this.#remembered.get(token ?? "");
    if (known !== undefined && (known.payload.exp ?? 0) > Date.now() / 1_000) {
      return known;
    }
    const verified = await this.#verify(token);
    this.#remembered.set(token ?? "", verified);
    if (this.#remembered.size > REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value ?? "");
    }
    return verified;
  }

  async #verify(token: string | undefined): Promise<Verified> {
    if (token === undefined || this.#key === undefined) {
      throw new TypeError("not prepared");
    }
    return jwtVerify(token, this.#key, {
      algorithms: [this.#algorithm],
      typ: "at+jwt",
      issuer: this.#bench.issuer,
      audience: this.#bench.resources[this.#algorithm] ?? "",
      requiredClaims: ["sub", "client_id", "iat", "exp", "jti"],
      clockTolerance: 10,
    });
  }
}

type Verified = Awaited<ReturnType<typeof jwtVerify>>;

function publicPart({ kty, crv, x, y, n, e, k }: JWK): JWK {
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e, k }).filter(([, value]) => value !== undefined)) as JWK;
}

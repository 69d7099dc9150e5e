/** Clients of the demo as `openid-client` drives them, with every check that the library can make. */
import { importJWK } from "jose";
import * as client from "openid-client";
import { clientKeyOf, document, records, secretOf, type Entry, type TenantDocument } from "./demo.ts";
import { UserAgent } from "./user_agent.ts";
import type { RunningWorker } from "./worker.ts";

/** The ways to authenticate, and a client of the demo that logs users in with each. */
export const CLIENTS = {
  client_secret_basic: "orders-backend",
  client_secret_post: "orders-backend",
  private_key_jwt: "shop-service",
  none: "shop-web",
} as const;

export type Method = keyof typeof CLIENTS;
export const METHODS = Object.keys(CLIENTS) as Method[];
/** Those by which a client shows more than its name. */
export const CONFIDENTIAL = METHODS.filter((method) => method !== "none");

/** How a client authenticates by `method`. */
export async function authentication(method: Method, options?: client.ModifyAssertionOptions): Promise<client.ClientAuth> {
  const id = CLIENTS[method];
  switch (method) {
    case "client_secret_basic":
      return client.ClientSecretBasic(secretOf(id));
    case "client_secret_post":
      return client.ClientSecretPost(secretOf(id));
    case "private_key_jwt": {
      const { kid, alg, ...jwk } = clientKeyOf(id);
      return client.PrivateKeyJwt({ key: (await importJWK(jwk, alg)) as CryptoKey, kid }, options);
    }
    case "none":
      return client.None();
  }
}

/** The client of `method`, which has found the issuer by discovery and checks the signature of ID tokens. */
export async function discovered(
  worker: RunningWorker,
  method: Method,
  metadata: Partial<client.ClientMetadata> = {},
  options?: client.ModifyAssertionOptions,
): Promise<client.Configuration> {
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  const authenticated = await authentication(method, options);
  return client.discovery(new URL(worker.origin), CLIENTS[method], metadata, authenticated, { execute });
}

/** An authorization request, and what its client keeps until the answer. */
export interface Begun {
  parameters: Record<string, string>;
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce: string };
}

/** A request for `scope` with PKCE, state and nonce. */
export async function begun(worker: RunningWorker, scope: string, others: Record<string, string> = {}): Promise<Begun> {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const parameters = {
    redirect_uri: `${worker.origin}/demo/callback`,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...others,
  };
  return { parameters, checks };
}

export type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

/** Logs a user in through `configuration`, from the authorization request to the tokens. */
export async function loggedIn(
  worker: RunningWorker,
  configuration: client.Configuration,
  { scope = "openid offline_access", resource, agent = new UserAgent(worker), email }: {
    scope?: string;
    /** The name of a resource of the demo; the default resource where there is none. */
    resource?: string;
    agent?: UserAgent;
    email?: string;
  } = {},
): Promise<Tokens> {
  const others = resource === undefined ? {} : { resource: `${worker.origin}/demo/${resource}` };
  const { parameters, checks } = await begun(worker, scope, others);
  const answer = await agent.authorize(client.buildAuthorizationUrl(configuration, parameters), email);
  return client.authorizationCodeGrant(configuration, answer, checks);
}

/** The demo's records with the tenant's own signatures, ID tokens among them, by `alg`, and what `change` does besides. */
export function signingBy(alg: string, change: (tenant: TenantDocument, port: number) => void = () => undefined) {
  return (port: number): Entry[] => {
    const tenant = document(port);
    tenant["settings"] = { ...(tenant["settings"] as object), access_token_signing_alg: alg };
    change(tenant, port);
    return records(tenant);
  };
}

/** Whether an error of the library is the server's refusal `error`. */
export function refusedAs(error: string): (given: unknown) => boolean {
  return (given) => given instanceof client.ResponseBodyError && given.status === 400 && given.error === error;
}

/** Whether an error of the library is a challenge (RFC 9110 section 11.6.1) with that status and parameters. */
export function challengedWith(status: number, scheme: string, expected: Record<string, string> = {}): (given: unknown) => boolean {
  return (given) => {
    if (!(given instanceof client.WWWAuthenticateChallengeError)) return false;
    const challenge = given.cause[0];
    const parameters = new Map<string, unknown>(Object.entries(challenge?.parameters ?? {}));
    const told = Object.entries(expected).every(([name, value]) => parameters.get(name) === value);
    return given.status === status && challenge?.scheme === scheme && told;
  };
}

/** Whether an error of the library is its own complaint about an answer. */
export function complaining(text: string): (given: unknown) => boolean {
  return (given) => given instanceof Error && [given.message, (given.cause as Error | undefined)?.message].includes(text);
}

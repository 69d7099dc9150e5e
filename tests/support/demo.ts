/**
 * The demo tenant as tests need it: the document of demo/tenant.json for a port, with secrets and signing keys of this
 * process. Nothing of the checkout's own state is read or written, so that test files can run at once.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type PublishOutcome, publish, secretHash } from "audgate";

const template = readFileSync(new URL("../../demo/tenant.json", import.meta.url), "utf8");

/** A private key that signs access tokens. */
export type PrivateJwk = JsonWebKey & { kid: string; alg: string };

/** A record of the key-value store. */
export interface Entry {
  key: string;
  value: string;
}

/** A tenant document as a test changes it before it is published. */
export interface TenantDocument {
  tenant_id: string;
  issuer: string;
  hosts: string[];
  resources: ({ resource_id: string } & Record<string, unknown>)[];
  clients: ({ client_id: string } & Record<string, unknown>)[];
  users: ({ user_id: string } & Record<string, unknown>)[];
  signing_keys: { state: string; jwk: JsonWebKey & { kid: string; alg: string } }[];
  [member: string]: unknown;
}

const RSA = { hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const KEY_ALGORITHMS: Record<string, AlgorithmIdentifier | EcKeyGenParams | RsaHashedKeyGenParams> = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5", ...RSA },
  PS256: { name: "RSA-PSS", ...RSA },
};

const keys = await Promise.all(["ES256", "EdDSA", "RS256"].map(freshKey));

/** The private keys that the demo signs with, one for each algorithm. */
export const signingKeys = keys.map(({ secret }) => secret);

/** They, as the secret `SIGNING_KEYS` holds them. */
export const signingKeysText = JSON.stringify({ keys: signingKeys });

/** A secret `MASTER_KEY`. */
export const masterKey = `1:${randomBytes(32).toString("base64url")}`;

const secrets = new Map(
  (JSON.parse(template) as TenantDocument).clients.map(({ client_id: id }) => [id, randomBytes(32).toString("base64url")]),
);

const clientKeys = new Map(
  await Promise.all(
    (JSON.parse(template) as TenantDocument).clients
      .filter(({ token_endpoint_auth_method: method }) => method === "private_key_jwt")
      .map(async ({ client_id: id }) => [id, await freshKey("ES256")] as const),
  ),
);

/** The private key by which a client of the demo authenticates (`private_key_jwt`). */
export function clientKeyOf(clientId: string): PrivateJwk {
  const key = clientKeys.get(clientId);
  if (key === undefined) throw new Error(`the demo has no client ${clientId} with a key`);
  return key.secret;
}

/** The secret of a client of the demo, in clear. */
export function secretOf(clientId: string): string {
  const secret = secrets.get(clientId);
  if (secret === undefined) throw new Error(`the demo has no client ${clientId}`);
  return secret;
}

/** The signing key of the demo for an algorithm. */
export function signingKey(alg: string): PrivateJwk {
  const key = signingKeys.find((candidate) => candidate.alg === alg);
  if (key === undefined) throw new Error(`the demo has no signing key for ${alg}`);
  return key;
}

/** The demo tenant's document for `port`. */
export function document(port: number): TenantDocument {
  const tenant = JSON.parse(template.replaceAll("${PORT}", String(port))) as TenantDocument;
  for (const client of tenant.clients) {
    const key = clientKeys.get(client.client_id);
    if (key !== undefined) client.jwks = { keys: [key.published] };
    if (client.secret_hashes !== undefined) client.secret_hashes = [secretHash(secretOf(client.client_id))];
  }
  tenant.signing_keys = keys.map(({ published }) => ({ state: "current", jwk: published }));
  return tenant;
}

/** The records that `tenant` is published as. Faults throw: a test that wants them asks `check`. */
export function records(tenant: TenantDocument, options: { at?: number; previous?: string } = {}): Entry[] {
  const { at = Math.floor(Date.now() / 1_000), previous } = options;
  const outcome: PublishOutcome = publish(JSON.stringify(tenant), at, previous);
  if (!outcome.ok) throw new Error(`the test's document has faults: ${JSON.stringify(outcome.faults)}`);
  return outcome.entries;
}

/** The value of one of `entries`. */
export function valueOf(entries: Entry[], key: string): string {
  const entry = entries.find((candidate) => candidate.key === key);
  if (entry === undefined) throw new Error(`nothing is published under ${key}`);
  return entry.value;
}

/** A fresh private key for one algorithm, and the half that a document may hold. */
export async function freshKey(alg: string): Promise<{ secret: PrivateJwk; published: PrivateJwk }> {
  const names = { kid: `${alg.toLowerCase()}-${randomBytes(6).toString("hex")}`, alg, use: "sig" };
  if (alg === "HS256") {
    const k = randomBytes(32).toString("base64url");
    return { secret: { kty: "oct", k, ...names }, published: { kty: "oct", ...names } };
  }
  const pair = await crypto.subtle.generateKey(KEY_ALGORITHMS[alg] ?? { name: alg }, true, ["sign", "verify"]);
  const material = async (key: CryptoKey): Promise<JsonWebKey> => {
    const { key_ops: _, ext: __, ...jwk } = await crypto.subtle.exportKey("jwk", key);
    return jwk;
  };
  const { privateKey, publicKey } = pair as CryptoKeyPair;
  return {
    secret: { ...(await material(privateKey)), ...names },
    published: { ...(await material(publicKey)), ...names },
  };
}

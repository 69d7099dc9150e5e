// A tenant with a resource for each algorithm, and the keys to go with it, made for one run.

import { randomBytes } from "node:crypto";

const ISSUER = "https://issuer.example";
const GENERATE = {
  HS256: { name: "HMAC", hash: "SHA-256", length: 512 },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
};

/** How many resources, each with a rule, the tenants have between which growth is measured. */
const SIZES = [10, 10_000];

export async function benchTenant(publish, secretHash) {
  const keys = await Promise.all(Object.keys(GENERATE).map(newKey));
  const secret = randomBytes(32).toString("base64url");
  const uri = (alg) => `https://api.example/${alg.toLowerCase()}`;
  const algorithms = Object.keys(GENERATE);
  const document = {
    tenant_id: "bench",
    issuer: ISSUER,
    hosts: ["issuer.example"],
    settings: { access_token_signing_alg: "ES256" },
    default_resource: { preset: "standard", scopes: [] },
    resources: algorithms.map((alg) => ({
      resource_id: alg.toLowerCase(),
      name: alg,
      uri: uri(alg),
      access_token_ttl: 3600,
      refresh_token_ttl: 3600,
      max_refresh_rotate: 3600,
      access_token_signing_alg: alg,
      scopes: [{ name: "things:read", description: "" }],
      rules: [{ methods: ["GET"], path: "/**", scopes: ["things:read"] }],
    })),
    roles: [],
    applications: [{ app_id: "app", name: "App", kind: "application" }],
    clients: [
      {
        client_id: "client",
        name: "Client",
        app_id: "app",
        type: "backend",
        grants: ["client_credentials"],
        token_endpoint_auth_method: "client_secret_basic",
        secret_hashes: [secretHash(secret)],
        resources: algorithms.map((alg) => ({ resource_id: alg.toLowerCase(), scopes: ["things:read"] })),
      },
    ],
    users: [],
    signing_keys: keys.map((key) => ({ state: "current", jwk: publicPart(key) })),
  };
  const records = published(publish, document);
  const sized = SIZES.map((size) => {
    const [first] = document.resources.filter(({ name }) => name === "ES256");
    const others = Array.from({ length: size - document.resources.length }, (_, index) => ({ ...first, resource_id: `r${index}`, uri: uri(`r${index}`) }));
    const resources = [...document.resources, ...others];
    const granted = resources.map(({ resource_id }) => ({ resource_id, scopes: ["things:read"] }));
    const clients = document.clients.map((client) => ({ ...client, resources: granted }));
    return published(publish, { ...document, resources, clients });
  });
  return {
    issuer: ISSUER,
    records,
    sizes: SIZES,
    sized,
    secretKeys: JSON.stringify({ keys }),
    client: { id: "client", secret },
    resources: Object.fromEntries(algorithms.map((alg) => [alg, uri(alg)])),
  };
}

function published(publish, document) {
  const outcome = publish(JSON.stringify(document), Math.floor(Date.now() / 1000));
  if (!outcome.ok) {
    throw new Error(outcome.faults.map(({ path, problem }) => `${path}: ${problem}`).join("\n"));
  }
  return Object.fromEntries(outcome.entries.map(({ key, value }) => [key, value]));
}

async function newKey(alg) {
  const generated = await crypto.subtle.generateKey(GENERATE[alg], true, ["sign", "verify"]);
  const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey("jwk", generated.privateKey ?? generated);
  return { ...jwk, kid: `bench-${alg.toLowerCase()}`, alg };
}

/** @param {Record<string, unknown>} jwk */
function publicPart(jwk) {
  const { d, p, q, dp, dq, qi, k, ...rest } = jwk;
  return rest;
}

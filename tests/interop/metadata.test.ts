/** What the issuer says of itself, as `oauth4webapi` finds it, and that it is true. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { startWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };

const worker = await startWorker();
after(() => worker.stop());

async function described(algorithm: "oidc" | "oauth2"): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(worker.origin);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...INSECURE }));
}
const server = await described("oidc");

test("OpenID Connect Discovery and RFC 8414 lead to the same", async () => assert.deepEqual(await described("oauth2"), server));

const endpoints = Object.entries(server).filter(([name]) => name.endsWith("_endpoint") || name === "jwks_uri");
test("it names eight endpoints", () => assert.equal(endpoints.length, 8));
for (const [name, url] of endpoints) {
  test(`its ${name} is there`, async () => {
    const response = await fetch(String(url), { redirect: "manual" });
    assert.ok(String(url).startsWith(`${worker.origin}/oidc/`));
    assert.notEqual(response.status, 404);
  });
}

describe("every list of authentication methods with private_key_jwt", () => {
  const lists = Object.entries(server).filter(([name]) => name.endsWith("_auth_methods_supported"));
  test("is that of the token, the revocation or the introspection endpoint", () => assert.equal(lists.length, 3));
  for (const [name, methods] of lists) {
    test(`has one of algorithms beside it, as RFC 8414 section 2 asks: ${name}`, () => {
      assert.ok((methods as string[]).includes("private_key_jwt"));
      const algorithms = server[name.replace("_methods_supported", "_signing_alg_values_supported")] as string[];
      assert.ok(algorithms.includes("ES256") && !algorithms.includes("none"));
    });
  }
});

test("its ID tokens may be signed by what stands in the JWK Set, and by nothing else", async () => {
  const { keys } = (await (await fetch(server.jwks_uri ?? "")).json()) as { keys: { alg: string }[] };
  const published = keys.map(({ alg }) => alg);
  assert.deepEqual([...(server.id_token_signing_alg_values_supported as string[])].sort(), [...new Set(published)].sort());
});

test("it promises the challenge method S256 only, and the issuer in every answer (RFC 9207)", () => {
  assert.deepEqual(server.code_challenge_methods_supported, ["S256"]);
  assert.equal(server.authorization_response_iss_parameter_supported, true);
});

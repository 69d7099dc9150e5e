/** `openid-client` finds the issuer by discovery and gets tokens from it, as an application would use it. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as client from "openid-client";
import { secretOf } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";
import { claimsOf, headerOf } from "../support/tokens.ts";

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

type Method = "ClientSecretBasic" | "ClientSecretPost";

function discovered(
  clientId: string,
  { method = "ClientSecretBasic", algorithm = "oauth2", secret = secretOf(clientId) }: { method?: Method; algorithm?: "oidc" | "oauth2"; secret?: string } = {},
): Promise<client.Configuration> {
  const options = { algorithm, execute: [client.allowInsecureRequests] };
  return client.discovery(new URL(worker.origin), clientId, undefined, client[method](secret), options);
}

const resource = (name: string): string => `${worker.origin}/demo/${name}`;

describe("discovery", () => {
  for (const algorithm of ["oauth2", "oidc"] as const) {
    test(`by ${algorithm} finds this issuer and its token endpoint`, async () => {
      const metadata = (await discovered("orders-backend", { algorithm })).serverMetadata();
      assert.equal(metadata.issuer, worker.origin);
      assert.equal(metadata.token_endpoint, `${worker.origin}/oidc/token`);
      assert.equal(metadata.jwks_uri, `${worker.origin}/oidc/jwks`);
    });
  }
  test("from another spelling of the issuer is refused by the client", async () => {
    const options = { algorithm: "oauth2" as const, execute: [client.allowInsecureRequests] };
    await assert.rejects(client.discovery(new URL(`http://127.0.0.1:${worker.port}`), "x", undefined, undefined, options));
  });
});

describe("client credentials", () => {
  const grants: [string, string, string][] = [
    ["orders-backend", "orders", "ES256"],
    ["partner-app", "profile", "EdDSA"],
    ["shop-checkout", "payments", "RS256"],
  ];
  for (const [clientId, name, alg] of grants) {
    for (const method of ["ClientSecretBasic", "ClientSecretPost"] as const) {
      test(`${clientId} gets a token for ${name} by ${method}, signed with ${alg}, and the token opens it`, async () => {
        const tokens = await client.clientCredentialsGrant(await discovered(clientId, { method }), { resource: resource(name) });
        assert.equal(tokens.token_type, "bearer");
        assert.equal(headerOf(tokens.access_token).alg, alg);
        assert.equal(claimsOf(tokens.access_token).aud, resource(name));
        const opened = await client.fetchProtectedResource(await discovered(clientId), tokens.access_token, new URL(resource(name)), "GET");
        assert.equal(opened.status, 200);
      });
    }
  }
  test("narrows to the scope that is asked for", async () => {
    const parameters = { resource: resource("orders"), scope: "orders:read" };
    const tokens = await client.clientCredentialsGrant(await discovered("orders-backend"), parameters);
    assert.equal(tokens.scope, "orders:read");
  });
  test("tells the client how long the token lives", async () => {
    const tokens = await client.clientCredentialsGrant(await discovered("shop-checkout"), { resource: resource("payments") });
    assert.equal(tokens.expires_in, 300);
  });
});

describe("a refusal reaches the application as the error that it is", () => {
  const refusals: [string, string, Record<string, string>, string, number][] = [
    ["a resource that is not the client's", "orders-backend", { resource: "payments" }, "invalid_target", 400],
    ["a scope that is not the client's", "shop-viewer", { resource: "orders", scope: "orders:cancel" }, "invalid_scope", 400],
  ];
  for (const [name, clientId, { resource: wanted = "", ...others }, error, status] of refusals) {
    test(name, async () => {
      const configuration = await discovered(clientId);
      const asked = client.clientCredentialsGrant(configuration, { resource: resource(wanted), ...others });
      await assert.rejects(asked, (given: client.ResponseBodyError) => given.error === error && given.status === status);
    });
  }
  test("a wrong secret, as a challenge", async () => {
    const configuration = await discovered("orders-backend", { secret: "x".repeat(43) });
    await assert.rejects(client.clientCredentialsGrant(configuration, {}), (given: client.WWWAuthenticateChallengeError) => {
      assert.equal(given.status, 401);
      assert.equal(given.cause[0]?.scheme, "basic");
      return true;
    });
  });
  test("a token at another resource, as a challenge that names the metadata", async () => {
    const configuration = await discovered("orders-backend");
    const tokens = await client.clientCredentialsGrant(configuration, { resource: resource("orders") });
    const opening = client.fetchProtectedResource(configuration, tokens.access_token, new URL(resource("payments")), "GET");
    await assert.rejects(opening, (given: client.WWWAuthenticateChallengeError) => {
      const { scheme, parameters } = given.cause[0] ?? {};
      assert.equal(scheme, "bearer");
      assert.equal(parameters?.error, "invalid_token");
      assert.equal(parameters?.resource_metadata, `${worker.origin}/.well-known/oauth-protected-resource/demo/payments`);
      return true;
    });
  });
});

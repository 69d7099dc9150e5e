/** Refresh tokens as `openid-client` and `oauth4webapi` use them: rotation, and its end. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { discovered, loggedIn, METHODS, refusedAs, signingBy } from "../support/relying_party.ts";
import { claimsOf, headerOf } from "../support/tokens.ts";
import { startWorker } from "../support/worker.ts";

const SCOPE = "openid orders:read offline_access";

for (const alg of ["ES256", "RS256"]) {
  describe(`a refresh with ID tokens by ${alg}`, async () => {
    const worker = await startWorker({ entries: signingBy(alg) });
    after(() => worker.stop());

    for (const method of METHODS) {
      test(`gives a client that authenticates by ${method} what openid-client accepts, again and again`, async () => {
        const configuration = await discovered(worker, method, { id_token_signed_response_alg: alg });
        const first = await loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" });
        const seen = [first.refresh_token];
        for (let turn = 0; turn < 3; turn += 1) {
          const next = await client.refreshTokenGrant(configuration, seen.at(-1) ?? "");
          assert.deepEqual([next.claims()?.sub, next.claims()?.["sid"]], ["ada", first.claims()?.["sid"]]);
          assert.equal(next.claims()?.auth_time, first.claims()?.auth_time);
          assert.equal(headerOf(next.id_token ?? "").alg, alg);
          assert.equal(next.scope, SCOPE);
          assert.equal(claimsOf(next.access_token)["aud"], `${worker.origin}/demo/orders`);
          seen.push(next.refresh_token);
        }
        assert.equal(new Set(seen).size, 4);
      });
    }
  });
}

describe("a refresh token", async () => {
  const worker = await startWorker();
  after(() => worker.stop());
  const configuration = await discovered(worker, "none");
  const fresh = async (): Promise<string> => {
    const { refresh_token: token } = await loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" });
    assert.ok(token !== undefined);
    return token;
  };
  const refresh = (token: string, parameters = {}): ReturnType<typeof client.refreshTokenGrant> =>
    client.refreshTokenGrant(configuration, token, parameters);

  test("is not given without offline_access", async () => {
    const tokens = await loggedIn(worker, configuration, { scope: "openid orders:read", resource: "orders" });
    assert.equal(tokens.refresh_token, undefined);
  });

  test("is refreshed by oauth4webapi, which verifies the signature of the ID token besides", async () => {
    const issuer = new URL(worker.origin);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const own = { client_id: "shop-web" };
    const response = await oauth.refreshTokenGrantRequest(server, own, oauth.None(), await fresh(), insecure);
    const tokens = await oauth.processRefreshTokenResponse(server, own, response);
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, "ada");
  });

  test("gives a client whose answer was lost the same successor again", async () => {
    const token = await fresh();
    assert.equal((await refresh(token)).refresh_token, (await refresh(token)).refresh_token);
  });

  test("that was replaced twice is theft, and takes the family along", async () => {
    const token = await fresh();
    const second = (await refresh(token)).refresh_token ?? "";
    const third = (await refresh(second)).refresh_token ?? "";
    await assert.rejects(refresh(token), refusedAs("invalid_grant"));
    await assert.rejects(refresh(third), refusedAs("invalid_grant"));
  });

  test("narrows to the scope that is asked for, without an ID token where openid is not", async () => {
    const { scope, id_token: idToken } = await refresh(await fresh(), { scope: "orders:read" });
    assert.deepEqual([scope, idToken], ["orders:read", undefined]);
  });

  test("has its whole scope again after it was narrowed", async () => {
    const { refresh_token: next = "" } = await refresh(await fresh(), { scope: "orders:read" });
    assert.equal((await refresh(next)).scope, SCOPE);
  });

  const refusals: [string, Record<string, string>, string][] = [
    ["a scope that was not granted", { scope: "orders:read email" }, "invalid_scope"],
    ["another resource", { resource: "profile" }, "invalid_target"],
  ];
  for (const [name, { resource, ...others }, error] of refusals) {
    test(`is refused for ${name}, and is not used up by that`, async () => {
      const token = await fresh();
      const parameters = resource === undefined ? others : { resource: `${worker.origin}/demo/${resource}` };
      await assert.rejects(refresh(token, parameters), refusedAs(error));
      assert.ok((await refresh(token)).refresh_token !== undefined);
    });
  }

  test("is another client's business neither to use nor to end", async () => {
    const token = await fresh();
    const another = await discovered(worker, "client_secret_basic");
    await assert.rejects(client.refreshTokenGrant(another, token), refusedAs("invalid_grant"));
    assert.ok((await refresh(token)).refresh_token !== undefined);
  });
});

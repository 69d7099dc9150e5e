/** The UserInfo endpoint as `openid-client` asks it (OpenID Connect Core 1.0 section 5.3). */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import * as client from "openid-client";
import { challengedWith, complaining, discovered, loggedIn, METHODS } from "../support/relying_party.ts";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

for (const method of METHODS) {
  test(`tells a client that authenticates by ${method} who the user is`, async () => {
    const configuration = await discovered(worker, method);
    const tokens = await loggedIn(worker, configuration, { scope: "openid" });
    const told = await client.fetchUserInfo(configuration, tokens.access_token, tokens.claims()?.sub ?? "");
    assert.deepEqual(told, { sub: "ada" });
  });
}

test("tells the address to whoever has the scope for it", async () => {
  const configuration = await discovered(worker, "none");
  const tokens = await loggedIn(worker, configuration, { scope: "openid email" });
  const told = await client.fetchUserInfo(configuration, tokens.access_token, "ada");
  assert.deepEqual(told, { sub: "ada", email: "ada@shop.example" });
});

test("is refused by the client where it tells of another user", async () => {
  const configuration = await discovered(worker, "none");
  const { access_token: token } = await loggedIn(worker, configuration, { scope: "openid" });
  await assert.rejects(client.fetchUserInfo(configuration, token, "grace"), complaining('unexpected "response" body "sub" property value'));
});

test("is not for the token of another resource", async () => {
  const configuration = await discovered(worker, "none");
  const { access_token: token } = await loggedIn(worker, configuration, { scope: "openid orders:read", resource: "orders" });
  await assert.rejects(client.fetchUserInfo(configuration, token, "ada"), challengedWith(401, "bearer", { error: "invalid_token" }));
});

test("is not for a token without openid, and says which scope is needed", async () => {
  const configuration = await discovered(worker, "none");
  const { access_token: whole, refresh_token: refresh = "" } = await loggedIn(worker, configuration, { scope: "openid email offline_access" });
  assert.equal((await client.fetchUserInfo(configuration, whole, "ada")).sub, "ada");
  const { access_token: token } = await client.refreshTokenGrant(configuration, refresh, { scope: "email" });
  const asked = client.fetchUserInfo(configuration, token, "ada");
  await assert.rejects(asked, challengedWith(403, "bearer", { error: "insufficient_scope", scope: "openid" }));
});

test("is not for a client's own token", async () => {
  const configuration = await discovered(worker, "client_secret_basic");
  const { access_token: token } = await client.clientCredentialsGrant(configuration);
  const asked = client.fetchUserInfo(configuration, token, "orders-backend");
  await assert.rejects(asked, (given: Error) => (given.cause as Response | undefined)?.status === 403);
});

test("is not for an ID token", async () => {
  const configuration = await discovered(worker, "none");
  const { id_token: token = "" } = await loggedIn(worker, configuration, { scope: "openid" });
  await assert.rejects(client.fetchUserInfo(configuration, token, "ada"), challengedWith(401, "bearer", { error: "invalid_token" }));
});

/** RFC 7009 and RFC 7662 as `openid-client` and `oauth4webapi` speak them. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { secretOf } from "../support/demo.ts";
import { challengedWith, CLIENTS, CONFIDENTIAL, discovered, loggedIn, METHODS, refusedAs } from "../support/relying_party.ts";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

const SCOPE = "openid orders:read offline_access";
const login = (configuration: client.Configuration) => loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" });

/** Another client of the demo, by its secret. */
function known(clientId: string): Promise<client.Configuration> {
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(worker.origin), clientId, undefined, client.ClientSecretBasic(secretOf(clientId)), { execute });
}

describe("revocation", () => {
  for (const method of METHODS) {
    test(`of a refresh token by a client that authenticates by ${method} ends its family`, async () => {
      const configuration = await discovered(worker, method);
      const { refresh_token: token = "" } = await login(configuration);
      const { refresh_token: next = "" } = await client.refreshTokenGrant(configuration, token);
      await client.tokenRevocation(configuration, next, { token_type_hint: "refresh_token" });
      await assert.rejects(client.refreshTokenGrant(configuration, next), refusedAs("invalid_grant"));
    });

    test(`of an access token by a client that authenticates by ${method} closes userinfo to it at once`, async () => {
      const configuration = await discovered(worker, method);
      const { access_token: token, refresh_token: kept = "" } = await loggedIn(worker, configuration);
      assert.equal((await client.fetchUserInfo(configuration, token, "ada")).sub, "ada");
      await client.tokenRevocation(configuration, token);
      const asked = client.fetchUserInfo(configuration, token, "ada");
      await assert.rejects(asked, challengedWith(401, "bearer", { error: "invalid_token" }));
      // The grant goes on: only this token is gone.
      const { access_token: fresh } = await client.refreshTokenGrant(configuration, kept);
      assert.equal((await client.fetchUserInfo(configuration, fresh, "ada")).sub, "ada");
    });
  }

  test("is the same twice", async () => {
    const configuration = await discovered(worker, "none");
    const { refresh_token: token = "" } = await login(configuration);
    await client.tokenRevocation(configuration, token);
    await client.tokenRevocation(configuration, token);
  });
  test("of what is no token succeeds (RFC 7009 section 2.2)", async () =>
    client.tokenRevocation(await discovered(worker, "client_secret_basic"), "nothing"));
  for (const kind of ["refresh_token", "access_token"] as const) {
    test(`of another client's ${kind} succeeds and does nothing`, async () => {
      const configuration = await discovered(worker, "none");
      const tokens = await loggedIn(worker, configuration);
      await client.tokenRevocation(await discovered(worker, "client_secret_basic"), tokens[kind] ?? "");
      assert.equal((await client.fetchUserInfo(configuration, tokens.access_token, "ada")).sub, "ada");
      assert.ok((await client.refreshTokenGrant(configuration, tokens.refresh_token ?? "")).refresh_token !== undefined);
    });
  }
  test("with a wrong secret is challenged", async () => {
    const { access_token: token } = await loggedIn(worker, await discovered(worker, "client_secret_basic"));
    const execute = [client.allowInsecureRequests];
    const wrong = client.ClientSecretBasic("x".repeat(43));
    const stranger = await client.discovery(new URL(worker.origin), "orders-backend", undefined, wrong, { execute });
    await assert.rejects(client.tokenRevocation(stranger, token), challengedWith(401, "basic"));
  });
});

describe("introspection", () => {
  for (const method of CONFIDENTIAL) {
    test(`tells a client that authenticates by ${method} of its own tokens`, async () => {
      const configuration = await discovered(worker, method);
      const tokens = await login(configuration);
      const expected = { active: true, sub: "ada", client_id: CLIENTS[method], scope: SCOPE, iss: worker.origin, aud: `${worker.origin}/demo/orders` };
      for (const [token, type] of [[tokens.access_token, "Bearer"], [tokens.refresh_token ?? "", "refresh_token"]] as const) {
        const told = await client.tokenIntrospection(configuration, token);
        assert.partialDeepStrictEqual(told, { ...expected, token_type: type });
        assert.ok(typeof told.exp === "number" && typeof told.iat === "number");
      }
    });

    test(`tells a client that authenticates by ${method} that a revoked token is none any more`, async () => {
      const configuration = await discovered(worker, method);
      const { access_token: access, refresh_token: refresh = "" } = await login(configuration);
      for (const token of [access, refresh]) await client.tokenRevocation(configuration, token);
      for (const token of [access, refresh]) {
        assert.deepEqual(await client.tokenIntrospection(configuration, token), { active: false });
      }
    });
  }

  test("tells the client that serves a resource of its tokens, and not of their refresh tokens", async () => {
    const tokens = await login(await discovered(worker, "none"));
    const server = await discovered(worker, "client_secret_basic");
    assert.equal((await client.tokenIntrospection(server, tokens.access_token)).client_id, "shop-web");
    assert.deepEqual(await client.tokenIntrospection(server, tokens.refresh_token ?? ""), { active: false });
  });

  test("tells nobody else", async () => {
    const tokens = await login(await discovered(worker, "none"));
    for (const token of [tokens.access_token, tokens.refresh_token ?? ""]) {
      assert.deepEqual(await client.tokenIntrospection(await known("shop-viewer"), token), { active: false });
    }
  });

  test("tells nothing of an ID token, a code or anything else", async () => {
    const { id_token: token = "" } = await login(await discovered(worker, "client_secret_basic"));
    for (const other of [token, "nothing", "a.b.c"]) {
      assert.deepEqual(await client.tokenIntrospection(await discovered(worker, "client_secret_basic"), other), { active: false });
    }
  });

  test("after theft finds no refresh token of the family", async () => {
    const configuration = await discovered(worker, "client_secret_basic");
    const { refresh_token: first = "" } = await login(configuration);
    const { refresh_token: second = "" } = await client.refreshTokenGrant(configuration, first);
    const { refresh_token: third = "" } = await client.refreshTokenGrant(configuration, second);
    assert.equal((await client.tokenIntrospection(configuration, third)).active, true);
    await assert.rejects(client.refreshTokenGrant(configuration, first), refusedAs("invalid_grant"));
    assert.deepEqual(await client.tokenIntrospection(configuration, third), { active: false });
  });

  test("is not for public clients", async () => {
    const configuration = await discovered(worker, "none");
    const { access_token: token } = await login(configuration);
    await assert.rejects(client.tokenIntrospection(configuration, token), challengedWith(401, "basic"));
  });
});

test("oauth4webapi introspects and revokes, too", async () => {
  const issuer = new URL(worker.origin);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const own: oauth.Client = { client_id: "orders-backend" };
  const secret = oauth.ClientSecretBasic(secretOf("orders-backend"));
  const { refresh_token: token = "" } = await login(await discovered(worker, "client_secret_basic"));
  const told = async (): Promise<oauth.IntrospectionResponse> =>
    oauth.processIntrospectionResponse(server, own, await oauth.introspectionRequest(server, own, secret, token, insecure));
  assert.equal((await told()).active, true);
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, own, secret, token, insecure));
  assert.equal((await told()).active, false);
});

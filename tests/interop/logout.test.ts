/**
 * RP-Initiated Logout by `openid-client`, and the logout tokens of Back-Channel Logout, which `jose` verifies as section
 * 2.6 asks.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from "jose";
import * as client from "openid-client";
import { freePort } from "../support/http.ts";
import { startListener, type Received } from "../support/listener.ts";
import { begun, discovered, loggedIn, refusedAs, signingBy, type Tokens } from "../support/relying_party.ts";
import { claimsOf } from "../support/tokens.ts";
import { elsewhere, UserAgent } from "../support/user_agent.ts";
import { startWorker } from "../support/worker.ts";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

for (const alg of ["ES256", "RS256"]) {
  describe(`with tokens by ${alg}`, async () => {
    const listener = await startListener();
    const worker = await startWorker({
      entries: signingBy(alg, ({ clients }) => {
        for (const told of clients) {
          if (["shop-web", "orders-backend"].includes(told.client_id)) {
            told["backchannel_logout_uri"] = `${listener.origin}/${told.client_id}`;
          }
        }
      }),
    });
    after(() => Promise.all([worker.stop(), listener.stop()]));
    const web = await discovered(worker, "none", { id_token_signed_response_alg: alg });
    const backend = await discovered(worker, "client_secret_basic", { id_token_signed_response_alg: alg });
    const keys = createRemoteJWKSet(new URL(web.serverMetadata().jwks_uri ?? ""));
    const shop = `${worker.origin}/demo/shop`;

    /** Where `configuration` sends the browser to log out. */
    const endSession = (configuration: client.Configuration, tokens: Tokens, others: Record<string, string> = {}): URL =>
      client.buildEndSessionUrl(configuration, {
        id_token_hint: tokens.id_token ?? "",
        post_logout_redirect_uri: shop,
        ...others,
      });

    /** The logout token in `received`, verified for `clientId`. */
    async function verified({ method, headers, body }: Received, clientId: string): Promise<JWTPayload> {
      assert.equal(method, "POST");
      assert.equal(headers["content-type"], "application/x-www-form-urlencoded");
      const form = new URLSearchParams(body);
      assert.deepEqual([...form.keys()], ["logout_token"]);
      const { payload } = await jwtVerify(form.get("logout_token") ?? "", keys, {
        issuer: worker.origin,
        audience: clientId,
        typ: "logout+jwt",
        algorithms: [alg],
        requiredClaims: ["iat", "exp", "jti", "events", "sub", "sid"],
        maxTokenAge: 120,
      });
      return payload;
    }

    test("the browser comes back with the state, and the session, its refresh tokens and silent authentication are over", async () => {
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, web, { agent });
      const back = elsewhere(await agent.open(endSession(web, tokens, { state: "s t&ate" })));
      assert.equal(`${back.origin}${back.pathname}`, shop);
      assert.equal(back.searchParams.get("state"), "s t&ate");
      await assert.rejects(client.refreshTokenGrant(web, tokens.refresh_token ?? ""), refusedAs("invalid_grant"));
      const { parameters, checks } = await begun(worker, "openid", { prompt: "none" });
      const silent = elsewhere(await agent.open(client.buildAuthorizationUrl(web, parameters)));
      await assert.rejects(client.authorizationCodeGrant(web, silent, checks), { error: "login_required" });
      await listener.taken("/shop-web");
    });

    test("a form that the client's page posts, which carries no cookie, ends the session by the GET that follows", async () => {
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, web, { agent });
      const { origin, pathname, searchParams: body } = endSession(web, tokens);
      const posted = await fetch(`${origin}${pathname}`, { method: "POST", body, redirect: "manual" });
      assert.deepEqual([posted.status, posted.headers.getSetCookie()], [303, []]);
      assert.equal(elsewhere(await agent.open(posted.headers.get("location") ?? "")).pathname, "/demo/shop");
      await assert.rejects(client.refreshTokenGrant(web, tokens.refresh_token ?? ""), refusedAs("invalid_grant"));
      await listener.taken("/shop-web");
    });

    test("the client is told by a logout token that names user and session, and has no nonce", async () => {
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, web, { agent });
      await agent.open(endSession(web, tokens));
      const claims = await verified(await listener.taken("/shop-web"), "shop-web");
      assert.deepEqual(claims["events"], { [EVENT]: {} });
      assert.deepEqual([claims.sub, claims["sid"]], ["ada", tokens.claims()?.["sid"]]);
      assert.ok(!("nonce" in claims) && !("scope" in claims));
      assert.ok(Number(claims.exp) - Number(claims.iat) <= 120);
    });

    test("every client of the session is told, each by a token of its own", async () => {
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, web, { agent });
      const { parameters, checks } = await begun(worker, "openid");
      const answer = elsewhere(await agent.open(client.buildAuthorizationUrl(backend, parameters)));
      const others = await client.authorizationCodeGrant(backend, answer, checks);
      assert.equal(others.claims()?.["sid"], tokens.claims()?.["sid"]);
      await agent.open(endSession(backend, others));
      const told = [
        await verified(await listener.taken("/shop-web"), "shop-web"),
        await verified(await listener.taken("/orders-backend"), "orders-backend"),
      ];
      assert.deepEqual(told.map(({ sid }) => sid), [tokens.claims()?.["sid"], tokens.claims()?.["sid"]]);
      assert.equal(new Set(told.map(({ jti }) => jti)).size, 2);
    });

    test("no other client is told", async () => {
      const before = listener.received.filter(({ path }) => path === "/orders-backend").length;
      const agent = new UserAgent(worker);
      await agent.open(endSession(web, await loggedIn(worker, web, { agent })));
      await listener.taken("/shop-web");
      assert.equal(listener.received.filter(({ path }) => path === "/orders-backend").length, before);
    });

    test("a backend that ends its user's session is told, too", async () => {
      const { access_token: bearer } = await client.clientCredentialsGrant(backend);
      const call = (path: string, body: object): Promise<Response> =>
        worker.fetch(path, {
          method: "POST",
          headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      const redirectUri = `${worker.origin}/demo/callback`;
      const previous = (await worker.outbox()).at(-1)?.link;
      await call("/v1/auth/link/email/send", { email: "grace@shop.example", redirect_uri: redirectUri });
      const link = (await worker.outbox()).at(-1)?.link ?? "";
      assert.notEqual(link, previous);
      const code = new URL(link).searchParams.get("code");
      const login = await call("/v1/auth/link/email/authenticate", { code, scope: "openid" });
      const { session_id: session, id_token: idToken } = (await login.json()) as Record<string, string>;
      assert.equal((await call("/v1/auth/session/logout", { session_id: session })).status, 204);
      const claims = await verified(await listener.taken("/orders-backend"), "orders-backend");
      assert.deepEqual([claims.sub, claims["sid"]], ["grace", claimsOf(idToken ?? "")["sid"]]);
    });

    test("a logout token is no ID token: it ends nobody's session", async () => {
      const agent = new UserAgent(worker);
      await agent.open(endSession(web, await loggedIn(worker, web, { agent })));
      const token = new URLSearchParams((await listener.taken("/shop-web")).body).get("logout_token") ?? "";
      const shown = await agent.open(client.buildEndSessionUrl(web, { id_token_hint: token }));
      assert.ok(shown.kind === "page" && shown.status === 400);
    });

    describe("another user's browser", () => {
      test("is asked before it is logged out by somebody's ID token", async () => {
        const hint = await loggedIn(worker, web);
        const agent = new UserAgent(worker);
        const own = await loggedIn(worker, web, { agent, email: "grace@shop.example" });
        const asked = await agent.open(endSession(web, hint));
        assert.ok(asked.kind === "page" && asked.status === 200);
        assert.ok((await client.refreshTokenGrant(web, own.refresh_token ?? "")).refresh_token !== undefined);
        // And is logged out once its user says so.
        assert.equal(elsewhere(await agent.submit(asked)).pathname, "/demo/shop");
        const claims = await verified(await listener.taken("/shop-web"), "shop-web");
        assert.deepEqual([claims.sub, claims["sid"]], ["grace", own.claims()?.["sid"]]);
      });
    });

    test("an address that is not registered is not gone to, and nobody is logged out", async () => {
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, web, { agent });
      const shown = await agent.open(endSession(web, tokens, { post_logout_redirect_uri: "https://evil.example/" }));
      assert.ok(shown.kind === "page" && shown.status === 400);
      assert.ok((await client.refreshTokenGrant(web, tokens.refresh_token ?? "")).refresh_token !== undefined);
    });
  });
}

describe("a client that cannot be told", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}/logout`;
  const failing = await startListener(500);
  const worker = await startWorker({
    entries: signingBy("ES256", ({ clients }) => {
      const told: Record<string, string> = { "shop-web": nobody, "orders-backend": `${failing.origin}/logout` };
      for (const own of clients) {
        if (told[own.client_id] !== undefined) own["backchannel_logout_uri"] = told[own.client_id];
      }
    }),
  });
  after(() => Promise.all([worker.stop(), failing.stop()]));

  for (const [name, method, event] of [
    ["because nobody listens", "none", "delivery_failed"],
    ["because it refuses", "client_secret_basic", "delivery_refused"],
  ] as const) {
    test(`${name} keeps nobody logged in, and the log says so`, async () => {
      const configuration = await discovered(worker, method);
      const agent = new UserAgent(worker);
      const tokens = await loggedIn(worker, configuration, { agent });
      const url = client.buildEndSessionUrl(configuration, {
        id_token_hint: tokens.id_token ?? "",
        post_logout_redirect_uri: `${worker.origin}/demo/shop`,
      });
      assert.equal(elsewhere(await agent.open(url)).pathname, "/demo/shop");
      await assert.rejects(client.refreshTokenGrant(configuration, tokens.refresh_token ?? ""), refusedAs("invalid_grant"));
      const logged = JSON.stringify(await worker.logged(event));
      assert.ok(!logged.includes("eyJ"), "no token in the log");
    });
  }
});

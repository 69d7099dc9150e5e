/** The demo's applications as what they are to strangers: what they take, and what they leave alone. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { freshKey, signingKey } from "../support/demo.ts";
import { type Claims, seconds, signed } from "../support/tokens.ts";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers,
  body: new URLSearchParams(fields),
});

describe("a logout token", () => {
  const key = signingKey("ES256");
  const claims = (others: Claims = {}): Claims => ({
    ...{ iss: worker.origin, aud: "shop-insights", sub: "ada", sid: "a-session", jti: "one" },
    ...{ iat: seconds(), exp: seconds() + 120 },
    events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    ...others,
  });
  const told = async (token: string): Promise<number> =>
    (await worker.fetch("/demo/insights/logout", form({ logout_token: token }))).status;

  test("of the issuer is taken", async () =>
    assert.equal(await told(await signed(key, claims(), { typ: "logout+jwt" })), 200));

  const bad: [string, Claims, Claims][] = [
    ["of another type", {}, { typ: "JWT" }],
    ["of another issuer", { iss: "https://elsewhere.example" }, {}],
    ["for another client", { aud: "shop-web" }, {}],
    ["that has expired", { exp: seconds() - 1 }, {}],
    ["that is old", { iat: seconds() - 3_600 }, {}],
    ["without the event", { events: {} }, {}],
    ["without events", { events: undefined }, {}],
    ["with a nonce", { nonce: "n" }, {}],
    ["without a session", { sid: undefined }, {}],
  ];
  for (const [what, others, header] of bad) {
    test(`${what} is refused`, async () =>
      assert.equal(await told(await signed(key, claims(others), { typ: "logout+jwt", ...header })), 400));
  }

  test("signed by somebody else is refused", async () => {
    const { secret } = await freshKey("ES256");
    assert.equal(await told(await signed({ ...secret, kid: key.kid }, claims(), { typ: "logout+jwt" })), 400);
  });

  test("that is none is refused", async () => assert.equal(await told("no token"), 400));
});

describe("a form of an application", () => {
  for (const [what, headers] of [
    ["of another origin", { origin: "https://evil.example" }],
    ["of an origin that is hidden", { origin: "null" }],
    ["of another site", { "sec-fetch-site": "cross-site" }],
    ["of another port", { "sec-fetch-site": "same-site" }],
  ] as const) {
    test(`${what} is refused`, async () =>
      assert.equal((await worker.fetch("/demo/shop/login", form({ target: "profile" }, headers))).status, 403));
  }

  test("of its own page begins a login with PKCE, state, nonce and resource", async () => {
    const response = await worker.fetch("/demo/shop/login", form({ target: "orders" }, { origin: worker.origin }));
    assert.equal(response.status, 303);
    const { searchParams } = new URL(response.headers.get("location") ?? "");
    assert.equal(searchParams.get("code_challenge_method"), "S256");
    assert.equal(searchParams.get("resource"), `${worker.origin}/demo/orders`);
    for (const name of ["code_challenge", "state", "nonce"]) assert.ok((searchParams.get(name) ?? "").length >= 43, name);
    assert.match(response.headers.get("set-cookie") ?? "", /; Path=\/demo\/; HttpOnly; SameSite=Lax$/);
  });

  test("that does not exist is 404", async () =>
    assert.equal((await worker.fetch("/demo/shop/admin", form({}))).status, 404));

  test("is sent and not linked to", async () => assert.equal((await worker.fetch("/demo/shop/login")).status, 405));
});

describe("the page of an application", () => {
  test("may run nothing, be framed by nobody and be stored nowhere", async () => {
    const { headers } = await worker.fetch("/demo/shop");
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none';.*frame-ancestors 'none'$/);
    assert.equal(headers.get("cache-control"), "no-store");
  });

  test("has nothing of a visitor who brings a made-up cookie", async () => {
    const headers = { cookie: `audgate-demo-visitor=${crypto.randomUUID()}` };
    assert.doesNotMatch(await (await worker.fetch("/demo/shop", { headers })).text(), /Logged in/);
  });

  test("is at the host that its redirect URI names", async () => {
    const response = await fetch(`http://127.0.0.1:${worker.port}/demo/shop`, { redirect: "manual" });
    assert.equal(response.headers.get("location"), `${worker.origin}/demo/shop`);
  });

  test("leaves what lies beside it to the gate", async () => {
    for (const path of ["/demo/shopping", "/demo/shop/a/b", "/demo/orders", "/demo/callback/x"]) {
      assert.match((await worker.fetch(path)).headers.get("content-type") ?? "", /^application\/json/, path);
    }
  });
});

describe("the redirect URI", () => {
  test("with an answer that nobody waits for consumes nothing and says so", async () => {
    const response = await worker.fetch(`/demo/callback?code=a&state=b&iss=${encodeURIComponent(worker.origin)}`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /No login in this browser waits/);
  });

  test("with a link of the backend API leaves its code to a server", async () => {
    const { access_token: token } = (await (await worker.askToken("orders-backend")).json()) as { access_token: string };
    const asServer = (path: string, body: object): Promise<Response> =>
      worker.fetch(path, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const redirect_uri = `${worker.origin}/demo/callback`;
    await asServer("/v1/auth/link/email/send", { email: "ada@shop.example", redirect_uri, state: "<b>" });
    const link = await lastLink();
    assert.match(await (await fetch(link)).text(), /A link for a server/);
    const code = new URL(link).searchParams.get("code");
    assert.equal((await asServer("/v1/auth/link/email/authenticate", { code })).status, 200);
  });

  test("puts no code into a command to copy that would end its quotes", async () => {
    const text = await (await worker.fetch("/demo/callback?code=%27%3B%3Cb%3Eevil")).text();
    assert.match(text, /&quot;code&quot;:&quot;CODE&quot;/);
    assert.doesNotMatch(text, /evil/);
  });
});

/** A mail is sent beside the answer, so it may come after it. */
async function lastLink(): Promise<string> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const link = (await worker.outbox()).at(-1)?.link;
    if (link !== undefined) return link;
  }
  throw new Error("no mail was sent");
}

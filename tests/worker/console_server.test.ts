/**
 * The console's server side, as its pages call it: the cookie is all that they have, a page of somebody else's can do
 * nothing with it, and what is taken from its user counts at once.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Answered, type ConsoleAgent, imported, startTenants } from "../support/tenants.ts";

// Its clock can be put forward, and it serves no more than the authorization server.
const { first: tenant, second, worker, stop } = await startTenants({ entry: "tests/support/workers/clocked.ts" });
after(stop);
before(async () => {
  await imported(tenant);
  await imported(second);
});

let agent: ConsoleAgent;
beforeEach(async () => {
  agent = await tenant.administrator();
});

const codeOf = ({ status, body }: Answered): unknown[] => [status, (body as { error_code?: string }).error_code];
const RENAMED = { body: { description: "changed" } };
/** The value of the console's cookie. */
const cookieOf = (own: ConsoleAgent): string => /audgate-console=([^;]+)/.exec(own.cookie)?.[1] ?? "";
const presented = async (cookie: string): Promise<unknown[]> => codeOf(await tenant.send("GET", "/console/api/v1/publication", { headers: { cookie } }));

const NOT_LOGGED_IN = [401, "login_required"];
const NO_ADMINISTRATOR = [403, "no_administrator"];

describe("an administrator", () => {
  test("does what management may do, and the audit log says for whom", async () => {
    assert.equal((await agent.call("PUT", "/v1/resources/orders", { body: { access_token_ttl: 600 } })).status, 200);
    assert.equal((await agent.call("GET", "/v1/users/ada")).status, 200);
    const { result } = (await tenant.manage("GET", "/v1/audit?limit=2")) as { result: Record<string, unknown>[] };
    const told = result.map(({ action, kind, id, client_id: client, act }) => [action, kind, id, client, act]);
    assert.deepEqual(told, [
      ["read", "user", "ada", "console", "hedy"],
      ["update", "resource", "orders", "console", "hedy"],
    ]);
  });

  test("is answered as management is, with tag and precondition", async () => {
    const { headers } = await agent.call("GET", "/v1/clients/shop-web");
    const tag = headers.get("etag") ?? "";
    assert.equal((await agent.call("PUT", "/v1/clients/shop-web", { ...RENAMED, headers: { "if-match": tag } })).status, 200);
    assert.equal((await agent.call("PUT", "/v1/clients/shop-web", { ...RENAMED, headers: { "if-match": tag } })).status, 412);
  });

  for (const path of ["/v1/nothing", "/v1/openapi.json", "/v1/auth/session/authenticate", "/v1/auth/users/ada/sessions", "/v1/", "/v1/users/ada/"]) {
    test(`finds nothing at ${path}`, async () => assert.equal((await agent.call("GET", path)).status, 404));
  }

  test("cannot be a user's without the console: the token endpoint and the API of backends take no cookie", async () => {
    const { cookie } = agent;
    for (const path of ["/v1/auth/session/authenticate", "/v1/tenant", "/oidc/userinfo"]) {
      assert.ok([401, 405].includes((await tenant.send("GET", path, { headers: { cookie } })).status), path);
    }
  });
});

describe("a change that no page of the console asks for is refused, and nothing changes:", () => {
  const foreign: [string, Record<string, string>][] = [
    ["from another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["from another host of the same site", { origin: "http://evil.localhost", "sec-fetch-site": "same-site" }],
    ["from another port", { origin: "http://localhost:1", "sec-fetch-site": "same-site" }],
    ["from the other tenant", { origin: "SECOND", "sec-fetch-site": "cross-site" }],
    ["from nowhere that it says", {}],
    ["from an opaque origin", { origin: "null" }],
    ["from an opaque origin that claims to be ours", { origin: "null", "sec-fetch-site": "same-origin" }],
    ["by `Origin` alone", { origin: "https://evil.example" }],
    ["by Fetch Metadata alone", { "sec-fetch-site": "cross-site" }],
    ["by Fetch Metadata alone, of the same site", { "sec-fetch-site": "same-site" }],
    ["by a word that Fetch Metadata does not have", { "sec-fetch-site": "Same-Origin" }],
    ["with our `Origin` and Fetch Metadata of another site", { origin: "OURS", "sec-fetch-site": "cross-site" }],
    ["with our origin as a prefix", { origin: "OURS.evil.example" }],
  ];
  for (const [name, headers] of foreign) {
    test(name, async () => {
      const sent = Object.fromEntries(
        Object.entries(headers).map(([field, value]) => [field, value.replace("OURS", tenant.origin).replace("SECOND", second.origin)]),
      );
      const held = await tenant.stored(["hedy"]);
      for (const [method, path, body] of [["POST", "/v1/roles", { name: "New", resources: [] }], ["PUT", "/v1/clients/shop-web", RENAMED.body], ["DELETE", "/v1/users/ada", undefined]] as const) {
        const answered = await tenant.send(method, `/console/api${path}`, { body, headers: { ...sent, cookie: agent.cookie } });
        assert.deepEqual(codeOf(answered), [403, "cross_site_request"], method);
      }
      assert.deepEqual(await tenant.stored(["hedy"]), held);
    });
  }

  test("a form of another site, whatever its type", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const headers = { "content-type": type, cookie: agent.cookie, origin: "https://evil.example" };
      assert.equal((await tenant.send("POST", "/console/api/v1/roles", { body: '{"name":"x"}', headers })).status, 403, type);
    }
  });

  const ours: [string, Record<string, string>][] = [
    ["by `Origin`", { origin: "OURS" }],
    ["by Fetch Metadata", { "sec-fetch-site": "same-origin" }],
    ["by both", { origin: "OURS", "sec-fetch-site": "same-origin" }],
  ];
  for (const [name, headers] of ours) {
    test(`but one of our page's is made, which says so ${name}`, async () => {
      const sent = Object.fromEntries(Object.entries(headers).map(([field, value]) => [field, value.replace("OURS", tenant.origin)]));
      const answered = await tenant.send("PUT", "/console/api/v1/clients/shop-web", { ...RENAMED, headers: { ...sent, cookie: agent.cookie } });
      assert.equal(answered.status, 200, answered.text);
    });
  }

  test("a logout from another site", async () => {
    for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }, { origin: "null" }]) {
      const answered = await tenant.send("POST", "/console/logout", { headers: { ...headers, cookie: agent.cookie } });
      assert.deepEqual(codeOf(answered), [403, "cross_site_request"]);
    }
    assert.equal((await agent.fetch("/console/session")).status, 200);
  });

  test("a logout by a link", async () => {
    const { status, headers } = await agent.fetch("/console/logout");
    assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
  });
});

describe("only the console's own cookie logs anybody in:", () => {
  test("not the cookies of the browser's session and of a login that has begun", async () => {
    await agent.fetch("/console/login");
    const others = agent.cookie.split("; ").filter((pair) => !pair.startsWith("audgate-console="));
    assert.ok(others.length >= 2, agent.cookie);
    for (const pair of others) {
      const value = pair.slice(pair.indexOf("=") + 1);
      assert.deepEqual(await presented(pair), NOT_LOGGED_IN);
      assert.deepEqual(await presented(`audgate-console=${value}`), NOT_LOGGED_IN);
    }
  });

  test("not a token of the same user's", async () => {
    const tokens = await tenant.userTokens("hedy");
    for (const token of Object.values(tokens)) assert.deepEqual(await presented(`audgate-console=${token}`), NOT_LOGGED_IN);
  });

  test("not another tenant's", async () => {
    const foreign = await second.administrator();
    assert.deepEqual(await presented(foreign.cookie), NOT_LOGGED_IN);
    const there = await second.send("GET", "/console/api/v1/publication", { headers: { cookie: agent.cookie } });
    assert.deepEqual(codeOf(there), NOT_LOGGED_IN);
  });

  test("not one with any character changed, cut off or added", async () => {
    const value = cookieOf(agent);
    assert.equal((await presented(`audgate-console=${value}`))[0], 200);
    const changed = Array.from(value, (own, at) => `${value.slice(0, at)}${own === "A" ? "B" : "A"}${value.slice(at + 1)}`);
    for (const text of [...changed, value.slice(1), value.slice(0, -1), `${value}A`, `${value}=`, `"${value}"`, value.toUpperCase(), ""]) {
      assert.deepEqual(await presented(`audgate-console=${text}`), NOT_LOGGED_IN, text);
    }
  });

  test("not two of them, of which one is somebody else's", async () => {
    const other = cookieOf(await tenant.administrator());
    assert.deepEqual(await presented(`audgate-console=${cookieOf(agent)}; audgate-console=${other}`), NOT_LOGGED_IN);
    assert.deepEqual(await presented(`audgate-console=${other}; audgate-console=${cookieOf(agent)}`), NOT_LOGGED_IN);
  });

  test("and it is good for nothing else", async () => {
    const value = cookieOf(agent);
    const refreshed = await tenant.ask("shop-web", { grant_type: "refresh_token", refresh_token: value });
    assert.equal(refreshed.status, 400);
    assert.equal((await tenant.send("GET", "/v1/publication", { token: value })).status, 401);
    const session = /audgate-session=/.exec(agent.cookie) === null ? "session" : "audgate-session";
    const silent = `/oidc/auth?${new URLSearchParams({ response_type: "code", client_id: "shop-web", redirect_uri: `${tenant.origin}/demo/callback`, prompt: "none", code_challenge: "A".repeat(43), code_challenge_method: "S256" })}`;
    const { headers } = await tenant.send("GET", silent, { headers: { cookie: `${session}=${value}` } });
    assert.equal(new URL(headers.get("location") ?? "").searchParams.get("error"), "login_required");
  });
});

describe("what is taken from an administrator counts", () => {
  const asked = async (own: ConsoleAgent = agent): Promise<unknown[]> => codeOf(await own.call("GET", "/v1/publication"));
  /** Once it is published. */
  const askedThen = async (own: ConsoleAgent): Promise<unknown[]> => (await tenant.settled(), asked(own));

  /** Administrators of whom nobody else in this file knows. */
  const names = ["grete", "ida", "klara", "emmy", "maria"];
  before(async () => {
    for (const id of names) {
      const roles = { applications: ["console"], role_ids: ["tenant-administrator"] };
      await tenant.manage("POST", "/v1/users", { user_id: id, email: `${id}@shop.example`, ...roles });
    }
    await tenant.settled();
  });
  const another = (): Promise<ConsoleAgent> => tenant.administrator(names.pop());

  test("when they log out, also for whoever has copied the cookie", async () => {
    const copied = agent.cookie;
    const answer = await agent.fetch("/console/logout", { method: "POST", headers: { origin: tenant.origin } });
    assert.deepEqual([answer.status, await answer.json()], [200, { redirect: "/console/" }]);
    for (const field of answer.headers.getSetCookie()) assert.match(field, /^[\w-]+=; Path=\/; Max-Age=0; HttpOnly/);
    assert.deepEqual(await asked(), NOT_LOGGED_IN);
    assert.deepEqual(await presented(copied), NOT_LOGGED_IN);
  });

  test("when they log out: the whole browser is", async () => {
    const copied = agent.cookie;
    await agent.fetch("/console/logout", { method: "POST", headers: { origin: tenant.origin } });
    const begun = await tenant.send("GET", "/console/login", { headers: { cookie: copied } });
    const location = new URL(begun.headers.get("location") ?? "");
    const { headers } = await tenant.send("GET", `${location.pathname}${location.search}`, { headers: { cookie: copied } });
    assert.match(headers.get("location") ?? "", /^\/oidc\/login\?/);
  });

  test("when management ends their sessions, at once", async () => {
    await tenant.manage("DELETE", "/v1/sessions/hedy");
    assert.deepEqual(await asked(), NOT_LOGGED_IN);
  });

  test("when management ends this one session, at once, and no other", async () => {
    const kept = await tenant.administrator();
    const { result } = (await tenant.manage("GET", "/v1/sessions/hedy")) as { result: { session_id: string; start_time: number }[] };
    assert.equal(result.length, 2);
    const outcomes = [];
    for (const { session_id: id } of result) {
      await tenant.manage("DELETE", `/v1/sessions/hedy/${id}`);
      outcomes.push([(await asked())[0], codeOf(await kept.call("GET", "/v1/publication"))[0]].toSorted());
    }
    assert.deepEqual(outcomes, [[200, 401], [401, 401]]);
  });

  test("when the role is taken away, once it is published", async () => {
    const own = await another();
    await tenant.manage("PUT", "/v1/users/maria", { role_ids: ["order-viewer"] });
    assert.deepEqual(await askedThen(own), NO_ADMINISTRATOR);
    assert.equal((await own.fetch("/console/session")).status, 403);
    await tenant.manage("PUT", "/v1/users/maria", { role_ids: ["tenant-administrator"] });
    assert.equal((await askedThen(own))[0], 200);
  });

  test("when they take it from themselves", async () => {
    const own = await another();
    assert.equal((await own.call("PUT", "/v1/users/emmy", { body: { role_ids: [] } })).status, 200);
    assert.deepEqual(await askedThen(own), NO_ADMINISTRATOR);
  });

  test("when they are no longer assigned to the console, once it is published", async () => {
    const own = await another();
    await tenant.manage("DELETE", "/v1/applications/console/users/klara");
    assert.deepEqual(await askedThen(own), NO_ADMINISTRATOR);
  });

  test("when they are suspended, at once and for good", async () => {
    const own = await another();
    await tenant.manage("PUT", "/v1/users/ida", { status: "suspended" });
    assert.deepEqual(await asked(own), NOT_LOGGED_IN);
    await tenant.manage("PUT", "/v1/users/ida", { status: "active" });
    assert.deepEqual(await askedThen(own), NOT_LOGGED_IN);
  });

  test("when they are removed, at once", async () => {
    const own = await another();
    await tenant.manage("DELETE", "/v1/users/grete");
    assert.deepEqual(await asked(own), NOT_LOGGED_IN);
    assert.deepEqual(await askedThen(own), NOT_LOGGED_IN);
  });
});

test("the cookie is good for twelve hours, however often it is used", async () => {
  const goesOn = (seconds: number): Promise<Response> => worker.fetch(`/test/clock?ahead=${seconds}`);
  for (const seconds of [6 * 3_600, 6 * 3_600 - 60]) {
    await goesOn(seconds);
    assert.equal((await agent.call("GET", "/v1/publication")).status, 200);
  }
  await goesOn(60);
  assert.deepEqual(codeOf(await agent.call("GET", "/v1/publication")), NOT_LOGGED_IN);
});

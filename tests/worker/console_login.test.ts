/**
 * Logging in to the console: an ordinary login by the redirect flow, whose token stays on the server. The browser gets a
 * cookie that no script can read, and only if it began that login itself.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ConsoleAgent, imported, startTenants } from "../support/tenants.ts";
import { UserAgent } from "../support/user_agent.ts";

const { first: tenant, second: withoutConsole, stop } = await startTenants({
  change: (document) => (document.tenant_id === "second" ? { ...document, settings: { kv_propagation: 0 } } : document),
});
after(stop);
before(async () => {
  await imported(tenant);
  await imported(withoutConsole, (document) => ({ ...document, settings: { kv_propagation: 0 } }));
  // Of the console's application, and without the role.
  await tenant.manage("PUT", "/v1/applications/console/users/grace");
  await tenant.settled();
});

const pageOf = (answer: { text: string }): string => /<h1[^>]*>(.*?)<\/h1>/.exec(answer.text)?.[1] ?? "";
const isLoggedIn = async (agent: UserAgent): Promise<boolean> => (await agent.fetch("/console/session")).status === 200;

/** The `Set-Cookie` field of a response for one cookie; `undefined` where it has none. */
function setCookie(response: Response, name: string): string | undefined {
  return response.headers.getSetCookie().find((field) => field.startsWith(`${name}=`));
}

describe("a login", () => {
  test("begins with an authorization request of the console's: PKCE, state, no scope", async () => {
    const { status, headers } = await tenant.send("GET", "/console/login");
    assert.equal(status, 303);
    const url = new URL(headers.get("location") ?? "");
    assert.equal(`${url.origin}${url.pathname}`, `${tenant.origin}/oidc/auth`);
    const { state, code_challenge: challenge, ...others } = Object.fromEntries(url.searchParams);
    assert.match(state ?? "", /^[\w-]{43}$/);
    assert.match(challenge ?? "", /^[\w-]{43}$/);
    assert.deepEqual(others, {
      ...{ response_type: "code", client_id: "console", redirect_uri: `${tenant.origin}/console/callback` },
      code_challenge_method: "S256",
    });
  });

  test("draws its state and challenge afresh each time", async () => {
    const asked = async (): Promise<string[]> => {
      const { searchParams } = new URL((await tenant.send("GET", "/console/login")).headers.get("location") ?? "");
      return [searchParams.get("state") ?? "", searchParams.get("code_challenge") ?? ""];
    };
    assert.equal(new Set([...(await asked()), ...(await asked())]).size, 4);
  });

  test("ends with a cookie that no script and no other site can use, and the one that began it gone", async () => {
    const agent = new ConsoleAgent(tenant);
    const begun = await agent.fetch("/console/login");
    assert.match(setCookie(begun, "audgate-console-login") ?? "", /^[^;]+; Path=\/; Max-Age=900; HttpOnly; SameSite=Lax$/);
    const ended = await agent.logInToConsole("hedy");
    assert.deepEqual([ended.status, ended.headers.get("location"), ended.headers.get("cache-control")], [303, "/console/", "no-store"]);
    assert.match(setCookie(ended, "audgate-console") ?? "", /^audgate-console=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    assert.match(setCookie(ended, "audgate-console-login") ?? "", /^audgate-console-login=; .*Max-Age=0/);
    assert.equal(ended.headers.get("referrer-policy"), "no-referrer");
  });

  test("tells who it is, for whom, and until when", async () => {
    const answer = await (await tenant.administrator()).fetch("/console/session");
    const { expires_at: expiresAt, ...who } = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual(who, { user_id: "hedy", email: "hedy@shop.example", tenant_id: "first", tenant: tenant.origin, hosts: [new URL(tenant.origin).hostname] });
    assert.ok(Math.abs(Number(expiresAt) - Date.now() / 1_000 - 43_200) < 60);
  });

  test("within the session of the browser asks nobody anything", async () => {
    const agent = await tenant.administrator();
    const begun = await agent.fetch("/console/login");
    const answer = await agent.open(begun.headers.get("location") ?? "");
    assert.ok(answer.kind === "elsewhere" && answer.url.pathname === "/console/callback");
    assert.equal((await agent.fetch(answer.url)).status, 303);
  });
});

describe("who is not let in", () => {
  test("a user without the role is told so, and has no cookie", async () => {
    const agent = new ConsoleAgent(tenant);
    const answer = await agent.logInToConsole("grace");
    const text = await answer.text();
    assert.equal(answer.status, 403);
    assert.match(text, /tenant-administrator/);
    assert.equal(setCookie(answer, "audgate-console"), undefined);
    assert.equal(await isLoggedIn(agent), false);
  });

  test("a user who is not assigned to the console is told that they were not let in", async () => {
    const agent = new ConsoleAgent(tenant);
    const answered = await agent.authorizeConsole("ada");
    assert.equal(answered.searchParams.get("error"), "access_denied");
    const answer = await agent.fetch(answered);
    assert.deepEqual([answer.status, setCookie(answer, "audgate-console")], [400, undefined]);
    assert.equal(await isLoggedIn(agent), false);
  });

  for (const method of ["POST", "PUT", "DELETE"]) {
    test(`nobody, by ${method}`, async () => {
      for (const path of ["/console/login", "/console/callback", "/console/session"]) {
        const { status, headers } = await tenant.send(method, path);
        assert.deepEqual([status, headers.get("allow")], [405, "GET"], path);
      }
    });
  }

  test("nobody, in a tenant whose settings name no console", async () => {
    for (const path of ["/console/login", "/console/callback", "/console/session", "/console/api/v1/tenant"]) {
      assert.equal((await withoutConsole.send("GET", path)).status, 404, path);
    }
  });
});

describe("an answer that does not belong to what the browser asked logs nobody in:", () => {
  const changes: [string, (answered: URL) => void][] = [
    ["another state", (url) => url.searchParams.set("state", "A".repeat(43))],
    ["an empty state", (url) => url.searchParams.set("state", "")],
    ["no state", (url) => url.searchParams.delete("state")],
    ["two states", (url) => url.searchParams.append("state", url.searchParams.get("state") ?? "")],
    ["another issuer", (url) => url.searchParams.set("iss", "https://evil.example")],
    ["no issuer", (url) => url.searchParams.delete("iss")],
    ["no code", (url) => url.searchParams.delete("code")],
    ["a code of nobody's", (url) => url.searchParams.set("code", "A".repeat(120))],
  ];
  for (const [name, change] of changes) {
    test(name, async () => {
      const agent = new ConsoleAgent(tenant);
      const answered = await agent.authorizeConsole("hedy");
      const changed = new URL(answered);
      change(changed);
      const refused = await agent.fetch(changed);
      assert.deepEqual([refused.status, setCookie(refused, "audgate-console")], [400, undefined]);
      assert.equal(await isLoggedIn(agent), false);
    });
  }

  test("that of another browser, in one that has begun nothing", async () => {
    const answered = await new ConsoleAgent(tenant).authorizeConsole("hedy");
    const { status, headers } = await tenant.send("GET", `${answered.pathname}${answered.search}`);
    assert.deepEqual([status, headers.get("set-cookie")], [400, null]);
  });

  test("that of another browser, in one that has begun a login of its own", async () => {
    const answered = await new ConsoleAgent(tenant).authorizeConsole("hedy");
    const victim = new ConsoleAgent(tenant);
    await victim.fetch("/console/login");
    assert.equal((await victim.fetch(answered)).status, 400);
    assert.equal(await isLoggedIn(victim), false);
  });

  test("the code of another login with the right state", async () => {
    const attacker = await new ConsoleAgent(tenant).authorizeConsole("hedy");
    const victim = new ConsoleAgent(tenant);
    const answered = await victim.authorizeConsole("hedy");
    answered.searchParams.set("code", attacker.searchParams.get("code") ?? "");
    assert.equal((await victim.fetch(answered)).status, 400);
    assert.equal(await isLoggedIn(victim), false);
  });

  test("the same answer again", async () => {
    const agent = new ConsoleAgent(tenant);
    const answered = await agent.authorizeConsole("hedy");
    const begun = agent.cookie;
    assert.equal((await agent.fetch(answered)).status, 303);
    const again = await agent.fetch(answered);
    assert.deepEqual([again.status, setCookie(again, "audgate-console")], [400, undefined]);
    const copied = await tenant.send("GET", `${answered.pathname}${answered.search}`, { headers: { cookie: begun } });
    assert.equal(copied.status, 400);
    assert.ok(!(copied.headers.get("set-cookie") ?? "").includes("audgate-console=A"), "a copied cookie and code log nobody in");
    assert.equal(await isLoggedIn(agent), true);
  });

  test("an error, which is told in our words only", async () => {
    const agent = new ConsoleAgent(tenant);
    const answered = await agent.authorizeConsole("hedy");
    answered.searchParams.delete("code");
    answered.searchParams.set("error", "access_denied");
    answered.searchParams.set("error_description", "<script>alert(1)</script>");
    const refused = await agent.fetch(answered);
    const text = await refused.text();
    assert.equal(refused.status, 400);
    assert.ok(!text.includes("alert"));
    assert.equal(pageOf({ text }), "Not logged in");
  });
});

describe("`return_to`", () => {
  const pages = ["/console/", "/console/resources", "/console/users/ada?tab=sessions", "/console/audit?kind=user&id=ada"];
  for (const page of pages) {
    test(`leads to ${page}`, async () => {
      const agent = new ConsoleAgent(tenant);
      const begun = await agent.fetch(`/console/login?return_to=${encodeURIComponent(page)}`);
      const answer = await agent.fetch(await agent.authorize(begun.headers.get("location") ?? "", "hedy@shop.example"));
      assert.deepEqual([answer.status, answer.headers.get("location")], [303, page]);
    });
  }

  const elsewhere = [
    ...["https://evil.example/", "https://evil.example/console/", "//evil.example/", "//evil.example/console/", "/\\evil.example/", "\\\\evil.example"],
    ...["/console//evil.example", "/console/../..//evil.example", "/console/..%2f..%2f/evil.example", "/console/%2e%2e/demo/shop", "/console/.%2E/demo/shop"],
    ...["/consoles/", "/console", "/oidc/auth", "/", "", "console/", "javascript:alert(1)", "/console/\r\nSet-Cookie: x=y", "/console/#fragment", "/console/\t/evil.example"],
    ...["/console/@evil.example:443", `/console/${"a".repeat(400)}`, "/console/\u00e9"],
  ];
  for (const page of elsewhere) {
    test(`does not lead to ${JSON.stringify(page).slice(0, 60)}`, async () => {
      const agent = new ConsoleAgent(tenant);
      const begun = await agent.fetch(`/console/login?return_to=${encodeURIComponent(page)}`);
      const answer = await agent.fetch(await agent.authorize(begun.headers.get("location") ?? "", "hedy@shop.example"));
      const target = new URL(answer.headers.get("location") ?? "", tenant.origin);
      assert.equal(answer.status, 303);
      assert.deepEqual([target.origin, target.pathname], [tenant.origin, "/console/"]);
    });
  }

  test("that comes twice is refused before anybody logs in", async () => {
    const { status, headers } = await tenant.send("GET", "/console/login?return_to=/console/&return_to=https://evil.example/");
    assert.deepEqual([status, headers.get("location")], [400, null]);
  });
});

test("no token, no cookie and no secret is in what the browser is told", async () => {
  const seen: { url: string; headers: string; body: string }[] = [];
  const agent = new (class extends ConsoleAgent {
    override async fetch(url: URL | string, init?: RequestInit): Promise<Response> {
      const response = await super.fetch(url, init);
      const headers = [...response.headers].map((field) => field.join(": ")).join("\n");
      seen.push({ url: String(url), headers, body: await response.clone().text() });
      return response;
    }
  })(tenant);
  assert.equal((await agent.logInToConsole("hedy")).status, 303);
  const paths = ["/v1/tenant", "/v1/clients?limit=100", "/v1/clients/orders-backend", "/v1/users", "/v1/sessions/hedy", "/v1/keys", "/v1/audit", "/v1/publication", "/v1/applications"];
  for (const path of paths) assert.equal((await agent.call("GET", path)).status, 200, path);
  const values = agent.cookie.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1));
  await agent.fetch("/console/session");
  await agent.fetch("/console/callback?code=x");
  await agent.fetch("/console/logout", { method: "POST", headers: { origin: tenant.origin } });
  assert.ok(seen.length > 10);
  for (const { url, headers, body } of seen) {
    for (const text of [headers, body]) {
      assert.doesNotMatch(text, /eyJ[\w-]+\.[\w-]+\./, `a token at ${url}`);
      assert.doesNotMatch(text, /"?(?:access|refresh|id)_token"?\s*[:=]/, `a token at ${url}`);
      assert.doesNotMatch(text, /"d"\s*:|client_secret"/, `a secret at ${url}`);
    }
    for (const value of values) assert.ok(!body.includes(value), `a cookie at ${url}`);
  }
});

test("the first login in a new tenant succeeds, although no key has been published to this isolate yet", async () => {
  const young = await startTenants();
  after(young.stop);
  const { status } = await new ConsoleAgent(young.first).logInToConsole("hedy");
  assert.equal(status, 303);
});

/**
 * Who may: every call of the management API with the credentials of everybody who could make it (issue 4, "Shown by" 3).
 * Whoever is refused changes nothing, and the same request of management's goes through.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { basic } from "../support/http.ts";
import { type Call, CALLS, type Made, members } from "../support/management_calls.ts";
import { type Answered, BYSTANDER, type ConsoleAgent, imported, startTenants, type Tenancy, THIRD_PARTY } from "../support/tenants.ts";

const { first, second, stop } = await startTenants();
after(stop);

/** Whose request it is, and what it is answered: `may` where the call is for them. */
interface Subject {
  name: string;
  /** Where the console's API stands in front of the path. */
  at?: "/console/api" | undefined;
  headers: Record<string, string>;
  /** Status and reason of every refusal. */
  refusal: [number, string];
  may?: (call: Call) => boolean;
}

let subjects: Subject[] = [];
let administrator: ConsoleAgent;

before(async () => {
  await imported(first);
  await imported(second);
  administrator = await first.administrator();
  const foreign = await second.administrator();
  const [ada, hedy] = [await first.userTokens("ada"), await first.userTokens("hedy")];
  const fromConsole = await first.userTokens("hedy", { client: "console", callback: "/console/callback", scope: "" });
  const elsewhere = await first.clientToken("tenant-admin", { resource: `${first.origin}/demo/orders` });
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
  const page = { origin: first.origin, "sec-fetch-site": "same-origin" };
  const nobody: [number, string] = [403, "wrong_subject"];
  const login: [number, string] = [401, "login_required"];
  subjects = [
    { name: "a client", headers: bearer(await first.clientToken("orders-backend")), refusal: nobody, may: ({ readers }) => readers !== "nobody" },
    { name: "another application's client", headers: bearer(await first.clientToken("partner-app")), refusal: nobody, may: ({ readers }) => readers === "every client" },
    { name: "somebody else's client", headers: bearer(await first.clientToken(THIRD_PARTY)), refusal: nobody },
    { name: "a user", headers: bearer(ada.access_token), refusal: nobody },
    { name: "an administrator, by a token of the shop's", headers: bearer(hedy.access_token), refusal: nobody },
    { name: "an administrator, by a token of the console's", headers: bearer(fromConsole.access_token), refusal: nobody },
    { name: "another tenant's management", headers: bearer(await second.management()), refusal: [401, "unknown_key"] },
    { name: "management, by a token for another resource", headers: bearer(elsewhere), refusal: [401, "audience_mismatch"] },
    { name: "management, by its secret", headers: { authorization: basic("tenant-admin", first.secret("tenant-admin")) }, refusal: [401, "token_missing"] },
    { name: "an administrator's ID token", headers: bearer(hedy.id_token), refusal: [401, "not_an_access_token"] },
    { name: "an administrator's refresh token", headers: bearer(hedy.refresh_token), refusal: [401, "not_three_parts"] },
    { name: "an administrator's cookie, without the console", headers: { ...page, cookie: administrator.cookie }, refusal: [401, "token_missing"] },
    { name: "nobody", headers: {}, refusal: [401, "token_missing"] },
    { name: "another tenant's administrator at the console", at: "/console/api", headers: { ...page, cookie: foreign.cookie }, refusal: login },
    { name: "management at the console, by its token", at: "/console/api", headers: { ...page, ...bearer(await first.management()) }, refusal: login },
    { name: "an administrator at the console, by a token", at: "/console/api", headers: { ...page, ...bearer(hedy.access_token) }, refusal: login },
    { name: "nobody at the console", at: "/console/api", headers: page, refusal: login },
  ];
});

function as({ at, headers }: Subject, method: string, { path, body }: Made): Promise<Answered> {
  return first.send(method, `${at ?? ""}${path}`, { body, headers });
}

/** What a refusal says of its reason, to programs. */
function reasonOf({ body }: Answered): unknown {
  const { reason, error_code: code } = body as { reason?: string; error_code?: string };
  return reason ?? code;
}

/** Whether it changes something when it succeeds. */
const changes = ({ method, status }: Call): boolean => method !== "GET" && status < 300;

interface Note {
  audit_id: number;
  client_id: string | null;
  act: string | null;
  request_id: string;
}

/** The newest entry of the audit log. */
async function newest(): Promise<Note | undefined> {
  const { result } = (await first.manage("GET", "/v1/audit?limit=1")) as { result: Note[] };
  return result[0];
}

function assertRefused(answered: Answered, { name, refusal: [status, reason] }: Subject, of: Tenancy = first): void {
  assert.deepEqual([answered.status, reasonOf(answered)], [status, reason], `${name}: ${answered.text}`);
  assert.equal(answered.headers.get("cache-control"), "no-store", name);
  const { error } = answered.body as { error?: string };
  const challenge = answered.headers.get("www-authenticate");
  if (reason === "login_required") return;
  if (status === 403) {
    // More scope would not help, so there is no word of OAuth.
    assert.deepEqual([error, challenge], [undefined, null], name);
  } else {
    assert.match(challenge ?? "", new RegExp(`^Bearer realm="${of.origin}"`), name);
    assert.equal(error, reason === "token_missing" ? undefined : "invalid_token", name);
  }
}

describe("the table", () => {
  const listed = CALLS.map(({ method, path }) => `${method} ${path}`).sort();

  test("has every call that the OpenAPI document has, and no others", async () => {
    const { body } = await first.send("GET", "/v1/openapi.json");
    const { paths } = body as { paths: Record<string, Record<string, object>> };
    const managed = Object.entries(paths).filter(([path]) => !path.startsWith("/v1/auth/"));
    const described = managed.flatMap(([path, item]) =>
      Object.keys(item).filter((member) => member !== "parameters").map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(described.sort(), listed);
  });

  test("has every call that the core has, and no others", () => {
    const source = readFileSync(new URL("../../src/issuer/management/route.rs", import.meta.url), "utf8");
    const methods = new Map([...source.matchAll(/^const (\w+): &str = "([^"]+)";/gm)].map(([, name, value]) => [name, value]));
    const routes = [...source.matchAll(/^ {4}Entry\("([^"]+)", (?:"([^"]+)"|(\w+)),/gm)];
    assert.ok(routes.length > 20, "the routes are no longer written like this");
    const calls = routes.flatMap(([, path, own, named]) => (own ?? methods.get(named) ?? "").split(", ").map((method) => `${method} /v1/${path}`));
    assert.deepEqual(calls.sort(), listed.map((call) => call.replace(/\{\w+\}/g, "*")).sort());
  });
});

for (const call of CALLS) {
  describe(`${call.method} ${call.path}`, () => {
    const notes: (Note | undefined)[] = [];

    /** Has somebody who may make the request: it does what it is for. */
    async function succeeds(send: (made: Made) => Promise<Answered>, made: Made): Promise<void> {
      const [held, noted] = [await first.stored([BYSTANDER]), await newest()];
      const { status, text } = await send(made);
      assert.equal(status, call.status, text);
      if (!changes(call)) return;
      assert.notDeepEqual(await first.stored([BYSTANDER]), held);
      const note = await newest();
      notes.push(note?.audit_id === noted?.audit_id ? undefined : note);
    }

    test("is refused to everybody else, and nothing changes", async () => {
      const made = await call.make(first);
      const held = await first.stored([BYSTANDER]);
      for (const subject of subjects.filter(({ may }) => may?.(call) !== true)) {
        assertRefused(await as(subject, call.method, made), subject);
      }
      assert.deepEqual(await first.stored([BYSTANDER]), held);
      const token = await first.management();
      await succeeds(({ path, body }) => first.send(call.method, path, { body, token }), made);
    });

    if (call.readers !== "nobody") {
      test(`is open to ${call.readers}, and changes nothing`, async () => {
        const made = await call.make(first);
        const held = await first.stored([BYSTANDER]);
        const readers = subjects.filter(({ may }) => may?.(call) === true);
        assert.ok(readers.length > 0);
        for (const subject of readers) {
          const { status, text } = await as(subject, call.method, made);
          assert.equal(status, call.status, `${subject.name}: ${text}`);
        }
        assert.deepEqual(await first.stored([BYSTANDER]), held);
      });
    }

    test("is done for an administrator who is logged in to the console", async () => {
      await succeeds(({ path, body }) => administrator.call(call.method, path, { body }), await call.make(first));
    });

    if (changes(call)) {
      test("is in the audit log, with who asked for whom by which request", () => {
        const [own, acting] = notes;
        assert.deepEqual([own?.client_id, own?.act], ["tenant-admin", null]);
        assert.deepEqual([acting?.client_id, acting?.act], ["console", "hedy"]);
        for (const note of notes) assert.match(note?.request_id ?? "", /^[\w-]{8,}$/);
        assert.notEqual(own?.request_id, acting?.request_id);
      });
    }
  });
}

describe("a method that a path does not have is refused to management, too", () => {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  for (const [path, calls] of Map.groupBy(CALLS, ({ path }) => path)) {
    const own = calls.map(({ method }) => method);
    test(path, async () => {
      const { path: concrete } = await (calls[0] as Call).make(first);
      for (const method of methods.filter((method) => !own.includes(method))) {
        const { status, headers } = await first.send(method, concrete, { token: await first.management() });
        assert.equal(status, 405, method);
        assert.deepEqual(headers.get("allow")?.split(", ").sort(), own.toSorted(), method);
        assert.equal((await administrator.call(method, concrete)).status, 405, method);
      }
    });
  }
});

describe("a client does not widen itself", () => {
  const orders = { resource_id: "orders", scopes: ["orders:read", "orders:cancel"] };
  const attempts: [string, string, string, unknown][] = [
    ["by assigning itself a resource", "PUT", "/v1/clients/orders-backend/resources", { resource_ids: ["orders", "payments"] }],
    ["by giving up a resource", "PUT", "/v1/clients/orders-backend/resources", { resource_ids: [] }],
    ["by more allowed scopes", "PUT", "/v1/clients/orders-backend", { resources: [orders, { resource_id: "profile", scopes: ["profile:write"] }] }],
    ["by more grants", "PUT", "/v1/clients/orders-backend", { grants: ["client_credentials", "authorization_code", "refresh_token"] }],
    ["by another redirect URI", "PUT", "/v1/clients/orders-backend", { redirect_uris: ["https://evil.example/"] }],
    ["by a role", "PUT", "/v1/clients/orders-backend", { role_ids: ["order-manager"] }],
    ["by another application", "PUT", "/v1/clients/orders-backend", { app_id: "admin" }],
    ["by a secret that its owner does not know of", "POST", "/v1/clients/orders-backend/secrets", undefined],
    ["by reading its own record", "GET", "/v1/clients/orders-backend", undefined],
    ["by removing itself", "DELETE", "/v1/clients/orders-backend", undefined],
    ["by a further client", "POST", "/v1/clients", { client_id: "further", name: "Further", app_id: "shop", type: "backend", grants: ["client_credentials"], token_endpoint_auth_method: "client_secret_basic" }],
    ["by changing its application", "PUT", "/v1/applications/shop", { name: "changed" }],
    ["by making its application one of management", "PUT", "/v1/applications/shop", { kind: "management" }],
    ["by taking somebody into its application", "PUT", "/v1/applications/shop/users/grace", undefined],
    ["by taking somebody out of it", "DELETE", "/v1/applications/shop/users/ada", undefined],
    ["by a role for one of its users", "PUT", "/v1/users/ada", { role_ids: ["tenant-administrator"] }],
    ["by a user of its own", "POST", "/v1/users", { user_id: "own", email: "own@shop.example", applications: ["shop"] }],
    ["by ending one of its users' sessions", "DELETE", "/v1/sessions/ada", undefined],
    ["by more scopes of its resource", "PUT", "/v1/resources/orders", { scopes: [{ name: "orders:read" }, { name: "orders:cancel" }, { name: "orders:all" }] }],
  ];
  for (const [name, method, path, body] of attempts) {
    test(name, async () => {
      const held = await first.stored(["ada"]);
      const own = subjects.find(({ name }) => name === "a client") as Subject;
      assertRefused(await as(own, method, { path, body }), own);
      assert.deepEqual(await first.stored(["ada"]), held);
    });
  }

  test("and gets what management assigns it", async () => {
    await first.manage("POST", "/v1/clients", { ...members("clients", "assigned", first) });
    await first.manage("PUT", "/v1/clients/assigned/resources", { resource_ids: ["orders", "payments"] });
    const { result } = (await first.manage("GET", "/v1/clients/assigned")) as { result: { resources: object[] } };
    assert.deepEqual(result.resources, [
      { resource_id: "orders", scopes: ["orders:read"] },
      { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
    ]);
  });
});

test("whose client is gone is nobody any more", async () => {
  const { result } = (await first.manage("POST", "/v1/clients", { ...members("clients", "short-lived", first), app_id: "admin", resources: [] })) as { result: { client_secret: string } };
  await first.settled();
  const answer = await first.ask("short-lived", { grant_type: "client_credentials" }, result.client_secret);
  const { access_token: token } = (await answer.json()) as { access_token: string };
  assert.equal((await first.send("GET", "/v1/publication", { token })).status, 200);
  await first.manage("DELETE", "/v1/clients/short-lived");
  const gone = await first.send("GET", "/v1/publication", { token });
  assert.deepEqual([gone.status, reasonOf(gone)], [401, "token_revoked"]);
});

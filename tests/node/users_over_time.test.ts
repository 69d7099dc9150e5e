/** What users' sessions and tokens do as time goes by, and when they are taken away. The requirements are in the names. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { demoTenant, Isolate, ORIGIN } from "../support/isolate.ts";
import { records, type TenantDocument } from "../support/demo.ts";

const HOUR = 3_600;
const DAY = 86_400;
const SESSION = 14 * DAY;

type Answer = Record<string, string>;

let isolate: Isolate;
beforeEach(() => {
  isolate = new Isolate();
});

/** The demo with something changed. */
function changed(change: (tenant: TenantDocument) => void): Isolate {
  const tenant = structuredClone(demoTenant);
  change(tenant);
  return new Isolate(records(tenant));
}

async function clientToken(clientId: string): Promise<string> {
  const response = await isolate.issuer("/oidc/token", isolate.tokenRequest(clientId, { grant_type: "client_credentials" }));
  return ((await response.json()) as Answer).access_token ?? "";
}

async function call(method: string, path: string, body?: object, clientId = "orders-backend"): Promise<Response> {
  const headers = { authorization: `Bearer ${await clientToken(clientId)}`, "content-type": "application/json" };
  return isolate.issuer(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

/** Logs ada in by a link from backend to backend. */
async function login(parameters: object = {}): Promise<Answer> {
  const redirect = { email: "ada@shop.example", redirect_uri: `${ORIGIN}/demo/callback` };
  assert.equal((await call("POST", "/v1/auth/link/email/send", redirect)).status, 200);
  await isolate.settled();
  const code = new URL(isolate.mails.at(-1)?.link ?? "").searchParams.get("code");
  const response = await call("POST", "/v1/auth/link/email/authenticate", { code, ...parameters });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Answer;
}

const orders = { resource: `${ORIGIN}/demo/orders` };
const offline = { ...orders, scope: "orders:read offline_access" };
const silent = (sessionId: string | undefined): Promise<Response> =>
  call("POST", "/v1/auth/session/authenticate", { session_id: sessionId, ...orders });
const refresh = (token: string | undefined): Promise<Response> =>
  call("POST", "/v1/auth/token/refresh", { refresh_token: token });
const atGate = async (token: string | undefined): Promise<number> => (await isolate.request("/demo/orders/1", token)).status;

describe("R23: a user who is present", () => {
  test("gets a new access token by silent authentication when the old one has expired, without a refresh token", async () => {
    const { access_token: first, session_id: session, refresh_token: none } = await login(orders);
    assert.equal(none, undefined);
    assert.equal(await atGate(first), 200);
    isolate.wait(HOUR + 11);
    assert.equal(await atGate(first), 401);
    const again = (await (await silent(session)).json()) as Answer;
    assert.equal(await atGate(again.access_token), 200);
    assert.equal(again.session_id, session);
  });

  test("has to log in again once the session is over", async () => {
    const { session_id: session } = await login(orders);
    isolate.wait(SESSION);
    const refused = await silent(session);
    assert.equal(refused.status, 400);
    assert.equal(((await refused.json()) as Answer).error, "invalid_grant");
    assert.ok((await login(orders)).access_token);
  });

  test("gets no token that outlives the session", async () => {
    isolate = changed((tenant) => {
      const resource = tenant.resources.find(({ resource_id: id }) => id === "orders");
      assert.ok(resource);
      Object.assign(resource, { access_token_ttl: 30 * DAY, refresh_token_ttl: 30 * DAY, max_refresh_rotate: 30 * DAY });
    });
    assert.equal(Number((await login(orders)).expires_in), SESSION);
  });
});

describe("R29: a session", () => {
  test("goes on for 14 days from every silent authentication", async () => {
    const { session_id: session } = await login(orders);
    for (let times = 0; times < 5; times += 1) {
      isolate.wait(SESSION - 1);
      assert.equal((await silent(session)).status, 200);
    }
  });

  test("is not prolonged by refreshing", async () => {
    const { session_id: session, refresh_token: token } = await login(offline);
    isolate.wait(SESSION - DAY);
    assert.equal((await refresh(token)).status, 200);
    isolate.wait(DAY);
    assert.equal((await silent(session)).status, 400);
  });

  test("R30: cannot be given another length", () => {
    const tenant = structuredClone(demoTenant) as TenantDocument & { settings: Record<string, unknown> };
    tenant.settings.session_ttl = 60;
    assert.throws(() => records(tenant), /length of a session cannot be configured/);
  });
});

describe("R24, R31: offline access", () => {
  test("ends when the refresh token was not used for its time", async () => {
    isolate = changed((tenant) => {
      const resource = tenant.resources.find(({ resource_id: id }) => id === "orders");
      Object.assign(resource ?? {}, { refresh_token_ttl: DAY, max_refresh_rotate: 30 * DAY });
    });
    const { refresh_token: token } = await login(offline);
    isolate.wait(DAY);
    assert.equal((await refresh(token)).status, 400);
  });

  test("ends with the maximum rotation time, however often the token rotates", async () => {
    let { refresh_token: token } = await login(offline);
    for (let day = 1; day < 14; day += 1) {
      isolate.wait(DAY);
      const answer = (await (await refresh(token)).json()) as Answer;
      assert.equal(Number(answer.refresh_token_expires_in), (14 - day) * DAY, "it never outlives the maximum");
      token = answer.refresh_token;
    }
    isolate.wait(DAY);
    assert.equal((await refresh(token)).status, 400);
  });

  test("R28: of the default resource ends after 14 days by default, and after a year by the preset `legacy`", async () => {
    for (const [preset, days] of [["standard", 14], ["legacy", 365]] as const) {
      isolate = changed((tenant) => {
        Object.assign(tenant, { default_resource: { preset, scopes: [] } });
      });
      let { refresh_token: token } = await login({ scope: "openid offline_access" });
      let lasted = 0;
      for (;;) {
        isolate.wait(7 * DAY);
        const response = await refresh(token);
        if (response.status !== 200) break;
        lasted += 7;
        token = ((await response.json()) as Answer).refresh_token;
      }
      assert.equal(lasted, Math.ceil(days / 7 - 1) * 7, preset);
    }
  });
});

/** Gives the directory the tenant: from then on it is what management changes. */
const imported = async (): Promise<void> =>
  assert.equal((await call("PUT", "/v1/tenant", demoTenant, "tenant-admin")).status, 200);

describe("what is taken away", () => {
  test("a logout ends refresh tokens at once, and access tokens within the bound", async () => {
    const { access_token: access, refresh_token: token, session_id: session } = await login(offline);
    assert.equal(await atGate(access), 200);
    assert.equal((await call("POST", "/v1/auth/session/logout", { session_id: session })).status, 204);
    assert.equal((await refresh(token)).status, 400);
    isolate.wait(60);
    isolate.objects.ring();
    assert.equal(await atGate(access), 401);
  });

  test("a suspension ends sessions and refresh tokens at once, and access tokens within the bound", async () => {
    await imported();
    const { access_token: access, refresh_token: token, session_id: session } = await login(offline);
    const suspended = await call("PUT", "/v1/users/ada", { status: "suspended" }, "tenant-admin");
    assert.equal(suspended.status, 200);
    assert.equal((await refresh(token)).status, 400);
    assert.equal((await silent(session)).status, 400);
    isolate.wait(60);
    isolate.objects.ring();
    assert.equal(await atGate(access), 401);
  });

  test("a suspension that is published ends a refresh as soon as the record is read", async () => {
    const { refresh_token: token } = await login(offline);
    const tenant = structuredClone(demoTenant) as TenantDocument & { users: { status: string }[] };
    for (const user of tenant.users) user.status = "suspended";
    isolate.store.put(records(tenant, { at: Math.floor(isolate.now / 1_000) + 1 }));
    assert.equal((await refresh(token)).status, 400);
  });

  test("reinstating a user does not bring ended sessions back", async () => {
    await imported();
    const { session_id: session } = await login(offline);
    await call("PUT", "/v1/users/ada", { status: "suspended" }, "tenant-admin");
    assert.equal((await call("PUT", "/v1/users/ada", { status: "active" }, "tenant-admin")).status, 200);
    assert.equal((await silent(session)).status, 400);
    assert.ok((await login(offline)).access_token);
  });

  test("a client's own token cannot suspend anybody", async () => {
    const refused = await call("PUT", "/v1/users/ada", { status: "suspended" });
    assert.equal(refused.status, 403);
    assert.equal(((await refused.json()) as Answer).error, undefined);
  });

  test("a client that is no longer in the tenant refreshes nothing", async () => {
    const { refresh_token: token } = await login(offline);
    const bearer = await clientToken("orders-backend");
    isolate.store.entries.delete("tenant/demo/client/orders-backend");
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const body = JSON.stringify({ refresh_token: token });
    const refused = await isolate.issuer("/v1/auth/token/refresh", { method: "POST", headers, body });
    assert.equal(refused.status, 401);
  });
});

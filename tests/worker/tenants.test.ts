/**
 * Two tenants of one deployment under two host names, with the same identifiers and addresses (R5): what one does is
 * invisible in the other, and what one has is good for nothing there.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { document, signingKey } from "../support/demo.ts";
import { created, members } from "../support/management_calls.ts";
import { documentOf, healthy, imported, startTenants, type Tenancy } from "../support/tenants.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { UserAgent } from "../support/user_agent.ts";

const { first, second, worker, stop } = await startTenants();
after(stop);

const LISTS = ["resources", "roles", "applications", "clients", "users"];
const ID: Record<string, string> = { resources: "resource_id", roles: "role_id", applications: "app_id", clients: "client_id", users: "user_id" };

type Described = Record<string, unknown> & { description?: string };

const listed = async (tenant: Tenancy, path: string): Promise<Described[]> =>
  ((await tenant.manage("GET", path)) as { result: Described[] }).result;
const one = async (tenant: Tenancy, path: string): Promise<Described> => ((await tenant.manage("GET", path)) as { result: Described }).result;
const statusOf = async (tenant: Tenancy, method: string, path: string, body?: unknown): Promise<number> =>
  (await tenant.send(method, path, { body, token: await tenant.management() })).status;

/** An authorization request of the shop's pages. */
const authorization = ({ origin }: Tenancy): string =>
  `/oidc/auth?${new URLSearchParams({ response_type: "code", client_id: "shop-web", redirect_uri: `${origin}/demo/callback`, code_challenge: "A".repeat(43), code_challenge_method: "S256" })}`;

describe("a directory is given its tenant by that tenant alone", () => {
  test("it is empty while the other has one", async () => {
    await imported(first);
    const { status, body } = await second.send("GET", "/v1/users", { token: await second.management() });
    assert.deepEqual([status, (body as { error_code: string }).error_code], [409, "directory_empty"]);
  });

  const changes: [string, (document: ReturnType<typeof documentOf>) => object][] = [
    ["the other's document", () => documentOf(second, worker.port)],
    ["its own with the other's issuer", (document) => ({ ...document, issuer: second.origin, hosts: [...document.hosts, second.host] })],
    ["its own with the other's host besides", (document) => ({ ...document, hosts: [...document.hosts, second.host] })],
    ["its own with the other's identifier", (document) => ({ ...document, tenant_id: second.id })],
  ];
  for (const [name, change] of changes) {
    test(`it does not take ${name}`, async () => {
      const held = await first.stored();
      const body = change(documentOf(first, worker.port));
      const refused = await first.send("PUT", "/v1/tenant", { body, token: await first.management() });
      assert.deepEqual([refused.status, (refused.body as { error_code: string }).error_code], [409, "fixed"]);
      assert.deepEqual(await first.stored(), held);
      assert.equal(await statusOf(second, "GET", "/v1/users"), 409);
    });
  }

  test("an empty one does not take the other's either", async () => {
    const body = documentOf(first, worker.port);
    const refused = await second.send("PUT", "/v1/tenant", { body, token: await second.management() });
    assert.deepEqual([refused.status, (refused.body as { error_code: string }).error_code], [409, "fixed"]);
    assert.equal(await statusOf(second, "GET", "/v1/users"), 409);
  });

  test("both have one in the end", async () => {
    await imported(second);
    for (const tenant of [first, second]) {
      const { tenant_id: id, issuer, hosts } = (await tenant.manage("GET", "/v1/tenant")) as Record<string, unknown>;
      assert.deepEqual([id, issuer, hosts], [tenant.id, tenant.origin, [tenant.host]]);
    }
  });
});

describe("the same identifiers", () => {
  for (const list of LISTS) {
    test(`of ${list} are two things: made, changed and removed apart`, async () => {
      const path = `/v1/${list}/twin`;
      const changes = (name: string): object => (list === "users" ? { email: `${name}@twin.example` } : { name });
      const named = async (tenant: Tenancy): Promise<unknown> => {
        const { name, email } = await one(tenant, path);
        return name ?? email;
      };
      for (const tenant of [first, second]) await tenant.manage("POST", `/v1/${list}`, members(list, "twin", tenant));
      const before = await named(second);
      await first.manage("PUT", path, changes("changed"));
      assert.equal(await named(second), before);
      await second.manage("PUT", path, changes("differently"));
      assert.match(String(await named(first)), /^changed/);
      await first.manage("DELETE", path);
      assert.equal(await statusOf(first, "GET", path), 404);
      assert.match(String(await named(second)), /^differently/);
      await second.manage("DELETE", path);
    });
  }

  test("of a URI may be a resource in each", async () => {
    const shared = { ...members("resources", "shared", first), uri: "https://api.shared.example/" };
    for (const tenant of [first, second]) await tenant.manage("POST", "/v1/resources", shared);
    await first.manage("DELETE", "/v1/resources/shared");
    const found = await one(second, `/v1/resources/uri?resourceUri=${encodeURIComponent("https://api.shared.example/")}`);
    assert.deepEqual([found["resource_id"], found["tenant_id"]], ["shared", second.id]);
    await second.manage("DELETE", "/v1/resources/shared");
  });

  test("of an idempotency key are two keys", async () => {
    const made = async (tenant: Tenancy): Promise<unknown> => {
      const headers = { "idempotency-key": "the same" };
      const body = { name: "Once", resources: [] };
      const { status, body: told } = await tenant.send("POST", "/v1/roles", { body, headers, token: await tenant.management() });
      assert.equal(status, 201);
      return (told as { result: { role_id: string } }).result.role_id;
    };
    const ids = [await made(first), await made(second), await made(first), await made(second)];
    assert.deepEqual([ids[2], ids[3]], [ids[0], ids[1]]);
    assert.notEqual(ids[0], ids[1]);
  });
});

describe("what only one tenant has", () => {
  for (const list of LISTS) {
    test(`of ${list} is not there in the other, and in none of its lists`, async () => {
      const id = await created(first, list);
      const path = `/v1/${list}/${id}`;
      const held = await second.stored();
      for (const [method, body] of [["GET"], ["PUT", {}], ["DELETE"]] as const) {
        assert.equal(await statusOf(second, method, path, body), 404, method);
      }
      for (const query of ["", `?search=${id}`]) {
        const ids = (await listed(second, `/v1/${list}${query}`)).map((element) => element[ID[list] ?? ""]);
        assert.ok(!ids.includes(id), query);
      }
      // Only that management has looked at users is new.
      const left = await second.stored();
      assert.deepEqual({ ...left, audit: [] }, { ...held, audit: [] });
      await first.manage("DELETE", path);
    });
  }

  test("is told of in no list and no record of the other", async () => {
    for (const [tenant, other] of [[first, second], [second, first]] as const) {
      for (const list of LISTS) {
        const text = JSON.stringify(await listed(tenant, `/v1/${list}?limit=100`));
        for (const foreign of [`of the ${other.id} tenant`, `"${other.id}"`, other.origin]) assert.ok(!text.includes(foreign), `${list}: ${foreign}`);
      }
    }
  });

  test("is found by its URI there alone", async () => {
    const path = `/v1/resources/uri?resourceUri=${encodeURIComponent(`${first.origin}/demo/orders`)}`;
    assert.equal(await statusOf(first, "GET", path), 200);
    assert.equal(await statusOf(second, "GET", path), 404);
  });

  test("cannot be named by what the other makes", async () => {
    const [resource, role, application, user] = [await created(first, "resources"), await created(first, "roles"), await created(first, "applications"), await created(first, "users")];
    const attempts: [string, string, unknown, number][] = [
      ["PUT", "/v1/clients/orders-backend/resources", { resource_ids: [resource] }, 400],
      ["PUT", "/v1/clients/orders-backend", { role_ids: [role] }, 400],
      ["PUT", "/v1/users/ada", { role_ids: [role] }, 400],
      ["PUT", "/v1/users/ada", { applications: [application] }, 400],
      ["PUT", `/v1/applications/shop/users/${user}`, undefined, 404],
      ["PUT", `/v1/applications/${application}/users/ada`, undefined, 404],
      ["POST", "/v1/clients", { ...members("clients", "smuggled", second), app_id: application }, 400],
    ];
    const held = await second.stored();
    for (const [method, path, body, status] of attempts) assert.equal(await statusOf(second, method, path, body), status, `${method} ${path}`);
    assert.deepEqual(await second.stored(), held);
  });

  test("is not explained in the other", async () => {
    const client = await created(first, "clients");
    await first.settled();
    const about = (tenant: Tenancy, id: string, resource: string): Promise<number> =>
      statusOf(tenant, "GET", `/v1/explain?client_id=${id}&resource=${encodeURIComponent(resource)}`);
    assert.equal(await about(first, client, `${first.origin}/demo/orders`), 200);
    assert.equal(await about(second, client, `${second.origin}/demo/orders`), 404);
    const foreign = await one(second, `/v1/explain?client_id=orders-backend&resource=${encodeURIComponent(`${first.origin}/demo/orders`)}`);
    assert.deepEqual([foreign["resource_id"], foreign["granted"], foreign["refusal"]], [null, [], "invalid_target"]);
  });

  test("is in the audit log of that tenant alone", async () => {
    const id = await created(first, "roles");
    const about = (tenant: Tenancy): Promise<Described[]> => listed(tenant, `/v1/audit?kind=role&id=${id}`);
    assert.deepEqual((await about(first)).map(({ action }) => action), ["create"]);
    assert.deepEqual(await about(second), []);
  });
});

describe("sessions and keys", () => {
  test("of the same user are two: ended in one tenant, they live in the other", async () => {
    const tokens = [await first.userTokens("grace"), await second.userTokens("grace")];
    await first.manage("DELETE", "/v1/sessions/grace");
    assert.deepEqual(await listed(first, "/v1/sessions/grace"), []);
    assert.equal((await listed(second, "/v1/sessions/grace")).length, 1);
    const refreshed = async (tenant: Tenancy, token = ""): Promise<number> =>
      (await tenant.ask("shop-web", { grant_type: "refresh_token", refresh_token: token })).status;
    assert.deepEqual([await refreshed(first, tokens[0]?.refresh_token), await refreshed(second, tokens[1]?.refresh_token)], [400, 200]);
  });

  test("are ended by their own tenant's identifier only", async () => {
    await second.userTokens("grace");
    const sessions = await listed(second, "/v1/sessions/grace");
    assert.equal(await statusOf(first, "DELETE", `/v1/sessions/grace/${sessions[0]?.["session_id"]}`), 404);
    assert.deepEqual(await listed(second, "/v1/sessions/grace"), sessions);
  });

  test("outlive a suspension in the other tenant", async () => {
    const { refresh_token: token } = await second.userTokens("mary");
    await first.manage("PUT", "/v1/users/mary", { status: "suspended" });
    assert.equal((await second.ask("shop-web", { grant_type: "refresh_token", refresh_token: token })).status, 200);
    assert.equal((await one(second, "/v1/users/mary"))["status"], "active");
    await first.manage("PUT", "/v1/users/mary", { status: "active" });
  });

  test("outlive the end of every refresh token of the other tenant", async () => {
    const { refresh_token: token } = await second.userTokens("ada");
    await first.manage("POST", "/v1/tenant/refresh-tokens/revocation");
    await first.settled();
    assert.equal((await second.ask("shop-web", { grant_type: "refresh_token", refresh_token: token })).status, 200);
  });

  test("that sign are each tenant's own, and moved on there", async () => {
    const kids = async (tenant: Tenancy): Promise<unknown[]> => (await listed(tenant, "/v1/keys")).map(({ jwk }) => (jwk as { kid: string }).kid);
    const { result } = (await first.manage("POST", "/v1/keys", { algorithm: "ES256" })) as { result: { kid: string } };
    const [own, others] = [await kids(first), await kids(second)];
    assert.ok(own.includes(result.kid));
    assert.deepEqual(own.filter((kid) => others.includes(kid)), []);
    assert.equal(await statusOf(second, "PUT", `/v1/keys/${result.kid}`, { state: "current" }), 404);
  });
});

describe("what one tenant has given is good for nothing in the other", () => {
  const refusal = async (answer: Response): Promise<unknown[]> => [answer.status, ((await answer.json()) as { error?: string }).error];

  test("the secret of a client", async () => {
    const asked = { grant_type: "client_credentials" };
    assert.deepEqual(await refusal(await second.ask("tenant-admin", asked, first.secret("tenant-admin"))), [401, "invalid_client"]);
    assert.deepEqual(await refusal(await first.ask("tenant-admin", asked, second.secret("tenant-admin"))), [401, "invalid_client"]);
  });

  test("a refresh token, which stays good at home", async () => {
    const { refresh_token: token } = await first.userTokens("ada");
    const asked = { grant_type: "refresh_token", refresh_token: token };
    assert.deepEqual(await refusal(await second.ask("shop-web", asked)), [400, "invalid_grant"]);
    assert.equal((await first.ask("shop-web", asked)).status, 200);
  });

  test("an access token at the gate, for the same resource", async () => {
    const token = await first.clientToken("orders-backend", { resource: `${first.origin}/demo/orders` });
    assert.equal((await first.send("GET", "/demo/orders/1", { token })).status, 200);
    assert.equal((await second.send("GET", "/demo/orders/1", { token })).status, 401);
  });

  test("the session of a browser", async () => {
    const agent = new UserAgent(first);
    await agent.logIn(authorization(first));
    const silent = async (tenant: Tenancy): Promise<URLSearchParams> => {
      const { headers } = await tenant.send("GET", `${authorization(tenant)}&prompt=none`, { headers: { cookie: agent.cookie } });
      return new URL(headers.get("location") ?? "").searchParams;
    };
    assert.ok((await silent(first)).has("code"));
    assert.equal((await silent(second)).get("error"), "login_required");
  });

  test("a link by mail, which stays good at home", async () => {
    const agent = new UserAgent(first);
    await agent.submit(await agent.open(authorization(first)), { email: "ada@shop.example" });
    const sent = (await first.outbox()).findLast(({ to }) => to === "ada@shop.example");
    const link = new URL(sent?.link ?? "");
    const elsewhere = await second.send("GET", `${link.pathname}${link.search}`, { headers: { cookie: agent.cookie } });
    assert.equal(elsewhere.status, 400);
    const page = await agent.open(link);
    assert.equal(page.kind === "page" && page.status, 200);
    assert.ok((await agent.submit(page)).kind === "elsewhere");
  });
});

describe("two tenants that sign with the same keys", async () => {
  const shared = await startTenants({ change: (tenant) => ({ ...tenant, signing_keys: document(8787).signing_keys }) });
  after(shared.stop);
  const one = shared.first;
  const other = shared.second;
  const reason = async (answer: Promise<{ status: number; body: unknown }>): Promise<unknown[]> => {
    const { status, body } = await answer;
    return [status, (body as { reason?: string }).reason];
  };

  test("take each other's management tokens for what they are", async () => {
    const token = await one.management();
    assert.equal((await one.send("GET", "/v1/publication", { token })).status, 200);
    assert.deepEqual(await reason(other.send("GET", "/v1/publication", { token })), [401, "issuer_mismatch"]);
  });

  test("take each other's access tokens at the gate for what they are", async () => {
    const token = await one.clientToken("orders-backend", { resource: `${one.origin}/demo/orders` });
    assert.equal((await one.send("GET", "/demo/orders/1", { token })).status, 200);
    assert.deepEqual(await reason(other.send("GET", "/demo/orders/1", { token })), [401, "issuer_mismatch"]);
  });

  test("refuse a token that names everything of theirs but the tenant", async () => {
    const claims = clientClaims(other.origin, "orders", "orders:read");
    const statusOf = async (tid: string): Promise<unknown> => {
      const token = await signed(signingKey("ES256"), { ...claims, tid });
      return (await other.send("GET", "/demo/orders/1", { token })).status;
    };
    assert.deepEqual([await statusOf(other.id), await statusOf(one.id)], [200, 401]);
  });
});

test("a tenant that is changed publishes nothing under the other's keys", async () => {
  await second.settled();
  const keys = ["", "/client/orders-backend", "/client/shop-web", "/user/ada", "/user/grace"].map((rest) => `tenant/${second.id}${rest}`);
  const records = (): Promise<(string | null)[]> => Promise.all(keys.map((key) => worker.config.get(key)));
  const held = await records();
  await first.manage("PUT", "/v1/resources/orders", { access_token_ttl: 60 });
  await first.manage("PUT", "/v1/clients/orders-backend", { description: "changed" });
  await first.manage("PUT", "/v1/users/ada", { role_ids: [] });
  await first.manage("DELETE", "/v1/users/grace");
  await first.settled();
  assert.deepEqual(await records(), held);
  await healthy(second);
});

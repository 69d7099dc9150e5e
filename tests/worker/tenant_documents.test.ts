/**
 * The tenant document and the API are two ways to the same state: whatever the API has made, one thing after the other, can
 * be exported, and the export is what is there.
 */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { created, members } from "../support/management_calls.ts";
import { type Answered, documentOf, imported, startTenants } from "../support/tenants.ts";

const { first: tenant, stop } = await startTenants();
after(stop);
before(() => imported(tenant));
beforeEach(() => tenant.manage("PUT", "/v1/tenant", documentOf(tenant, tenant.worker.port)));

async function put(document: unknown, query = ""): Promise<Answered> {
  return tenant.send("PUT", `/v1/tenant${query}`, { body: document, token: await tenant.management() });
}

/** Has the export be imported again: it is what is there, so nothing changes. */
async function assertTakenBack(): Promise<void> {
  const document = await tenant.manage("GET", "/v1/tenant");
  for (const query of ["?dry_run=true", ""]) {
    const { status, body, text } = await put(document, query);
    assert.equal(status, 200, text);
    assert.deepEqual((body as { result: object }).result, { changes: [] });
  }
}

/** A document whose lists are in the order of their texts: what went and came again is the last. */
function sorted(document: unknown): object {
  const inOrder = (list: unknown[]): string[] => list.map((element) => JSON.stringify(element)).sort();
  return Object.fromEntries(Object.entries(document as object).map(([name, value]) => [name, Array.isArray(value) ? inOrder(value) : value]));
}

describe("an export is taken back, and changes nothing,", () => {
  const steps: [string, () => Promise<unknown>][] = [
    ["of the tenant as it was imported", async () => undefined],
    ["with a resource whose scope nobody can get yet", () => created(tenant, "resources")],
    ["with an application that has no client yet", () => created(tenant, "applications")],
    ["with a role that nobody has", () => created(tenant, "roles")],
    ["with a client whose secret was made here", () => created(tenant, "clients")],
    ["with a user without applications and roles", () => tenant.manage("POST", "/v1/users", { user_id: "lonely", email: "lonely@shop.example" })],
    ["with a suspended user", () => tenant.manage("PUT", "/v1/users/ada", { status: "suspended" })],
    ["with a description that is gone", () => tenant.manage("PUT", "/v1/clients/shop-web", { description: null })],
    ["with a client that has no resources any more", () => tenant.manage("PUT", "/v1/clients/shop-app/resources", { resource_ids: [] })],
    ["with two secrets of one client", () => tenant.manage("POST", "/v1/clients/orders-backend/secrets")],
    ["with another default resource", () => tenant.manage("PUT", "/v1/resources/default", { access_token_ttl: 600, refresh_token_ttl: 1_200, max_refresh_rotate: 1_200 })],
  ];
  for (const [name, step] of steps) {
    test(name, async () => {
      await step();
      await assertTakenBack();
    });
  }
});

test("a tenant that is taken back after changes is what it was, with its secrets", async () => {
  const document = await tenant.manage("GET", "/v1/tenant");
  await tenant.manage("POST", "/v1/roles", members("roles", "extra", tenant));
  await tenant.manage("POST", "/v1/clients/orders-backend/secrets");
  await tenant.manage("DELETE", "/v1/users/ada");
  await tenant.manage("PUT", "/v1/resources/orders", { access_token_ttl: 60 });
  assert.equal((await put(document)).status, 200);
  assert.deepEqual(sorted(await tenant.manage("GET", "/v1/tenant")), sorted(document));
  await tenant.settled();
  assert.equal((await tenant.ask("orders-backend", { grant_type: "client_credentials" })).status, 200);
});

/** What a directory takes and refuses, one change at a time: the core over SQLite. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { document } from "../support/demo.ts";
import { ManagedTables, members, refusal } from "../support/managed_tables.ts";

const tenant = document(8787);

function imported(): ManagedTables {
  const tables = new ManagedTables();
  assert.ok("imported" in tables.import(tenant));
  return tables;
}

const resource = (more: object = {}): object => ({
  name: "Checkout",
  uri: "http://localhost:8787/demo/checkout",
  access_token_ttl: 300,
  refresh_token_ttl: 600,
  max_refresh_rotate: 3_600,
  scopes: [{ name: "checkout:use", description: "Check out" }],
  rules: [{ methods: ["GET"], path: "/**", scopes: ["checkout:use"] }],
  ...more,
});
const client = (more: object = {}): object => ({
  name: "New",
  app_id: "shop",
  type: "backend",
  grants: ["client_credentials"],
  token_endpoint_auth_method: "client_secret_basic",
  ...more,
});
const user = (more: object = {}): object => ({ email: "new@shop.example", applications: ["shop"], ...more });

/** Refused with that name, and everything is as it was. */
function assertRefused(tables: ManagedTables, change: () => ReturnType<ManagedTables["do"]>, name: string): unknown {
  const before = tables.exported();
  const [refused, said] = refusal(change());
  assert.equal(refused, name, JSON.stringify(said));
  assert.deepEqual(tables.exported(), before);
  return said;
}

describe("something new", () => {
  it("has the fresh identifier unless it names one", () => {
    const tables = imported();
    assert.equal(members(tables.create("resource", resource()))["resource_id"], "fresh");
    assert.equal(members(tables.create("user", user({ user_id: "mary" })))["user_id"], "mary");
  });

  it("shows its tenant and when it came", () => {
    const made = members(imported().create("resource", resource()));
    assert.deepEqual([made["tenant_id"], made["created_at"], made["updated_at"]], ["demo", 1_800_000_000, 1_800_000_000]);
  });

  for (const [what, kind, value] of [
    ["an identifier of a resource", "resource", resource({ resource_id: "orders" })],
    ["a URI", "resource", resource({ uri: "http://localhost:8787/demo/orders" })],
    ["a URI in another spelling", "resource", resource({ uri: "http://LOCALHOST:8787/demo/orders/" })],
    ["the issuer's URL", "resource", resource({ uri: "http://localhost:8787" })],
    ["an identifier of a role", "role", { role_id: "order-viewer", name: "x", resources: [] }],
    ["an identifier of an application", "application", { app_id: "shop", name: "x" }],
    ["an identifier of a client", "client", client({ client_id: "shop-web" })],
    ["a user's identifier, for a client", "client", client({ client_id: "ada" })],
    ["a client's identifier, for a user", "user", user({ user_id: "shop-web" })],
    ["an address", "user", user({ email: "ada@shop.example" })],
    ["an address in another case", "user", user({ email: "ADA@Shop.Example" })],
  ] as const) {
    it(`is refused where ${what} is taken`, () => {
      const tables = imported();
      assertRefused(tables, () => tables.create(kind, value), "duplicate");
    });
  }

  for (const [what, kind, value, place] of [
    ["an unknown member", "resource", resource({ session_length: 1 }), "$.session_length"],
    ["a lifetime that is no number", "resource", resource({ access_token_ttl: "5 minutes" }), "$.access_token_ttl"],
    ["a refresh token that outlives its rotation", "resource", resource({ refresh_token_ttl: 7_200 }), "$.refresh_token_ttl"],
    ["a URI with a fragment", "resource", resource({ uri: "https://shop.example/#a" }), "$.uri"],
    ["a rule for an unknown scope", "resource", resource({ rules: [{ methods: ["GET"], path: "/**", scopes: ["nope"] }] }), "$.rules[0].scopes[0]"],
    ["an identifier that is none", "resource", resource({ resource_id: "a/b" }), "$.resource_id"],
    ["an unknown resource", "role", { name: "x", resources: [{ resource_id: "nope", scopes: [] }] }, "$.resources[0].resource_id"],
    ["an unknown scope", "role", { name: "x", resources: [{ resource_id: "orders", scopes: ["nope"] }] }, "$.resources[0].scopes[0]"],
    ["an unknown application", "client", client({ app_id: "nope" }), "$.app_id"],
    ["an unknown role", "client", client({ role_ids: ["nope"] }), "$.role_ids[0]"],
    ["a secret in clear", "client", client({ secret_hashes: ["secret"] }), "$.secret_hashes[0]"],
    ["a login at a management application", "client", client({ app_id: "admin", grants: ["authorization_code"], redirect_uris: ["https://a.example/"] }), "$.grants[0]"],
    ["a management application", "user", user({ applications: ["admin"] }), "$.applications[0]"],
    ["no address", "user", { applications: [] }, "$.email"],
    ["an unknown status", "user", user({ status: "gone" }), "$.status"],
  ] as const) {
    it(`is refused for ${what}, by the place in it`, () => {
      const tables = imported();
      const { faults } = assertRefused(tables, () => tables.create(kind, value), "invalid") as { faults: string[] };
      assert.ok(faults.some((fault) => fault.startsWith(`${place}: `)), faults.join("\n"));
    });
  }

  it("has all of its faults told at once", () => {
    const tables = imported();
    const bad = resource({ uri: "x", access_token_ttl: 0, nope: 1 });
    const { faults } = assertRefused(tables, () => tables.create("resource", bad), "invalid") as { faults: string[] };
    assert.equal(faults.length, 3, faults.join("\n"));
  });

  it("names a client that exists, for introspection", () => {
    const tables = imported();
    assertRefused(tables, () => tables.create("resource", resource({ introspection_client_id: "nope" })), "invalid");
    members(tables.create("resource", resource({ introspection_client_id: "shop-checkout" })));
  });

  it("that needs a secret has the hash that was made for it, and shows no hash", () => {
    const tables = imported();
    const made = members(tables.create("client", client()));
    assert.deepEqual(made["secrets"], [{ secret_id: "F".repeat(10) }]);
    assert.ok(!("secret_hashes" in made));
  });

  it("that needs none gets none", () => {
    const none = client({ token_endpoint_auth_method: "none", grants: [], type: "web" });
    assert.ok(!("secrets" in members(imported().create("client", none))));
  });
});

describe("a change", () => {
  it("merges members, and `null` removes one", () => {
    const tables = imported();
    const changed = members(tables.update("resource", "orders", { access_token_ttl: 60, cors: null }));
    assert.deepEqual([changed["access_token_ttl"], changed["cors"], changed["name"]], [60, undefined, "Orders"]);
  });

  it("that repeats what is shown changes nothing", () => {
    const tables = imported();
    const shown = tables.do({ read: { kind: "resource", id: "orders" } });
    const again = tables.update("resource", "orders", members(shown));
    assert.deepEqual(again["changed"]?.["entity"], shown["found"]?.["entity"]);
  });

  for (const [what, kind, id, value] of [
    ["an identifier", "resource", "orders", { resource_id: "other" }],
    ["the kind of an application", "application", "shop", { kind: "management" }],
    ["the default resource's URI", "resource", "default", { uri: "https://other.example" }],
    ["a client's identifier", "client", "shop-web", { client_id: "other" }],
  ] as const) {
    it(`is refused for ${what}`, () => {
      const tables = imported();
      assertRefused(tables, () => tables.update(kind, id, value), "fixed");
    });
  }

  it("of something that is not there is refused", () => {
    const tables = imported();
    assertRefused(tables, () => tables.update("role", "nope", { name: "x" }), "not_found");
    assertRefused(tables, () => tables.delete("role", "nope"), "not_found");
  });

  it("of an older revision than the newest is refused, whoever made that", () => {
    const tables = imported();
    const seen = (tables.do({ read: { kind: "role", id: "order-viewer" } })["found"]?.["entity"] as { revision: number }).revision;
    members(tables.update("role", "order-viewer", { name: "One" }, { if_match: seen }));
    assertRefused(tables, () => tables.update("role", "order-viewer", { name: "Two" }, { if_match: seen }), "stale");
    assertRefused(tables, () => tables.delete("role", "order-viewer", { if_match: seen }), "stale");
  });

  it("may leave an address to somebody else", () => {
    const tables = imported();
    members(tables.update("user", "ada", { email: "ada@new.example" }));
    members(tables.create("user", user({ email: "ada@shop.example" })));
    assertRefused(tables, () => tables.update("user", "ada", { email: "ada@shop.example" }), "duplicate");
  });

  it("that takes a scope away from those who have it tells who they are", () => {
    const tables = imported();
    const { used_by: usedBy } = assertRefused(
      tables,
      () => tables.update("resource", "orders", { scopes: [{ name: "orders:read", description: "View" }], rules: [] }),
      "in_use",
    ) as { used_by: { kind: string; id: string }[] };
    assert.ok(usedBy.some(({ kind, id }) => kind === "role" && id === "order-manager"), JSON.stringify(usedBy));
  });

  it("grows versions, whatever the clock does", () => {
    const tables = imported();
    const version = (reply: ReturnType<ManagedTables["do"]>): number => reply["changed"]?.["version"] as number;
    const first = version(tables.update("role", "order-viewer", { name: "One" }));
    tables.now -= 1_000;
    assert.ok(version(tables.update("role", "order-viewer", { name: "Two" })) > first);
  });
});

describe("what is in use", () => {
  for (const [kind, id, by] of [
    ["resource", "orders", "role order-viewer"],
    ["role", "order-viewer", "user ada"],
    ["application", "shop", "client shop-web"],
    ["client", "orders-backend", "resource orders"],
    ["client", "console", "settings tenant"],
  ] as const) {
    it(`stays: ${kind} ${id}, by ${by}`, () => {
      const tables = imported();
      const { used_by: usedBy } = assertRefused(tables, () => tables.delete(kind, id), "in_use") as { used_by: { kind: string; id: string }[] };
      assert.ok(usedBy.some((mention) => `${mention.kind} ${mention.id}` === by), JSON.stringify(usedBy));
    });
  }

  it("goes once nothing names it", () => {
    const tables = imported();
    members(tables.create("resource", resource()));
    members(tables.do({ assign_resources: { client_id: "shop-checkout", resource_ids: ["payments", "fresh"] } }));
    assertRefused(tables, () => tables.delete("resource", "fresh"), "in_use");
    members(tables.do({ assign_resources: { client_id: "shop-checkout", resource_ids: ["payments"] } }));
    assert.ok("deleted" in tables.delete("resource", "fresh"));
    assert.equal(refusal(tables.do({ read: { kind: "resource", id: "fresh" } }))[0], "not_found");
  });

  it("stays: the default resource, for ever", () => {
    const tables = imported();
    assertRefused(tables, () => tables.delete("resource", "default"), "fixed");
  });
});

describe("assigning resources", () => {
  it("keeps the scopes of those that stay, and gives all of theirs to new ones", () => {
    const tables = imported();
    members(tables.update("client", "orders-backend", { resources: [{ resource_id: "orders", scopes: ["orders:read"] }] }));
    const changed = members(tables.do({ assign_resources: { client_id: "orders-backend", resource_ids: ["payments", "orders"] } }));
    assert.deepEqual(changed["resources"], [
      { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
      { resource_id: "orders", scopes: ["orders:read"] },
    ]);
  });

  it("is refused for a resource that is not there, and for one twice", () => {
    const tables = imported();
    const assign = (ids: string[]) => () => tables.do({ assign_resources: { client_id: "orders-backend", resource_ids: ids } });
    assertRefused(tables, assign(["orders", "nope"]), "invalid");
    assertRefused(tables, assign(["orders", "orders"]), "invalid");
  });
});

describe("a secret", () => {
  const add = (tables: ManagedTables, letter: string, more: object = {}): ReturnType<ManagedTables["do"]> =>
    tables.do({ add_secret: { client_id: "orders-backend", secret_hash: `sha256:${letter.repeat(42)}A` } }, more);
  const ids = (reply: ReturnType<ManagedTables["do"]>): string[] =>
    (members(reply)["secrets"] as { secret_id: string }[]).map(({ secret_id: id }) => id);

  it("stays good beside the next one and not beside the one after that", () => {
    const tables = imported();
    assert.equal(ids(add(tables, "B")).length, 2);
    assert.deepEqual(ids(add(tables, "C")), ["B".repeat(10), "C".repeat(10)]);
  });

  it("can be taken away unless it is the only one", () => {
    const tables = imported();
    add(tables, "B");
    add(tables, "C");
    const remove = (id: string) => () => tables.do({ remove_secret: { client_id: "orders-backend", secret_id: id } });
    assert.deepEqual(ids(remove("B".repeat(10))()), ["C".repeat(10)]);
    assertRefused(tables, remove("C".repeat(10)), "fixed");
    assertRefused(tables, remove("nope"), "not_found");
  });

  it("is not rotated twice under one idempotency key", () => {
    const tables = imported();
    const key = { idempotency_key: "once" };
    assert.deepEqual(ids(add(tables, "B", key)), ids(add(tables, "C", key)));
  });

  it("is in no audit entry, and neither is its hash", () => {
    const tables = imported();
    add(tables, "B");
    const log = JSON.stringify(tables.do({ audit: { kind: null, id: null, before: null, limit: 100 } }));
    assert.ok(!log.includes("sha256:") && !log.includes("secret_hashes"));
  });
});

describe("a repeated creation", () => {
  it("has its first answer again and is done once", () => {
    const tables = imported();
    const key = { idempotency_key: "k" };
    const first = tables.create("resource", resource(), key);
    assert.deepEqual(tables.create("resource", resource(), key), first);
    assert.equal((tables.exported()["resources"] as object[]).length, tenant.resources.length + 1);
  });

  it("is refused under the key of another one", () => {
    const tables = imported();
    members(tables.create("resource", resource(), { idempotency_key: "k" }));
    assertRefused(tables, () => tables.create("role", { name: "x" }, { idempotency_key: "k" }), "idempotency_key_reused");
  });

  it("of somebody else has nothing to do with it", () => {
    const tables = imported();
    members(tables.create("role", { role_id: "one", name: "x" }, { idempotency_key: "k" }));
    for (const [id, actor] of [["two", { client_id: "other", user_id: null }], ["three", { client_id: "console", user_id: "hedy" }]] as const) {
      if (actor.user_id === null) members(tables.create("client", client({ client_id: "other", app_id: "admin" })));
      members(tables.create("role", { role_id: id, name: "x" }, { idempotency_key: "k", actor }));
    }
  });

  it("is a new one after a day", () => {
    const tables = imported();
    members(tables.create("role", { role_id: "one", name: "x" }, { idempotency_key: "k" }));
    tables.now += 86_401;
    assertRefused(tables, () => tables.create("role", { role_id: "one", name: "x" }, { idempotency_key: "k" }), "duplicate");
  });

  it("that was refused may be mended under the same key", () => {
    const tables = imported();
    assertRefused(tables, () => tables.create("role", { name: 1 }, { idempotency_key: "k" }), "invalid");
    members(tables.create("role", { name: "x" }, { idempotency_key: "k" }));
  });
});

describe("whoever asks", () => {
  const asks = (clientId: string, userId: string | null = null): object => ({ actor: { client_id: clientId, user_id: userId } });

  for (const [what, actor] of [
    ["a client that is not there", asks("nobody")],
    ["a client of another application than management's", asks("orders-backend")],
    ["a user without the role", asks("console", "ada")],
    ["an administrator at another client than the console's", asks("shop-web", "hedy")],
    ["a user who is not there", asks("console", "nobody")],
    ["a client within another application than its own", { ...asks("orders-backend"), reach: "partners" }],
  ] as const) {
    it(`is refused, and sees nothing: ${what}`, () => {
      const tables = imported();
      assertRefused(tables, () => tables.update("role", "order-viewer", { name: "x" }, actor), "actor_lost");
      assert.equal(refusal(tables.do({ read: { kind: "user", id: "ada" } }, actor))[0], "actor_lost");
    });
  }

  it("cannot take back a role that was just taken away", () => {
    const tables = imported();
    members(tables.update("user", "hedy", { role_ids: [] }));
    const back = { role_ids: ["tenant-administrator"] };
    assertRefused(tables, () => tables.update("user", "hedy", back, asks("console", "hedy")), "actor_lost");
  });

  for (const [what, change] of [
    ["suspended", { status: "suspended" }],
    ["taken out of the console's application", { applications: ["shop"] }],
  ] as const) {
    it(`is nobody once ${what}`, () => {
      const tables = imported();
      members(tables.update("user", "hedy", change));
      assertRefused(tables, () => tables.create("role", { name: "x" }, asks("console", "hedy")), "actor_lost");
    });
  }

  it("cannot go on as a client that was just removed", () => {
    const tables = imported();
    members(tables.create("client", client({ client_id: "second", app_id: "admin" })));
    assert.ok("deleted" in tables.delete("client", "second"));
    assertRefused(tables, () => tables.create("role", { name: "x" }, asks("second")), "actor_lost");
  });

  it("cannot leave the tenant to nobody", () => {
    const tables = imported();
    assertRefused(tables, () => tables.delete("client", "tenant-admin"), "fixed");
    const without = structuredClone(tenant);
    without.clients = without.clients.filter(({ client_id: id }) => id !== "tenant-admin");
    without["applications"] = (without["applications"] as { app_id: string }[]).filter(({ app_id: id }) => id !== "admin");
    assertRefused(tables, () => tables.import(without), "fixed");
  });
});

describe("a document that the deployment published since", () => {
  const later = { published_version: 1_900_000_000 };

  it("is applied before anything else is changed", () => {
    const tables = imported();
    assertRefused(tables, () => tables.update("role", "order-viewer", { name: "x" }, later), "fixed");
    assert.ok("found" in tables.do({ read: { kind: "role", id: "order-viewer" } }, later));
  });

  it("may have other hosts, and comes from whomever the deployment published", () => {
    const tables = imported();
    const moved = { ...structuredClone(tenant), hosts: ["localhost", "new.example"] };
    const deployment = { issuer: tenant["issuer"], hosts: moved.hosts };
    const reply = tables.import(moved, { ...later, deployment, actor: { client_id: "new-admin", user_id: null } });
    assert.ok("imported" in reply, JSON.stringify(reply));
    assert.ok((reply["imported"]?.["version"] as number) > later.published_version);
    assert.deepEqual(tables.exported()["hosts"], moved.hosts);
    members(tables.update("role", "order-viewer", { name: "x" }, later));
  });
});

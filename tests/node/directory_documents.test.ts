/** A tenant document and its directory are two ways to the same state; what is listed and noted of it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { check } from "audgate";
import { document } from "../support/demo.ts";
import { ManagedTables, members, refusal, type Reply } from "../support/managed_tables.ts";

const tenant = document(8787);
const copy = (): typeof tenant => structuredClone(tenant);

function imported(): ManagedTables {
  const tables = new ManagedTables();
  assert.ok("imported" in tables.import(tenant));
  return tables;
}

const changesOf = (reply: Reply): string[] =>
  (reply["imported"]?.["changes"] as { action: string; kind: string; id: string }[]).map(
    ({ action, kind, id }) => `${action} ${kind} ${id}`,
  );

function assertRefused(tables: ManagedTables, change: () => Reply, name: string): unknown {
  const before = tables.exported();
  const [refused, said] = refusal(change());
  assert.equal(refused, name, JSON.stringify(said));
  assert.deepEqual(tables.exported(), before);
  return said;
}

describe("a document", () => {
  it("that is exported changes nothing when it is imported", () => {
    const tables = imported();
    assert.deepEqual(changesOf(tables.import(tables.exported())), []);
  });

  it("is exported with everything in it, in its order", () => {
    const exported = imported().exported();
    const { $schema: _, ...whole } = tenant as typeof tenant & { $schema?: string };
    assert.deepEqual(exported, whole);
  });

  it("without users leaves users as they are", () => {
    const tables = imported();
    const { users: _, ...others } = copy();
    assert.deepEqual(changesOf(tables.import(others)), []);
    assert.equal((tables.exported()["users"] as object[]).length, tenant.users.length);
  });

  it("removes what it no longer has", () => {
    const tables = imported();
    const shorter = copy();
    shorter.clients = shorter.clients.filter(({ client_id: id }) => id !== "shop-viewer");
    assert.deepEqual(changesOf(tables.import(shorter)), ["delete client shop-viewer"]);
    assert.equal(refusal(tables.do({ read: { kind: "client", id: "shop-viewer" } }))[0], "not_found");
  });

  it("may let two users change their addresses", () => {
    const tables = imported();
    const changed = copy();
    const [ada, grace] = changed.users as Record<string, unknown>[];
    assert.ok(ada && grace);
    [ada["email"], grace["email"]] = [grace["email"], ada["email"]];
    assert.deepEqual(changesOf(tables.import(changed)), ["update user ada", "update user grace"]);
  });

  it("with one fault changes nothing", () => {
    const tables = imported();
    const faulty = copy();
    (faulty["roles"] as object[]).push({ role_id: "new", name: "New", resources: [] });
    Object.assign(faulty.users[0] as object, { email: "nobody" });
    assertRefused(tables, () => tables.import(faulty), "invalid");
  });

  it("has the faults that `check` tells", () => {
    const faulty = copy() as never as { resources: Record<string, unknown>[]; clients: Record<string, unknown>[]; nope?: number };
    Object.assign(faulty.resources[0] as object, { access_token_ttl: -1, uri: "x" });
    Object.assign(faulty.clients[0] as object, { app_id: "nope" });
    faulty.nope = 1;
    const { faults } = assertRefused(imported(), () => imported().import(faulty), "invalid") as { faults: string[] };
    const outcome = check(JSON.stringify(faulty));
    assert.ok(!outcome.ok && outcome.faults.length > 3);
    assert.deepEqual(faults, outcome.faults.map(({ path, problem, expected }) => `${path}: ${problem} (expected: ${expected})`));
  });

  it("that is no JSON is refused", () => {
    const tables = imported();
    assertRefused(tables, () => tables.do({ import: { document: "{", dry_run: false } }), "invalid");
  });

  it("that takes a role from users whom it leaves out tells who they are", () => {
    const tables = imported();
    members(tables.create("role", { role_id: "temporary", name: "x", resources: [] }));
    members(tables.update("user", "ada", { role_ids: ["temporary"] }));
    const { users: _, ...others } = copy();
    const { used_by: usedBy } = assertRefused(tables, () => tables.import(others), "in_use") as { used_by: object[] };
    assert.deepEqual(usedBy, [{ kind: "user", id: "ada" }]);
  });

  for (const [member, value] of [
    ["issuer", "http://localhost:9999"],
    ["hosts", ["localhost", "127.0.0.1", "other.example"]],
  ] as const) {
    it(`cannot change \`${member}\`, which is the deployment's`, () => {
      const tables = imported();
      const deployment = { issuer: tenant["issuer"], hosts: tenant["hosts"] };
      assertRefused(tables, () => tables.import({ ...copy(), [member]: value }, { deployment }), "fixed");
    });
  }

  it("cannot change the kind of an application, on which its clients depend", () => {
    const tables = imported();
    const changed = copy();
    Object.assign((changed["applications"] as object[])[1] as object, { kind: "management" });
    const [refused] = refusal(tables.import(changed));
    assert.ok(refused === "fixed" || refused === "invalid", refused);
    const second = { app_id: "ops", name: "Ops", kind: "management" };
    members(tables.create("application", second));
    const client = { client_id: "ops", name: "Ops", app_id: "ops", type: "backend", grants: ["client_credentials"], token_endpoint_auth_method: "client_secret_basic" };
    members(tables.create("client", client));
    const exported = tables.exported() as { applications: { app_id: string; kind: string }[] };
    for (const application of exported.applications) if (application.app_id === "ops") application.kind = "application";
    assertRefused(tables, () => tables.import(exported), "fixed");
  });

  it("of another tenant is refused", () => {
    const tables = imported();
    assertRefused(tables, () => tables.import({ ...copy(), tenant_id: "other" }), "fixed");
  });

  it("is only planned where that is asked for", () => {
    const tables = imported();
    const before = tables.sql.writes();
    const changed = copy();
    Object.assign(changed.resources[0] as object, { access_token_ttl: 60 });
    const planned = tables.do({ import: { document: JSON.stringify(changed), dry_run: true } });
    assert.deepEqual(changesOf(planned), [`update resource ${changed.resources[0]?.resource_id}`]);
    assert.deepEqual(tables.exported(), imported().exported());
    assert.ok(tables.sql.writes() >= before);
  });

  it("is refused where something has changed since it was planned", () => {
    const tables = imported();
    const seen = tables.do({ export: {} }, { actor: null })["document"]?.["revision"];
    members(tables.update("role", "order-viewer", { name: "Other" }));
    assertRefused(tables, () => tables.import(tenant, { if_match: seen }), "stale");
  });
});

describe("a list", () => {
  const list = (tables: ManagedTables, more: object, request: object = {}): { ids: string[]; next: unknown } => {
    const query = { kind: "user", app_id: null, application_kind: null, search: null, after: null, limit: 50, ...more };
    const page = tables.do({ list: query }, request)["page"] as { items: { value: Record<string, string> }[]; next: unknown };
    return { ids: page.items.map(({ value }) => value["user_id"] ?? value["client_id"] ?? value["app_id"] ?? ""), next: page.next };
  };

  it("goes on where the last page ended", () => {
    const tables = imported();
    for (let index = 0; index < 7; index += 1) members(tables.create("user", { user_id: `u${index}`, email: `u${index}@x.example` }));
    const seen: string[] = [];
    let after: unknown = null;
    do {
      const { ids, next } = list(tables, { limit: 3, after });
      seen.push(...ids);
      after = next;
    } while (after !== null);
    assert.deepEqual(seen, [...tenant.users.map(({ user_id: id }) => id as string), ..."0123456".split("").map((index) => `u${index}`)].sort());
  });

  it("finds by identifier, name and address, whatever the case, and takes signs as they are", () => {
    const tables = imported();
    assert.deepEqual(list(tables, { search: "ADA@" }).ids, ["ada"]);
    assert.deepEqual(list(tables, { search: "%" }).ids, []);
    assert.deepEqual(list(tables, { search: "' OR 1=1 --" }).ids, []);
    assert.deepEqual(list(tables, { kind: "client", search: "orders backend" }).ids, ["orders-backend"]);
  });

  it("has the users of one application", () => {
    assert.deepEqual(list(imported(), { app_id: "partners" }).ids, ["grace"]);
  });

  it("shows a client nothing but its own application's, whatever it asks for", () => {
    const tables = imported();
    const own = { reach: "partners", actor: { client_id: "partner-app", user_id: null } };
    assert.deepEqual(list(tables, {}, own).ids, ["grace"]);
    assert.deepEqual(list(tables, { app_id: "shop" }, own).ids, ["grace"]);
    assert.deepEqual(list(tables, { kind: "application" }, own).ids, ["partners"]);
    assert.equal(refusal(tables.do({ read: { kind: "user", id: "ada" } }, own))[0], "not_found");
    assert.equal(refusal(tables.do({ read: { kind: "application", id: "shop" } }, own))[0], "not_found");
    assert.equal(refusal(tables.do({ read: { kind: "resource", id: "orders" } }, own))[0], "not_found");
  });

  it("has applications of one kind", () => {
    assert.deepEqual(list(imported(), { kind: "application", application_kind: "management" }).ids, ["admin"]);
  });
});

describe("the audit log", () => {
  const log = (tables: ManagedTables, more: object = {}): { entries: Record<string, unknown>[]; next: unknown } =>
    tables.do({ audit: { kind: null, id: null, before: null, limit: 50, ...more } })["audit"] as never;

  it("has who, for whom, what, before and after, and the request", () => {
    const tables = imported();
    const actor = { client_id: "console", user_id: "hedy" };
    members(tables.update("role", "order-viewer", { name: "Other" }, { actor, request_id: "r-1" }));
    const [entry] = log(tables).entries;
    const { client_id: clientId, act, action, kind, id, request_id: requestId, at } = entry ?? {};
    assert.deepEqual([clientId, act, action, kind, id, requestId, at], ["console", "hedy", "update", "role", "order-viewer", "r-1", 1_800_000_000]);
    assert.deepEqual(
      [entry?.["before"], entry?.["after"]].map((role) => (role as { name: string }).name),
      ["Order viewer", "Other"],
    );
  });

  it("has what management reads of users, and not what clients read of theirs", () => {
    const tables = imported();
    const count = (): number => log(tables, { kind: "user" }).entries.filter(({ action }) => action === "read").length;
    tables.do({ read: { kind: "user", id: "ada" } });
    tables.do({ read: { kind: "user", id: "ada" } }, { reach: "shop", actor: { client_id: "orders-backend", user_id: null } });
    tables.do({ read: { kind: "role", id: "order-viewer" } });
    assert.equal(count(), 1);
  });

  it("has nothing of what was refused", () => {
    const tables = imported();
    const before = log(tables).entries.length;
    tables.update("role", "order-viewer", { name: 1 });
    tables.delete("role", "order-viewer");
    assert.equal(log(tables).entries.length, before);
  });

  it("is read page by page, newest first, and about one thing", () => {
    const tables = imported();
    for (const name of ["One", "Two", "Three"]) members(tables.update("role", "order-viewer", { name }));
    const about = { kind: "role", id: "order-viewer", limit: 2 };
    const first = log(tables, about);
    const second = log(tables, { ...about, before: first.next });
    const names = [...first.entries, ...second.entries].map(({ after }) => (after as { name: string }).name);
    assert.deepEqual([names, second.next], [["Three", "Two", "One", "Order viewer"], null]);
  });

  it("forgets after 400 days", () => {
    const tables = imported();
    tables.now += 400 * 86_400 + 1;
    members(tables.update("role", "order-viewer", { name: "Other" }));
    assert.equal(log(tables).entries.length, 1);
  });
});

describe("tables of another version", () => {
  const first = readFileSync(new URL("../support/directory_tables_1.sql", import.meta.url), "utf8").split(";\n").filter((text) => text.trim());

  it("that came first are taken up with what is in them", () => {
    const tables = new ManagedTables();
    for (const statement of first) tables.sql.exec(statement);
    const kept = { issuer: "http://localhost:8787", name: "Kept" };
    const exported = tables.exported();
    assert.deepEqual([exported["issuer"], (exported["roles"] as { name: string }[])[0]?.name], [kept.issuer, kept.name]);
    members(tables.update("role", "kept", { name: "Changed" }, { actor: null }));
  });

  it("that came first are still what this code makes", () => {
    const made = new ManagedTables();
    made.import(tenant);
    const kept = new ManagedTables();
    for (const statement of first) kept.sql.exec(statement);
    kept.exported();
    const schema = ({ sql }: ManagedTables): unknown => sql.exec("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").raw();
    assert.deepEqual(schema(kept), schema(made));
  });

  it("that are newer are left alone", () => {
    const tables = imported();
    tables.sql.exec("UPDATE directory_schema SET version = version + 1");
    const before = tables.sql.writes();
    assert.equal(refusal(tables.update("role", "order-viewer", { name: "x" }))[0], "record_unreadable");
    assert.equal(refusal(tables.do({ export: {} }))[0], "record_unreadable");
    assert.equal(tables.sql.writes(), before);
  });
});

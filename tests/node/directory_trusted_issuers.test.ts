/** Trusted issuers as management writes them: the core over SQLite. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { document } from "../support/demo.ts";
import { ManagedTables, members, refusal } from "../support/managed_tables.ts";

const partner = { issuer: "https://login.partner.example", algorithms: ["ES256"] };

function imported(): ManagedTables {
  const tables = new ManagedTables();
  assert.ok("imported" in tables.import(document(8787)));
  return tables;
}

describe("a resource's trusted issuers", () => {
  it("are kept, shown and exported, also by changes that do not name them", () => {
    const tables = imported();
    assert.deepEqual(members(tables.update("resource", "orders", { trusted_issuers: [partner] })).trusted_issuers, [partner]);
    assert.deepEqual(members(tables.update("resource", "orders", { name: "Orders of today" })).trusted_issuers, [partner]);
    const { resources } = tables.exported() as { resources: Record<string, unknown>[] };
    assert.deepEqual(resources.find(({ resource_id: id }) => id === "orders")?.trusted_issuers, [partner]);
  });
  it("go by null", () => {
    const tables = imported();
    tables.update("resource", "orders", { trusted_issuers: [partner] });
    assert.equal(members(tables.update("resource", "orders", { trusted_issuers: null })).trusted_issuers, undefined);
  });
  for (const [fault, issuer] of [
    ["the tenant's own", { ...partner, issuer: "http://localhost:8787" }],
    ["without algorithms", { issuer: partner.issuer }],
    ["with a symmetric algorithm", { ...partner, algorithms: ["HS256"] }],
    ["in clear", { ...partner, issuer: "http://login.partner.example" }],
    ["with a misspelt member", { ...partner, audiance: "array" }],
  ] as const) {
    it(`are refused ${fault}`, () => {
      const tables = imported();
      const before = tables.exported();
      const [refused] = refusal(tables.update("resource", "orders", { trusted_issuers: [issuer] }));
      assert.equal(refused, "invalid");
      assert.deepEqual(tables.exported(), before);
    });
  }
});

/**
 * An import leaves everything to be published at once. To tell what is due, and to take note of what was written, costs a
 * directory the same for each entry, however many wait: it answers nobody else meanwhile.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { instantiate } from "../../pkg/wasm/full.js";
import { document } from "../support/demo.ts";
import { managementRequest } from "../support/objects.ts";
import { MemorySql } from "../support/sqlite.ts";

interface Due {
  key: string;
  version: number;
}

const core = instantiate(new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/full.wasm", import.meta.url))));
const NOW = 1_900_000_000;
/** Users, of whom each leaves two entries. */
const FEW = 1_000;
const MANY = 8_000;
/** How much longer an entry may seem to take, by chance alone. */
const LONGER = 2.5;

/** What the processor has done so far for this process, in milliseconds: others that keep the machine busy do not count. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A directory with so many users that nothing of it is published. */
function imported(users: number): (command: object) => Record<string, Record<string, unknown>> {
  const sql = new MemorySql();
  const execute = (statement: string, parameters: string): string =>
    JSON.stringify(sql.exec(statement, ...(JSON.parse(parameters) as (string | number | null)[])).raw());
  const manage = (command: object): Record<string, Record<string, unknown>> => {
    const { reply } = JSON.parse(sql.transactionSync(() => core.manage(execute, managementRequest("demo", command), NOW))) as { reply: string };
    return JSON.parse(reply) as Record<string, Record<string, unknown>>;
  };
  const many = Array.from({ length: users }, (_, index) => ({ user_id: `u${index}`, email: `u${index}@many.example`, status: "active", applications: ["shop"] }));
  const { imported: done } = manage({ import: { document: JSON.stringify({ ...document(8787), users: many }), dry_run: false } });
  assert.ok(done);
  return manage;
}

/** Publishes what is due at most in one turn; how many entries that were. */
function turn(manage: ReturnType<typeof imported>): number {
  const entries = manage({ due: {} })["due"]?.["entries"] as Due[];
  manage({ written: { entries: entries.map(({ key, version }) => ({ key, version, written: true })) } });
  return entries.length;
}

/** Publishes everything; milliseconds for each entry. */
function published(manage: ReturnType<typeof imported>): number {
  const began = spent();
  let written = 0;
  for (let more = turn(manage); more > 0; more = turn(manage)) written += more;
  assert.equal(manage({ publication: {} })["publication"]?.["pending"], 0);
  return (spent() - began) / written;
}

/** Milliseconds for each change while the users wait, in the best of several runs: collecting garbage takes its time in some. */
function changed(manage: ReturnType<typeof imported>): number {
  const changes = 20;
  turn(manage);
  const runs = Array.from({ length: 8 }, (_, run) => {
    const began = spent();
    for (let index = 0; index < changes; index += 1) {
      const id = `u${run * changes + index}`;
      assert.ok(manage({ update: { kind: "user", id, value: { role_ids: ["order-viewer"] } } })["changed"]);
    }
    return (spent() - began) / changes;
  });
  return Math.min(...runs);
}

const claims: [string, typeof published][] = [
  ["a change is made no slower", changed],
  ["an entry is published no slower", published],
];
for (const [claim, measure] of claims) {
  test(`${claim} when eight times as much waits`, () => {
    measure(imported(FEW));
    const few = measure(imported(FEW));
    const many = measure(imported(MANY));
    assert.ok(many / few < LONGER, `${few.toFixed(2)} ms with ${FEW} users, ${many.toFixed(2)} ms with ${MANY}`);
  });
}

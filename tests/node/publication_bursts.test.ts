/** Many changes at once while the key-value store is in trouble: it ends at the last of them, in order. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { describing, type DirectoryBench, type Fate, isRecord, managed, published, refusal, tenant } from "../support/directory.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** What takes longer counts as failed. */
const TIMEOUT = 5 * SECOND;

/** What a record must say in the end. */
interface Last {
  version: number;
  description: string;
}

mock.method(console, "warn", () => undefined);
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

/**
 * Two editors change what is there 200 times within 5 seconds, each by what they have last seen of it. From the second
 * second on, and for a minute, each write meets what `fate` says. Answers what the store must have in the end.
 */
async function burst(bench: DirectoryBench, fate: () => Fate): Promise<Map<string, Last>> {
  const things: [string, string][] = [
    ...tenant.clients.map(({ client_id: id }): [string, string] => ["client", id]),
    ...tenant.resources.map(({ resource_id: id }): [string, string] => ["resource", id]),
  ];
  const last = new Map<string, Last>();
  const seen = [new Map<string, number>(), new Map<string, number>()];
  let overtaken = 0;
  const began = bench.now;
  bench.store.fate = () => (bench.now >= began + 2 * SECOND && bench.now < began + 62 * SECOND ? fate() : 0);
  for (let change = 0; change < 200; change += 1) {
    const editor = change % 2;
    const [kind, id] = things[Math.floor(change / 2) % things.length] ?? ["", ""];
    const name = `${kind} ${id}`;
    const description = `editor ${editor}, change ${change}`;
    const read = async (): Promise<number> => Number(((await bench.manage({ read: { kind, id } })).found?.entity as { revision: number }).revision);
    const revision = seen[editor]?.get(name) ?? (await read());
    let reply = await bench.manage(describing(kind, id, description), { if_match: revision });
    if (refusal(reply) === "stale") {
      overtaken += 1;
      reply = await bench.manage(describing(kind, id, description), { if_match: await read() });
    }
    const { entity, version } = reply.changed as { entity: { revision: number }; version: number };
    seen[editor]?.set(name, entity.revision);
    last.set(name, { version, description });
    await bench.pass(25);
  }
  assert.ok(overtaken > 50, `the editors get in each other's way: ${overtaken}`);
  return last;
}

/** One of `fates` after the other, in an order that is always the same and looks like none. */
function whatever(fates: Fate[], seed: number): () => Fate {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return fates[state % fates.length] ?? "fails";
  };
}

/** That the store has what the last changes said. */
function assertLast(bench: DirectoryBench, last: Map<string, Last>): void {
  const newestOfTenant = Math.max(...[...last].flatMap(([name, { version }]) => (name.startsWith("resource ") ? [version] : [])));
  for (const [name, { version, description }] of last) {
    const [kind = "", id = ""] = name.split(" ");
    const record = published(bench, kind, id);
    assert.equal(record.description, description, name);
    assert.equal(record.version, kind === "resource" ? newestOfTenant : version, name);
  }
}

/** That no key had an older version after a newer one, or two writes begun within a second. */
function assertInOrder(bench: DirectoryBench): void {
  for (const key of new Set(bench.store.history.map(({ key }) => key).filter((key) => isRecord(key) && !key.includes("/email/")))) {
    const versions = bench.store.versions(key);
    assert.deepEqual(versions, versions.toSorted((one, other) => one - other), key);
    const begun = bench.store.begun.filter((write) => write.key === key).map(({ at }) => at);
    assert.ok(begun.slice(1).every((at, index) => at - (begun[index] ?? 0) >= SECOND), `${key}: ${begun}`);
  }
}

describe("two editors, 200 changes in 5 seconds, and a store that for a minute", () => {
  const troubles: [string, () => Fate][] = [
    ["fails", () => "fails"],
    ["hangs", () => "hangs"],
    ["is slow", () => TIMEOUT - SECOND],
    ["takes what it was given too late", () => TIMEOUT + 2 * SECOND],
    ["takes it much too late", () => TIMEOUT + 40 * SECOND],
  ];
  for (const [name, fate] of troubles) {
    test(`${name}: it ends at the last versions, nothing is lost, nothing reordered`, async () => {
      const bench = await managed();
      const last = await burst(bench, fate);
      await bench.pass(4 * MINUTE);
      assertLast(bench, last);
      assertInOrder(bench);
      await bench.pass(15 * MINUTE);
      assert.equal(await bench.pending(), 0);
      assert.equal(bench.alarmAt, null, "nothing is left to do");
      assertLast(bench, last);
      assertInOrder(bench);
    });
  }

  for (const seed of [1, 2, 3, 4]) {
    test(`fails, hangs, is slow and late as it comes, while changes go on: nothing is lost or reordered (${seed})`, async () => {
      const bench = await managed();
      bench.store.fate = whatever(["fails", "hangs", 0, 0, SECOND, 4 * SECOND, 7 * SECOND, 20 * SECOND, 60 * SECOND], seed);
      const clients = tenant.clients.map(({ client_id: id }) => id);
      const last = new Map<string, Last>();
      for (let change = 0; change < 240; change += 1) {
        const id = clients[change % clients.length] ?? "";
        const { changed } = await bench.manage(describing("client", id, `change ${change}`));
        last.set(`client ${id}`, { version: Number(changed?.version), description: `change ${change}` });
        await bench.pass(500);
      }
      bench.store.fate = () => 0;
      await bench.pass(15 * MINUTE);
      assert.equal(await bench.pending(), 0);
      assertLast(bench, last);
      assertInOrder(bench);
    });
  }

  test("takes what it was given minutes later: that does not stay", async () => {
    const bench = await managed();
    const last = await burst(bench, () => 3 * MINUTE);
    await bench.pass(15 * MINUTE);
    assert.equal(await bench.pending(), 0);
    assertLast(bench, last);
  });

  test("fails is not asked more often than its pauses allow", async () => {
    const bench = await managed();
    await burst(bench, () => "fails");
    await bench.pass(MINUTE);
    const failed = bench.store.begun.length - bench.store.history.length;
    assert.ok(failed <= 60, `${failed} attempts`);
  });
});

/** What the simulated store does, so that schedules mean what they say. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Random } from "../support/random.ts";
import { VirtualClock } from "./clock.ts";
import { type KvReader, READ_FAULTS, type ReadFault, SimulatedKv, type WriteFault } from "./kv.ts";

const SECOND = 1_000;
const LAG = { least: 30, most: 90 };
const CACHE_TTL = { cacheTtl: 30 };
/** Nothing older is read any more after this time. */
const SETTLED = (LAG.most + 30) * SECOND;

let clock: VirtualClock;
let kv: SimulatedKv;
let here: KvReader;
beforeEach(() => {
  clock = new VirtualClock();
  kv = new SimulatedKv({ clock, random: new Random(1), places: 3, lag: LAG });
  here = kv.at(0);
});

const pass = (milliseconds: number): Promise<void> => clock.run(clock.now + milliseconds);
const read = (key = "key"): Promise<string | null> => here.get(key, CACHE_TTL);

/** The values that are read in a while, one in each second. */
async function readings(seconds: number): Promise<(string | null)[]> {
  const values: (string | null)[] = [];
  for (let second = 0; second < seconds; second += 1) {
    values.push(await read());
    await pass(SECOND);
  }
  return values;
}

const always = (fault: ReadFault): void => void kv.readTroubles.push({ from: 0, until: Infinity, chance: 1, faults: [fault] });
const alwaysWriting = (fault: WriteFault): void => void kv.writeTroubles.push({ from: 0, until: Infinity, chance: 1, faults: [fault] });

describe("a write", () => {
  test("is known nowhere else before the shortest lag", async () => {
    await kv.writer.put("key", "new");
    assert.deepEqual([...new Set(await readings(LAG.least))], [null]);
  });
  test("is known everywhere after the longest lag and the caches", async () => {
    await kv.writer.put("key", "old");
    await pass(SECOND);
    await kv.writer.put("key", "new");
    await readings(LAG.most);
    await pass(SETTLED);
    for (const place of [0, 1, 2]) assert.equal(await kv.at(place).get("key", CACHE_TTL), "new");
  });
  test("comes and goes while it is on its way", async () => {
    kv.settle("key", "old");
    await kv.writer.put("key", "new");
    const values = await readings(LAG.most + 30);
    const first = values.indexOf("new");
    assert.ok(first > 0 && values.indexOf("old", first) > first, values.join(" "));
  });
  test("stays once it has settled", async () => {
    kv.settle("key", "old");
    await kv.writer.put("key", "new");
    await pass(SETTLED);
    assert.deepEqual([...new Set(await readings(300))], ["new"]);
  });
  test("within a second of another of its key is refused with 429, of another key it is not", async () => {
    await kv.writer.put("key", "one");
    await pass(999);
    await assert.rejects(kv.writer.put("key", "two"), /429/);
    await kv.writer.put("other", "two");
    await pass(1);
    await kv.writer.put("key", "three");
    assert.deepEqual(kv.history("key").map(({ value }) => value), ["one", "three"]);
  });
  test("that removes a key is one like others", async () => {
    kv.settle("key", "old");
    await kv.writer.delete("key");
    await pass(SETTLED);
    assert.equal(await read(), null);
  });
  for (const fault of ["429", "500", "503"] as const) {
    test(`that meets ${fault} did not happen`, async () => {
      alwaysWriting(fault);
      await assert.rejects(kv.writer.put("key", "new"));
      assert.deepEqual(kv.history("key"), []);
    });
  }
  test("whose reply is lost did happen", async () => {
    alwaysWriting("lost_reply");
    await assert.rejects(kv.writer.put("key", "new"));
    assert.equal(kv.history("key").length, 1);
  });
  test("that is late happens after its writer has given up, and overtakes what came meanwhile", async () => {
    kv.writeTroubles.push({ from: 0, until: clock.now + 1, chance: 1, faults: ["late"] });
    void kv.writer.put("key", "first");
    await pass(5 * SECOND);
    await kv.writer.put("key", "second");
    await pass(60 * SECOND);
    assert.deepEqual(kv.history("key").map(({ value }) => value), ["second", "first"]);
  });
});

describe("a read", () => {
  test("finds no key that nobody wrote, and that is remembered as long as a value is", async () => {
    assert.equal(await read(), null);
    kv.settle("key", "there");
    const values = await readings(60);
    assert.ok(values.includes(null), "the absence is cached");
    assert.deepEqual([...new Set(values.slice(31))], ["there"]);
  });
  test("with a `cacheTtl` under 30 seconds is refused, as Workers KV does", async () =>
    assert.rejects(here.get("key", { cacheTtl: 29 }), /400 .*at least 30/));
  for (const fault of ["429", "500", "503"] as const) {
    test(`that meets ${fault} fails`, async () => {
      always(fault);
      await assert.rejects(read(), new RegExp(fault));
    });
  }
  test("that hangs is never answered, however much time goes by", async () => {
    always("hangs");
    let answered = false;
    void read().finally(() => (answered = true));
    await pass(3_600 * SECOND);
    assert.equal(answered, false);
  });
  test("that is slow is answered in the end", async () => {
    kv.settle("key", "there");
    always("slow");
    const value = read();
    await pass(10 * SECOND);
    assert.equal(await value, "there");
  });
  test("that is truncated gives a part from the beginning, never all", async () => {
    kv.settle("key", "a whole value");
    always("truncated");
    for (const value of await readings(50)) assert.ok(value !== null && value.length < 13 && "a whole value".startsWith(value));
  });
  test("that is old gives what once was there", async () => {
    await kv.writer.put("key", "first");
    await pass(2 * SECOND);
    await kv.writer.put("key", "second");
    await pass(SETTLED);
    always("old");
    assert.deepEqual([...new Set(await readings(50))].sort(), ["first", "second"]);
  });
  test("meets a fault only in the place, under the keys and in the time of the trouble", async () => {
    kv.settle("key", "there");
    kv.settle("other", "there");
    kv.readTroubles.push({ from: clock.now, until: clock.now + SECOND, chance: 1, faults: ["500"], place: 0, prefix: "key" });
    await assert.rejects(read());
    assert.equal(await read("other"), "there");
    assert.equal(await kv.at(1).get("key", CACHE_TTL), "there");
    await pass(SECOND);
    assert.equal(await read(), "there");
    assert.equal(kv.faults, 1);
  });
  test("gives nothing that nobody wrote, whatever goes wrong", async () => {
    kv.readTroubles.push({ from: 0, until: Infinity, chance: 0.5, faults: READ_FAULTS.filter((fault) => fault !== "hangs" && fault !== "truncated") });
    const written = new Set<string | null>([null]);
    for (let round = 0; round < 200; round += 1) {
      written.add(`${round}`);
      await kv.writer.put("key", `${round}`).catch(() => undefined);
      const value = read().catch(() => null);
      await pass(10 * SECOND);
      assert.ok(written.has(await value));
    }
  });
});

describe("the clock", () => {
  test("calls time-outs at their moment and in their order, and those that were called off not at all", async () => {
    const uninstall = clock.install();
    try {
      const called: [string, number][] = [];
      const began = clock.now;
      const note = (name: string): void => void called.push([name, clock.now - began]);
      setTimeout(note, 2_000, "second");
      setTimeout(note, 1_000, "first");
      clearTimeout(setTimeout(note, 1_500, "never"));
      setTimeout(() => setTimeout(note, 500, "third"), 1_800);
      await clock.run(began + 10_000);
      assert.deepEqual(called, [["first", 1_000], ["second", 2_000], ["third", 2_300]]);
    } finally {
      uninstall();
    }
  });
  test("waits for WebCrypto before it goes on", async () => {
    const uninstall = clock.install();
    try {
      let digested = 0;
      clock.after(1, () => crypto.subtle.digest("SHA-256", new Uint8Array(1_000_000)).then(() => (digested = clock.now)));
      clock.after(2, () => undefined);
      const began = clock.now;
      await clock.run(began + 10);
      assert.equal(digested - began, 1);
    } finally {
      uninstall();
    }
  });
});

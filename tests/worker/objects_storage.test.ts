/** The shells of the objects: one synchronous turn over stored rows, alarms, nothing kept in memory (THREATS E7, E12). */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const worker = await startWorker({ entry: "tests/support/workers/scripted.ts" });
after(() => worker.stop());

const challenges = worker.objects("Challenge");
const FAR = 4_000_000_000;
let names = 0;
/** A name that no object had before. */
const fresh = (): string => `demo/${(names += 1)}`;

const row = (key: string, value: object = {}): { key: string; value: string } => ({ key, value: JSON.stringify(value) });
const change = (put: object[], gone: string[] = []): object => ({ command: { type: "change", put, delete: gone } });
const ask = async (path: string): Promise<unknown> => (await worker.fetch(`/test/${path}`)).json();
const alarmOf = (name: string): Promise<unknown> => ask(`alarm?binding=CHALLENGE&name=${name}`);
const ring = (name: string): Promise<unknown> => ask(`ring?binding=CHALLENGE&name=${name}`);
const disturb = (disturbance: object): Promise<Response> =>
  worker.fetch("/test/disturb", { method: "POST", body: JSON.stringify(disturbance) });

beforeEach(() => disturb({ now: null }));

describe("a turn", () => {
  test("sees every row that earlier turns have put, by key", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("b"), row("a")]));
    await challenges.turn(name, change([row("c")]));
    const { rows } = await challenges.turn(name, change([]));
    assert.deepEqual(rows, [row("a"), row("b"), row("c")]);
  });

  test("replaces and deletes what it says, and nothing else", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a"), row("b"), row("c")]));
    await challenges.turn(name, change([row("a", { new: true })], ["b"]));
    assert.deepEqual(await challenges.rows(name), [row("a", { new: true }), row("c")]);
  });

  test("is told the time in seconds", async () => {
    await disturb({ now: 1_700_000_000_999 });
    assert.equal((await challenges.turn(fresh(), change([]))).now, 1_700_000_000);
  });

  test("that traps fails, writes nothing and leaves the alarm as it was", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await assert.rejects(challenges.turn(name, { command: { type: "trap" } }));
    assert.deepEqual(await challenges.rows(name), [row("a", { expires: FAR })]);
    assert.equal(await alarmOf(name), FAR * 1_000);
  });

  test("after one that trapped meets a fresh instance of the core", async () => {
    const name = fresh();
    await challenges.turn(name, change([]));
    const before = Number(await ask("instantiated"));
    await assert.rejects(challenges.turn(name, { command: { type: "trap" } }));
    assert.equal((await challenges.turn(name, change([]))).type, "done");
    assert.equal(await ask("instantiated"), before + 1);
  });

  test("whose write fails on the way writes nothing at all", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a")]));
    const request = JSON.stringify(change([row("b"), { key: "c", value: null }]));
    const effect = JSON.stringify({ type: "call", object: "challenge", name, request });
    const reply = await worker.fetch("/test/effect", { method: "POST", body: effect });
    assert.deepEqual(await reply.json(), { type: "unavailable" });
    assert.deepEqual(await challenges.rows(name), [row("a")]);
  });

  test("runs one after another: of 50 at once each sees a different number of rows", async () => {
    const name = fresh();
    const asked = Array.from({ length: 50 }, (_, index) => challenges.turn(name, change([row(`k${index}`)])));
    const seen = (await Promise.all(asked)).map(({ rows }) => (rows as object[]).length);
    assert.deepEqual(seen.sort((a, b) => a - b), Array.from({ length: 50 }, (_, index) => index));
  });
});

describe("an object without a record", () => {
  test("writes nothing and sets no alarm, whatever it is asked", async () => {
    const name = fresh();
    for (const request of [change([]), change([], ["a"]), { command: { type: "alarm" } }]) {
      await challenges.turn(name, request);
    }
    assert.deepEqual(await challenges.rows(name), []);
    assert.equal(await alarmOf(name), null);
  });

  test("is what is left when the last row is gone: no table, no alarm", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await challenges.turn(name, change([], ["a"]));
    assert.deepEqual(await challenges.rows(name), []);
    assert.equal(await alarmOf(name), null);
    await challenges.turn(name, change([row("b")]));
    assert.deepEqual(await challenges.rows(name), [row("b")]);
  });
});

describe("an alarm", () => {
  test("stands at the moment that the core says, and moves with it", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await challenges.turn(name, change([row("b", { expires: FAR - 50 })]));
    assert.equal(await alarmOf(name), (FAR - 50) * 1_000);
    await challenges.turn(name, change([], ["b"]));
    assert.equal(await alarmOf(name), FAR * 1_000);
  });

  test("is gone where nothing expires any more", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await challenges.turn(name, change([row("a")]));
    assert.equal(await alarmOf(name), null);
  });

  test("stays as it is where the core could not read the rows", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await challenges.turn(name, { command: { type: "change", keep_alarm: true } });
    assert.equal(await alarmOf(name), FAR * 1_000);
  });

  test("of a moment that has passed comes by itself and deletes what has expired", async () => {
    const name = fresh();
    const past = Math.floor(Date.now() / 1_000) - 5;
    await disturb({ now: (past - 60) * 1_000 });
    await challenges.turn(name, change([row("a", { expires: past })]));
    await disturb({ now: null });
    await worker.logged("alarm_ran");
    assert.deepEqual((await challenges.turn(name, change([]))).rows, []);
  });

  test("that comes early or twice deletes nothing that has not expired", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR })]));
    await ring(name);
    await ring(name);
    assert.deepEqual(await challenges.rows(name), [row("a", { expires: FAR })]);
    assert.equal(await alarmOf(name), FAR * 1_000);
  });

  test("for what is overdue comes no sooner than in a second, so that it cannot call itself for ever", async () => {
    const name = fresh();
    await disturb({ now: FAR * 1_000 });
    await challenges.turn(name, change([row("a", { expires: FAR - 2_000 })]));
    assert.equal(await alarmOf(name), FAR * 1_000 + 1_000);
  });

  test("that fails is set again, and the rows stay", async () => {
    const name = fresh();
    await challenges.turn(name, change([row("a", { expires: FAR, traps: true })]));
    await disturb({ now: (FAR - 1_000) * 1_000 });
    await ring(name);
    assert.deepEqual(await challenges.rows(name), [row("a", { expires: FAR, traps: true })]);
    assert.equal(await alarmOf(name), (FAR - 1_000) * 1_000 + 30_000);
    assert.equal((await worker.logged("alarm_failed")).reason, "CoreTrap");
  });
});

describe("a worker that is started again on the same files", () => {
  const folder = mkdtempSync(join(tmpdir(), "audgate-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const start = (): Promise<RunningWorker> => startWorker({ entry: "tests/support/workers/scripted.ts", persist: folder });

  test("has the rows and alarms of its objects, and objects that know their names", async () => {
    const first = await start();
    await first.objects("Account").turn("demo/user/1", change([row("a", { expires: FAR })]));
    await first.stop();
    const second = await start();
    after(() => second.stop());
    assert.deepEqual((await second.objects("Account").turn("demo/user/1", change([]))).rows, [row("a", { expires: FAR })]);
    assert.equal(await (await second.fetch("/test/alarm?binding=ACCOUNT&name=demo/user/1")).json(), FAR * 1_000);
    // Only an account that knows its tenant finds the directory.
    await second.objects("Account").turn("demo/user/1", change([row("outbox/1", { kind: "jti" })]));
    assert.deepEqual(await second.objects("Directory").rows("demo").then((rows) => rows[0]?.key), "published");
  });
});

/** Revocations on their way: account -> directory -> key-value store, whatever fails between (THREATS E6 to E8). */
import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker({ entry: "tests/support/workers/scripted.ts" });
after(() => worker.stop());

const accounts = worker.objects("Account");
const directories = worker.objects("Directory");
let names = 0;
/** A tenant that no test used before. */
const tenant = (): string => `tenant-${(names += 1)}`;

const row = (key: string, value: object = {}): { key: string; value: string } => ({ key, value: JSON.stringify(value) });
const change = (put: object[]): object => ({ command: { type: "change", put } });
const revoke = (id: string, notBefore = 1): object => change([row(`outbox/sid/${id}`, { kind: "sid", id, not_before: notBefore })]);
const ask = async (path: string): Promise<unknown> => (await worker.fetch(`/test/${path}`)).json();
const alarmOf = (name: string): Promise<unknown> => ask(`alarm?binding=ACCOUNT&name=${name}`);
const ring = (binding: string, name: string): Promise<unknown> => ask(`ring?binding=${binding}&name=${name}`);
const disturb = (disturbance: object): Promise<Response> =>
  worker.fetch("/test/disturb", { method: "POST", body: JSON.stringify(disturbance) });
const published = async (): Promise<string[]> => ((await ask("published")) as { key: string; value: string }[]).map(({ key, value }) => `${key} ${value}`);
const heard = async (tid: string): Promise<unknown[]> =>
  (await directories.rows(tid)).filter(({ key }) => key.startsWith("revoked/")).map(({ value }) => (JSON.parse(value) as { id: string }).id);

const NOW = 4_000_000_000_000;
beforeEach(async () => {
  await disturb({ directory: "answers", unpublished: [], now: NOW });
  await published();
});

describe("a revocation", () => {
  test("is with the directory before the account's reply, and has left the account", async () => {
    const tid = tenant();
    await accounts.turn(`${tid}/user/1`, revoke("s1"));
    assert.deepEqual(await heard(tid), ["s1"]);
    assert.deepEqual(await accounts.rows(`${tid}/user/1`), []);
  });

  test("is published in the directory's order, and the directory is told", async () => {
    const tid = tenant();
    await accounts.turn(`${tid}/user/1`, revoke("s1"));
    await directories.turn(tid, change([]));
    assert.deepEqual(await published(), ['shard [{"kind":"sid","id":"s1","not_before":1}]', "head 1"]);
    assert.ok((await directories.rows(tid)).some(({ key, value }) => key === "published" && value === '{"keys":["shard","head"]}'));
  });

  test("goes to the directory of its own tenant", async () => {
    const [one, other] = [tenant(), tenant()];
    await accounts.turn(`${one}/client/x`, revoke("s1"));
    assert.deepEqual(await heard(other), []);
  });

  test("leaves no alarm once it has arrived, but the one for what expires", async () => {
    const name = `${tenant()}/user/1`;
    await accounts.turn(name, change([row("a", { expires: NOW / 1_000 + 500 })]));
    await accounts.turn(name, revoke("s1"));
    assert.equal(await alarmOf(name), NOW + 500_000);
  });
});

for (const trouble of ["fails", "refuses"] as const) {
  describe(`a directory that ${trouble}`, () => {
    test("costs the caller nothing: the revocation is stored, and an alarm set", async () => {
      const name = `${tenant()}/user/1`;
      await disturb({ directory: trouble });
      assert.equal((await accounts.turn(name, revoke("s1"))).type, "done");
      assert.deepEqual((await accounts.rows(name)).map(({ key }) => key), ["outbox/sid/s1"]);
      assert.equal(await alarmOf(name), NOW + 1_000);
    });

    test("is tried again after 1, 2, 4, 8, 16 and 30 seconds, and 30 from then on", async () => {
      const name = `${tenant()}/user/1`;
      await disturb({ directory: trouble });
      await accounts.turn(name, revoke("s1"));
      for (const seconds of [2, 4, 8, 16, 30, 30]) {
        await ring("ACCOUNT", name);
        assert.equal(await alarmOf(name), NOW + seconds * 1_000);
      }
    });

    test("hears of it by the alarm once it answers again", async () => {
      const tid = tenant();
      await disturb({ directory: trouble });
      await accounts.turn(`${tid}/user/1`, revoke("s1"));
      await disturb({ directory: "answers" });
      await ring("ACCOUNT", `${tid}/user/1`);
      assert.deepEqual(await heard(tid), ["s1"]);
      assert.deepEqual(await accounts.rows(`${tid}/user/1`), []);
    });
  });
}

describe("a directory that hangs", () => {
  test("does not keep the caller longer than two seconds, nor the next one at all", { timeout: 15_000 }, async () => {
    const tid = tenant();
    await disturb({ directory: "hangs" });
    const began = performance.now();
    assert.equal((await accounts.turn(`${tid}/user/1`, revoke("s1"))).type, "done");
    const took = performance.now() - began;
    assert.ok(took > 1_500 && took < 4_000, `${took} ms`);
    await disturb({ directory: "answers" });
    await ring("ACCOUNT", `${tid}/user/1`);
    assert.deepEqual(await heard(tid), ["s1"]);
  });

  test("meanwhile revoked again: the later moment is delivered too", { timeout: 15_000 }, async () => {
    const tid = tenant();
    await disturb({ directory: "hangs" });
    const first = accounts.turn(`${tid}/user/1`, revoke("s1", 1));
    const second = accounts.turn(`${tid}/user/1`, revoke("s1", 2));
    await Promise.all([first, second]);
    await disturb({ directory: "answers" });
    await ring("ACCOUNT", `${tid}/user/1`);
    const moments = (await directories.rows(tid)).flatMap(({ key, value }) =>
      key.startsWith("revoked/") ? (JSON.parse(value) as { not_before: number }).not_before : [],
    );
    assert.ok(moments.includes(2), String(moments));
    assert.deepEqual(await accounts.rows(`${tid}/user/1`), []);
  });
});

describe("a store that does not take an entry", () => {
  test("gets none of those that count on it, and the directory is told", async () => {
    const tid = tenant();
    await disturb({ unpublished: ["shard"] });
    await accounts.turn(`${tid}/user/1`, revoke("s1"));
    await worker.logged("not_published");
    await ring("DIRECTORY", tid);
    assert.deepEqual(await published(), []);
    assert.ok((await directories.rows(tid)).some(({ key }) => key === "retry"));
  });

  test("gets all by the alarm once it takes them", async () => {
    const tid = tenant();
    await disturb({ unpublished: ["head"] });
    await accounts.turn(`${tid}/user/1`, revoke("s1"));
    await disturb({ unpublished: [] });
    await published();
    await ring("DIRECTORY", tid);
    assert.deepEqual(await published(), ['shard [{"kind":"sid","id":"s1","not_before":1}]', "head 1"]);
  });
});

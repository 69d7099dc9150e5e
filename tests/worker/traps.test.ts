/** The spike of issue 2, kept as a test: two interleaved requests in workerd, one of them trapping (THREATS E10). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { secretOf } from "../support/demo.ts";
import { begun as begunAt } from "../support/expectation.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let token: string;
before(async () => {
  worker = await startWorker({ entry: "tests/support/workers/trapping.ts" });
  token = await worker.token("orders-backend", "orders");
});
after(() => worker.stop());

const orders = (): Promise<Response> => worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${token}` } });
const trap = async (): Promise<unknown> => (await worker.fetch("/test/trap")).json();
const counts = async (): Promise<{ instantiated: number; reads: number }> =>
  (await worker.fetch("/test/counts")).json() as Promise<{ instantiated: number; reads: number }>;

/** A request to the token endpoint that is under way. */
function begun(): Promise<{ finish: () => Promise<number> }> {
  const credentials = { client_id: "orders-backend", client_secret: secretOf("orders-backend") };
  return begunAt(worker.port, "/oidc/token", new URLSearchParams({ grant_type: "client_credentials", ...credentials }).toString());
}

test("the trap of these tests is a real one", async () =>
  assert.deepEqual(await trap(), { trapped: "CoreTrap: RuntimeError" }));

describe("a request in flight", () => {
  test("gets its token when nothing traps", async () => assert.equal(await (await begun()).finish(), 200));
  test("gets 503 when another one traps, and neither hangs nor is granted anything", async () => {
    const inFlight = await begun();
    await trap();
    assert.equal(await inFlight.finish(), 503);
  });
  test("gets 503 also where a later one has made a fresh instance meanwhile", async () => {
    const inFlight = await begun();
    await trap();
    assert.equal((await orders()).status, 200);
    assert.equal(await inFlight.finish(), 503);
  });
});

describe("the next request", () => {
  test("is decided by a fresh instance, without a read of what is known", async () => {
    await orders();
    await trap();
    const before = await counts();
    assert.equal((await orders()).status, 200);
    assert.deepEqual(await counts(), { instantiated: before.instantiated + 1, reads: before.reads });
  });
  test("is still refused where it should be", async () => {
    await trap();
    assert.equal((await worker.fetch("/demo/orders/1")).status, 401);
    assert.equal((await worker.fetch("/demo/payments", { headers: { authorization: `Bearer ${token}` } })).status, 401);
  });
  test("gets a token", async () => {
    await trap();
    assert.equal((await worker.askToken("orders-backend")).status, 200);
  });
});

test("among traps at random moments no request gets anything but its answer or 503", async () => {
  const requests = Array.from({ length: 300 }, (_, index) => (index % 10 === 0 ? worker.fetch("/test/trap") : orders()));
  const statuses = (await Promise.all(requests)).map(({ status }) => status);
  assert.deepEqual([...new Set(statuses)].filter((status) => status !== 200 && status !== 503), []);
  assert.equal((await orders()).status, 200);
});

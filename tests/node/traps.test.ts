/** A trap of the core costs a 503 to the requests in flight in that instance, and nothing later (THREATS E10). */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { hold } from "../support/webcrypto.ts";

const ROUNDS = 200;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let isolate: Isolate;
beforeEach(async () => {
  isolate = new Isolate();
  assert.equal((await orders()).status, 200);
});

const newToken = (): Promise<string> => signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
async function orders(): Promise<Response> {
  return isolate.request("/demo/orders/1", await newToken());
}

async function assertUnavailable(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.deepEqual(await response.json(), { error: "temporarily_unavailable", reason: "cannot_decide_now" });
}

test("the trap of these tests is a real one", () =>
  assert.throws(() => isolate.trap(), (error: Error) => error.name === "CoreTrap" && error.cause instanceof WebAssembly.RuntimeError));

describe("the next request after a trap", () => {
  beforeEach(() => assert.throws(() => isolate.trap()));

  test("is decided by a fresh instance", async () => {
    assert.equal((await orders()).status, 200);
    assert.equal(isolate.instantiated, 2);
  });
  test("costs no read of the configuration, whose text is known", async () => {
    isolate.store.reads.length = 0;
    await orders();
    assert.deepEqual(isolate.store.reads, []);
  });
  test("is still refused where it should be", async () => {
    assert.equal((await isolate.request("/demo/orders/1")).status, 401);
    assert.equal((await isolate.request("/demo/payments", await newToken())).status, 401);
    assert.equal((await isolate.request("/demo/orders/1", await newToken(), { method: "POST" })).status, 403);
  });
  test("gets a token at the token endpoint", async () => assert.equal((await isolate.askToken("orders-backend")).status, 200));
  test("shares the fresh instance with those after it", async () => {
    for (let request = 0; request < 10; request += 1) await orders();
    assert.equal(isolate.instantiated, 2);
  });
});

describe("a request in flight when another one traps", () => {
  test("at the gate gets 503, and the next one 200", async (context) => {
    const verification = hold(context, "verify");
    const inFlight = orders();
    await verification.begun;
    assert.throws(() => isolate.trap());
    verification.release();
    await assertUnavailable(inFlight);
    assert.equal((await orders()).status, 200);
    assert.equal(isolate.admitted.length, 2, "the handler never saw the request in flight");
  });

  test("at the gate gets 503 also where the next one has made a fresh instance meanwhile", async (context) => {
    const verification = hold(context, "verify");
    const inFlight = orders();
    await verification.begun;
    assert.throws(() => isolate.trap());
    const next = orders();
    verification.release();
    await assertUnavailable(inFlight);
    assert.equal((await next).status, 200);
    assert.equal(isolate.instantiated, 2);
  });

  test("at the token endpoint gets 503 while its client is read", async () => {
    const reading = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await isolate.askToken("orders-backend");
    isolate.store.answer = async (key) => {
      reading.resolve();
      await answered.promise;
      return isolate.store.entries.get(key) ?? null;
    };
    const inFlight = isolate.askToken("orders-backend");
    await reading.promise;
    assert.throws(() => isolate.trap());
    isolate.store.answer = undefined;
    answered.resolve();
    await assertUnavailable(inFlight);
    assert.equal((await isolate.askToken("orders-backend")).status, 200);
  });

  test("at the token endpoint gets 503 while its token is signed", async (context) => {
    const signature = hold(context, "sign");
    const inFlight = isolate.askToken("orders-backend");
    await signature.begun;
    assert.throws(() => isolate.trap());
    signature.release();
    await assertUnavailable(inFlight);
  });

  test("in verifyCompact gets `cannot_verify_now`", async (context) => {
    const token = await newToken();
    const set = { keys: [signingKey("ES256")] };
    const verification = hold(context, "verify");
    const inFlight = isolate.verifyCompact(token, set);
    await verification.begun;
    assert.throws(() => isolate.trap());
    verification.release();
    assert.deepEqual(await inFlight, { ok: false, reason: "cannot_verify_now" });
    assert.ok((await isolate.verifyCompact(token, set)).ok);
  });

  test("is one of many: all of them get 503, none hangs, none is admitted", async (context) => {
    const before = isolate.admitted.length;
    const verification = hold(context, "verify");
    const inFlight = Array.from({ length: 50 }, orders);
    await verification.begun;
    await Promise.all(inFlight.map(() => newToken()));
    assert.throws(() => isolate.trap());
    verification.release();
    const statuses = (await Promise.all(inFlight)).map(({ status }) => status);
    assert.ok(statuses.every((status) => status === 503 || status === 200));
    assert.ok(statuses.includes(503));
    assert.equal(isolate.admitted.length - before, statuses.filter((status) => status === 200).length);
  });
});

test(`${ROUNDS} traps in a row leave no instance behind, and no error in anybody's finaliser`, async () => {
  const memories: WeakRef<WebAssembly.Memory>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await orders();
    isolate.instances.current().use((core) => memories.push(new WeakRef(core.memory)));
    assert.throws(() => isolate.trap());
  }
  // Finalisers run between tasks, and one generation of garbage holds the next.
  for (let turn = 0; turn < 10; turn += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const alive = memories.filter((memory) => memory.deref() !== undefined).length;
  assert.ok(alive <= 2, `${alive} of ${ROUNDS} instances are still in memory`);
});

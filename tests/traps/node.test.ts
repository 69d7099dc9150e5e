/**
 * Traps of every kind, injected while requests are under way (THREATS E10): those get 503, and nothing later does. TRAPS
 * says how many, SEED which ones.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { signingKey } from "../support/demo.ts";
import { report } from "../support/figures.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { Random } from "../support/random.ts";
import { type Claims, clientClaims, seconds, signed } from "../support/tokens.ts";
import { trapped, TRAPS } from "../support/traps.ts";
import { hold } from "../support/webcrypto.ts";

const COUNT = Number(process.env["TRAPS"] || 100);
const SEED = Number(process.env["SEED"] || 1);
const EXPIRED = { iat: seconds() - 600, exp: seconds() - 300 };

const isolate = new Isolate();
const token = (others: Claims = {}): Promise<string> => signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read", others));
const orders = (text: string): Promise<Response> => isolate.request("/demo/orders/1", text);

for (const kind of TRAPS) {
  test(`the trap of these tests that is called ${kind} happens inside the core`, async () => {
    const before = isolate.instantiated;
    assert.equal((await orders(await token())).status, 200);
    const error = trapped(isolate.instances, kind) as Error;
    assert.equal(error.name, "CoreTrap", String(error));
    // Where the stack ends, there may be no room for the error that says so.
    const cause = (error.cause as Error | undefined)?.name;
    assert.ok(kind === "deep_stack" ? cause === undefined || cause === "RangeError" : cause === "RuntimeError", cause);
    assert.equal((await orders(await token())).status, 200);
    assert.ok(isolate.instantiated > before);
  });
}

test(`each of ${COUNT} traps costs what is under way a 503, and nothing later`, async (context) => {
  const random = new Random(SEED);
  const traps = { panic: 0, out_of_memory: 0, deep_stack: 0 };
  const figures = { traps: 0, "in flight (503)": 0, "later requests": 0 };
  const [good, bad] = [await token(), await token(EXPIRED)];
  assert.equal((await orders(good)).status, 200);
  const before = isolate.instantiated;
  for (let round = 0; round < COUNT; round += 1) {
    isolate.now = Date.now();
    const kind = random.one(TRAPS);
    const inFlight = random.whole(1, 5);
    const tokens = await Promise.all(Array.from({ length: inFlight }, () => token()));
    const verification = hold(context, "verify");
    const answers = tokens.map(orders);
    const first = await Promise.race([verification.begun.then(() => "under way"), Promise.all(answers).then(() => "answered")]);
    assert.equal(first, "under way", `round ${round}, ${kind}`);
    const admitted = isolate.admitted.length;
    const error = trapped(isolate.instances, kind) as Error;
    assert.equal(error.name, "CoreTrap", `${kind}: ${error}`);
    // A later request may come before those in flight have ended, or after.
    const later = random.chance(0.5) ? orders(bad) : undefined;
    verification.release();
    for (const answer of answers) assert.equal((await answer).status, 503, `round ${round}, ${kind}`);
    assert.equal(isolate.admitted.length, admitted, "no handler saw a request in flight");
    if (later !== undefined) assert.equal((await later).status, 401);
    assert.equal((await orders(good)).status, 200, `round ${round}, ${kind}`);
    assert.equal((await orders(bad)).status, 401);
    figures.traps += 1;
    traps[kind] += 1;
    figures["in flight (503)"] += inFlight;
    figures["later requests"] += later === undefined ? 2 : 3;
  }
  assert.equal(isolate.instantiated - before, COUNT, "one fresh instance for each trap");
  report("traps in Node", SEED, { ...figures, ...traps });
});

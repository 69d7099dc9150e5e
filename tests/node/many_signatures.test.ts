/** More signatures on their way than the core keeps in mind: who comes too many is told to come again, and nobody who waits. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { hold } from "../support/webcrypto.ts";

/** As many wait at once. */
const PLACES = 4_096;
const TOO_MANY = 50;
/** In milliseconds: who has waited for longer is not expected any more. */
const ABANDONED = 11_000;

const tokens = { token: "", forged: "" };
before(async () => {
  const make = (): Promise<string> => signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
  const [token, other] = await Promise.all([make(), make()]);
  const end = token.lastIndexOf(".");
  Object.assign(tokens, { token, forged: token.slice(0, end) + other.slice(other.lastIndexOf(".")) });
});

/** An isolate whose key is imported, so that everything waits for its signature alone. */
async function warm(): Promise<Isolate> {
  const isolate = new Isolate();
  assert.equal((await isolate.request("/demo/orders/1", tokens.forged)).status, 401);
  return isolate;
}

test("who comes while all places are taken gets 503, those who wait their answers, and so does who comes again", async (context) => {
  const { token, forged } = tokens;
  const isolate = await warm();
  const held = hold(context, "verify");
  const asked = Array.from({ length: PLACES + TOO_MANY }, (_, index) => isolate.request("/demo/orders/1", index % 2 === 0 ? token : forged));
  await held.begun;
  held.release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  const due = (index: number): number => (index % 2 === 0 ? 200 : 401);
  assert.deepEqual(
    statuses,
    statuses.map((_, index) => (index < PLACES ? due(index) : 503)),
  );
  assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
  assert.equal((await isolate.request("/demo/orders/1", forged)).status, 401);
});

test("who waits for ever takes a place for seconds, and is not admitted later", async (context) => {
  const { token, forged } = tokens;
  const isolate = await warm();
  const held = hold(context, "verify");
  const asked = Array.from({ length: PLACES }, () => isolate.request("/demo/orders/1", token));
  await held.begun;
  assert.equal((await isolate.request("/demo/orders/1", token)).status, 503);
  isolate.now += ABANDONED;
  const later = [isolate.request("/demo/orders/1", token), isolate.request("/demo/orders/1", forged)];
  held.release();
  assert.deepEqual((await Promise.all(later)).map(({ status }) => status), [200, 401]);
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  assert.deepEqual([statuses[0], statuses[1], ...new Set(statuses.slice(2))], [503, 503, 200]);
});

test("while a crowd of forgers keeps all places taken, a good token is verified, and no forged one admitted", async () => {
  const { forged } = tokens;
  const isolate = await warm();
  const seen = new Set<number>();
  let over = false;
  const forger = async (): Promise<void> => {
    while (!over) {
      seen.add((await isolate.request("/demo/orders/1", forged)).status);
      await turn();
    }
  };
  const good: string[] = [];
  for (let visitor = 0; visitor < 3; visitor += 1) {
    good.push(await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read")));
  }
  const crowd = Array.from({ length: PLACES + 500 }, forger);
  try {
    for (const token of good) {
      let status = 503;
      for (let attempt = 0; status === 503 && attempt < 1_000; attempt += 1) {
        ({ status } = await isolate.request("/demo/orders/1", token));
        await turn();
      }
      assert.equal(status, 200);
    }
  } finally {
    over = true;
    await Promise.all(crowd);
  }
  assert.deepEqual([...seen].toSorted(), [401, 503]);
});

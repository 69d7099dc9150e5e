/** More signatures on their way than the core keeps in mind: who came first is told to come again, and nobody else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { hold } from "../support/webcrypto.ts";

/** As many as wait at once. */
const PLACES = 1_024;
const TOO_MANY = 50;

test("what waits for too long behind others gets 503, the others their answers, and so does who comes again", async (context) => {
  const isolate = new Isolate();
  const token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
  const [head, payload] = token.split(".");
  const other = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
  const forged = `${head}.${payload}.${other.split(".")[2]}`;
  // The key is imported, so that everything waits for its signature alone.
  assert.equal((await isolate.request("/demo/orders/1", forged)).status, 401);
  const held = hold(context, "verify");
  const asked = Array.from({ length: PLACES + TOO_MANY }, (_, index) =>
    isolate.request("/demo/orders/1", index % 2 === 0 ? token : forged),
  );
  await held.begun;
  held.release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  const due = (index: number): number => (index % 2 === 0 ? 200 : 401);
  assert.deepEqual(
    statuses,
    statuses.map((_, index) => (index < TOO_MANY ? 503 : due(index))),
  );
  assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
  assert.equal((await isolate.request("/demo/orders/1", forged)).status, 401);
});

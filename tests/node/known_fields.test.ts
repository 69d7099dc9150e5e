/** What an isolate remembers of `Authorization` fields, whoever writes them (THREATS E11). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

/** More spellings of one field than tokens are known at a time, each so long. */
const SPELLINGS = 1_200;
const LENGTH = 100_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test("a token with any amount of white space in front of it is admitted, and takes up no room", async () => {
  const isolate = new Isolate();
  const token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
  assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
  const before = heap();
  for (let count = 0; count < SPELLINGS; count += 1) {
    const padding = " ".repeat(LENGTH + count);
    assert.equal((await isolate.request("/demo/orders/1", `${padding}${token}`)).status, 200);
    // What a handler was given knows its request.
    isolate.admitted.length = 0;
  }
  const grown = heap() - before;
  assert.ok(grown < (SPELLINGS * LENGTH) / 10, `${grown} octets more`);
});

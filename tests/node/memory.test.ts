/** The core's memory stays flat over many requests, refusals and reloads (THREATS E11). It could only ever grow. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { records, signingKey, valueOf } from "../support/demo.ts";
import { demoTenant, Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

let isolate: Isolate;
beforeEach(() => {
  isolate = new Isolate();
});

const newToken = (): Promise<string> => signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
const size = (): number => isolate.instances.current().use((core) => core.memory.buffer.byteLength);

/** What the allocator may still shift about. A leak in every round would be many times that. */
const SLACK = 64 * 1_024;

/** Asserts that the second half of `rounds` needs no more memory than the first. */
async function assertFlat(rounds: number, work: (round: number) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < rounds / 2; round += 1) await work(round);
  const before = size();
  for (let round = rounds / 2; round < rounds; round += 1) await work(round);
  assert.equal(isolate.instantiated, 1);
  assert.ok(size() - before <= SLACK, `${before} octets became ${size()}`);
}

test("tokens that are refused leave nothing behind", () =>
  assertFlat(4_000, async (round) => isolate.request("/demo/orders/1", `${round}.${"x".repeat(2_000)}.y`)));

test("signatures that do not verify leave nothing behind", async () => {
  const [header, payload] = (await newToken()).split(".");
  await assertFlat(2_000, async () => {
    const signature = Buffer.from(crypto.getRandomValues(new Uint8Array(64))).toString("base64url");
    const response = await isolate.request("/demo/orders/1", `${header}.${payload}.${signature}`);
    assert.equal(response.status, 401);
  });
});

test("verified tokens are remembered up to a bound", async () => {
  // Twice as many as are remembered, so that the first half fills the memory and the second one only replaces.
  const tokens = await Promise.all(Array.from({ length: 2_400 }, newToken));
  await assertFlat(tokens.length, async (round) => isolate.request("/demo/orders/1", tokens[round]));
});

test("requests at the token endpoint leave nothing behind", () => assertFlat(1_000, () => isolate.askToken("orders-backend")));

test("configurations that are replaced leave nothing behind", async () => {
  let previous = valueOf(records(demoTenant), "tenant/demo");
  await assertFlat(600, async () => {
    const entries = records(demoTenant, { previous });
    previous = valueOf(entries, "tenant/demo");
    isolate.store.put(entries);
    isolate.wait(11);
    await isolate.issuer("/healthz");
    await isolate.settled();
  });
});

test("broken configurations leave nothing behind", async () => {
  await isolate.issuer("/healthz");
  const good = valueOf(records(demoTenant), "tenant/demo");
  await assertFlat(300, async (round) => {
    isolate.store.entries.set("tenant/demo", round % 2 === 0 ? good.slice(0, -round - 1) : good.replace('"issuer"', '"isuer"'));
    isolate.wait(11);
    await isolate.issuer("/healthz");
    await isolate.settled();
  });
});

test("verifyCompact leaves nothing behind", async () => {
  const token = await newToken();
  const set = { keys: [signingKey("ES256")] };
  await assertFlat(3_000, async (round) => isolate.verifyCompact(round % 2 === 0 ? token : `${token}x`, set));
});

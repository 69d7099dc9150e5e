/**
 * Configuration that is missing, broken, older or out of reach (THREATS E2, E3, E4), in workerd with a real KV. The
 * clock is the test's. Every damage there is, and what happens when, is in tests/node/configuration.test.ts.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { assertNoStackTrace } from "../support/assertions.ts";
import { document, freshKey, records, signingKey, valueOf, type Entry, type TenantDocument } from "../support/demo.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";
import type { Disturbance } from "../support/workers/instrumented.ts";

const TENANT = "tenant/demo";
/** Seconds: past the point at which a configuration is read again, and past that at which it decides nothing. */
const STALE = 11;
const EXPIRED = 3_601;

let worker: RunningWorker;
let tenant: TenantDocument;
let published: Entry[];

async function start(entries: (all: Entry[]) => Entry[] = (all) => all): Promise<void> {
  worker = await startWorker({
    entry: "tests/support/workers/instrumented.ts",
    entries: (port) => {
      tenant = document(port);
      published = records(tenant);
      return entries(published);
    },
  });
}
afterEach(() => worker.stop());

const store = (does: Disturbance): Promise<Response> => worker.fetch(`/test/store?does=${encodeURIComponent(does)}`);
const wait = (seconds: number): Promise<Response> => worker.fetch(`/test/clock?ahead=${seconds}`);
const reads = async (): Promise<string[]> => (await worker.fetch("/test/reads")).json() as Promise<string[]>;
/** Publishes the tenant as the test changed it, after the version that was published first. */
const publishNext = (): Promise<void> =>
  worker.config.put(TENANT, valueOf(records(tenant, { previous: valueOf(published, TENANT) }), TENANT));

async function orders(key = signingKey("ES256")): Promise<Response> {
  const token = await signed(key, clientClaims(worker.origin, "orders", "orders:read"));
  return worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${token}` } });
}
const publicStatus = (): Promise<Response> => worker.fetch("/demo/payments/status");

async function assertUnavailable(response: Response): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, 503, text);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("www-authenticate"), null);
  assertNoStackTrace(text);
}

/** Asks until a background read has been taken over: each request is an event that lets it go on. */
async function becomes(status: number, ask: () => Promise<Response>): Promise<void> {
  const seen: number[] = [];
  while (seen.at(-1) !== status && seen.length < 200) seen.push((await ask()).status);
  assert.equal(seen.at(-1), status);
}

describe("a cold start", () => {
  test("with nothing in the store is 421, since no host is anybody's", async () => {
    await start(() => []);
    assert.equal((await orders()).status, 421);
  });

  test("with a host and no tenant is 503 until the tenant is published, and then 200", async () => {
    await start((all) => all.filter(({ key }) => key !== TENANT));
    await assertUnavailable(await orders());
    await assertUnavailable(await worker.fetch("/healthz"));
    await assertUnavailable(await worker.askToken("orders-backend"));
    await worker.config.put(TENANT, valueOf(published, TENANT));
    assert.equal((await orders()).status, 200);
    assert.equal((await worker.askToken("orders-backend")).status, 200);
  });

  test("with a record that is cut off is 503, logs its faults and recovers", async () => {
    await start((all) => all.map(({ key, value }) => ({ key, value: key === TENANT ? value.slice(0, -100) : value })));
    await assertUnavailable(await orders());
    await assertUnavailable(await worker.askToken("orders-backend"));
    assert.equal((await worker.logged("configuration_broken")).tenant, "demo");
    await worker.config.put(TENANT, valueOf(published, TENANT));
    assert.equal((await orders()).status, 200);
  });

  for (const fault of ["throws", "rejects late", "hangs"] as const) {
    test(`with a store that ${fault} is 503 and recovers`, async () => {
      await start();
      await store(fault);
      await assertUnavailable(await orders());
      await store("none");
      assert.equal((await orders()).status, 200);
    });
  }
});

describe("a worker that has a good configuration", () => {
  beforeEach(async () => {
    await start();
    assert.equal((await orders()).status, 200);
  });

  const damages: [string, () => string, string][] = [
    ["broken JSON", () => "{", "configuration_broken"],
    ["an older record", () => valueOf(records(tenant, { at: 1_000 }), TENANT), "configuration_older"],
  ];
  for (const [name, damage, event] of damages) {
    test(`keeps it when ${name} is published, logs that, and takes the next good one`, async () => {
      await worker.config.put(TENANT, damage());
      await wait(STALE);
      assert.equal((await orders()).status, 200);
      assert.equal((await worker.logged(event)).tenant, "demo");
      assert.equal((await orders()).status, 200);
      for (const key of tenant.signing_keys) if (key.jwk.alg === "ES256") key.state = "disabled";
      tenant.signing_keys.push({ state: "current", jwk: (await freshKey("ES256")).published });
      await publishNext();
      await wait(STALE);
      await becomes(401, orders);
    });
  }

  for (const fault of ["throws", "hangs"] as const) {
    test(`goes on while the store ${fault}, up to the bound`, async () => {
      await wait(STALE);
      await store(fault);
      assert.equal((await orders()).status, 200);
      await wait(EXPIRED);
      await assertUnavailable(await publicStatus());
      await store("none");
      assert.equal((await publicStatus()).status, 200);
    });
  }

  test("reads nothing for requests within the refresh interval", async () => {
    await reads();
    for (let request = 0; request < 20; request += 1) await orders();
    assert.deepEqual(await reads(), []);
  });

  test("reads once for a key that nobody has, however many tokens name it", async () => {
    const { secret } = await freshKey("ES256");
    await wait(STALE);
    await reads();
    for (let request = 0; request < 10; request += 1) assert.equal((await orders(secret)).status, 401);
    assert.deepEqual((await reads()).filter((key) => key === TENANT), [TENANT]);
  });

  test("accepts a token by a rotated key with the very request that finds it published", async () => {
    const { secret, published: jwk } = await freshKey("ES256");
    assert.equal((await orders(secret)).status, 401);
    tenant.signing_keys.push({ state: "next", jwk });
    await publishNext();
    await wait(STALE);
    assert.equal((await orders(secret)).status, 200);
  });

  test("answers 400 to a target of which the runtime makes no URL", async () => {
    const response = await worker.raw("*");
    assert.equal(response.status, 400);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assertNoStackTrace(response.body);
  });
});

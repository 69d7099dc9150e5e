/** What an isolate does with its configuration over time (THREATS E2, E3, E4). The clock is the test's. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { document, records, signingKey, valueOf, type TenantDocument } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const TENANT = "tenant/demo";
const HOST = "host/localhost";
/** Seconds after which a configuration is read again, and up to which the last good one decides. */
const REFRESH = 10;
const BOUND = 3_600;
/** Longer than the stay of a host in memory, too. */
const LATER = 31;

let isolate: Isolate;
let tenant: TenantDocument;
beforeEach(async () => {
  isolate = new Isolate();
  tenant = document(8787);
  isolate.logged("");
});

async function orders(): Promise<number> {
  const now = Math.floor(isolate.now / 1_000);
  const claims = clientClaims(ORIGIN, "orders", "orders:read", { iat: now, exp: now + 300 });
  return (await isolate.request("/demo/orders/1", await signed(signingKey("ES256"), claims))).status;
}

async function version(): Promise<number> {
  return ((await (await isolate.issuer("/healthz")).json()) as { version: number }).version;
}

/** Publishes the tenant as the test changed it, after the version in force. */
function publishNext(): number {
  const entries = records(tenant, { previous: isolate.store.entries.get(TENANT) ?? "" });
  isolate.store.put(entries);
  return (JSON.parse(valueOf(entries, TENANT)) as { version: number }).version;
}

/** Lets a stale configuration be read again in the background of one request. */
async function refreshed(): Promise<void> {
  isolate.wait(REFRESH);
  await isolate.issuer("/healthz");
  await orders();
  await isolate.settled();
}

const hangs = (): Promise<never> => new Promise(() => undefined);
const rejects = (): Promise<never> => Promise.reject(new Error("the store is down"));
const throws = (): never => {
  throw new Error("the store is down");
};
const forgets = (): Promise<null> => Promise.resolve(null);

describe("a cold start", () => {
  for (const [name, fault] of [["rejects", rejects], ["throws", throws]] as const) {
    test(`with a store that ${name} is 503 at gate and issuer, and recovers by itself`, async () => {
      isolate.store.answer = fault;
      assert.equal(await orders(), 503);
      assert.equal((await isolate.askToken("orders-backend")).status, 503);
      assert.equal((await isolate.issuer("/healthz")).status, 503);
      isolate.store.answer = undefined;
      assert.equal(await orders(), 200);
    });
  }

  test("with a store that hangs is 503 after two seconds", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    isolate.store.answer = hangs;
    const answer = isolate.request("/demo/orders/1", "x");
    context.mock.timers.tick(2_000);
    assert.equal((await answer).status, 503);
  });

  test("with a store that hangs is not given up before two seconds", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const late = Promise.withResolvers<string | null>();
    isolate.store.answer = (key) => (key === HOST ? late.promise : Promise.resolve(isolate.store.entries.get(key) ?? null));
    const answer = isolate.request("/demo/payments/status");
    context.mock.timers.tick(1_999);
    late.resolve("demo");
    assert.equal((await answer).status, 200);
  });

  test("for a host that the store does not know is 421, and asks again the next time", async () => {
    isolate.store.answer = forgets;
    assert.equal(await orders(), 421);
    isolate.store.answer = undefined;
    assert.equal(await orders(), 200);
  });

  test("for a tenant that the store does not know is 503: its host is somebody's", async () => {
    isolate.store.entries.delete(TENANT);
    assert.equal(await orders(), 503);
    assert.equal(await orders(), 503);
  });

  const broken: [string, (good: string) => string][] = [
    ["no JSON", () => "{"],
    ["nothing", () => ""],
    ["half a record", (good) => good.slice(0, good.length / 2)],
    ["a record and more", (good) => `${good}{}`],
    ["a member that nobody knows", (good) => good.replace('"issuer"', '"isssuer"')],
    ["a security option that is misspelt", (good) => good.replace('"clock_tolerance"', '"clock_tolerence"')],
    ["a name twice", (good) => good.replace("{", '{"tenant_id":"demo",')],
    ["another tenant's record", (good) => good.replace('"tenant_id":"demo"', '"tenant_id":"other"')],
    ["no version", (good) => good.replace(/"version":\d+,?/, "")],
    ["a version that is text", (good) => good.replace(/"version":(\d+)/, '"version":"$1"')],
    ["a private key", (good) => good.replace('"kty":"EC"', `"kty":"EC","d":"${signingKey("ES256").d}"`)],
    ["a tenant document in place of the record", () => JSON.stringify(tenant)],
    ["a number", () => "1"],
    ["null", () => "null"],
    ["a deep nest", () => "[".repeat(100_000)],
  ];
  for (const [name, damage] of broken) {
    test(`with a record that is ${name} is 503, and says what is wrong in the log`, async () => {
      isolate.store.entries.set(TENANT, damage(valueOf(records(tenant), TENANT)));
      assert.equal(await orders(), 503);
      const [event] = isolate.logged("configuration_broken");
      const faults = event?.faults as { path: string; problem: string; expected: string }[];
      assert.ok(faults.length > 0 && faults.every(({ path }) => path.startsWith("$")));
    });
  }
});

describe("a configuration in force", () => {
  beforeEach(async () => {
    assert.equal(await orders(), 200);
    assert.equal((await isolate.issuer("/healthz")).status, 200);
    isolate.store.reads.length = 0;
  });

  test("is not read again before it is ten seconds old", async () => {
    isolate.wait(REFRESH - 1);
    await orders();
    await isolate.settled();
    assert.equal(isolate.store.readsOf(TENANT), 0);
  });

  test("is read again beside a request, which does not wait for it", async () => {
    isolate.wait(REFRESH);
    isolate.store.answer = hangs;
    assert.equal(await orders(), 200);
    assert.equal(isolate.store.readsOf(TENANT), 1);
  });

  test("that nobody asked for in twenty seconds is read before the next request is answered", async () => {
    const next = publishNext();
    isolate.wait(2 * REFRESH);
    assert.equal(await version(), next);
  });

  test("that nobody asked for is used for others while one request reads a newer one", async () => {
    isolate.wait(2 * REFRESH);
    await Promise.all(Array.from({ length: 100 }, () => orders()));
    assert.equal(isolate.store.readsOf(TENANT), 1);
  });

  test("that nobody asked for is used while the store is down, and not asked for by every request", async () => {
    isolate.store.answer = rejects;
    isolate.wait(2 * REFRESH);
    assert.deepEqual([await orders(), await orders(), await orders()], [200, 200, 200]);
    assert.equal(isolate.store.readsOf(TENANT), 1);
  });

  test("is read once for a hundred requests at a time", async () => {
    isolate.wait(REFRESH);
    await Promise.all(Array.from({ length: 100 }, () => orders()));
    assert.equal(isolate.store.readsOf(TENANT), 1);
  });

  test("is replaced by a newer one", async () => {
    const next = publishNext();
    await refreshed();
    assert.equal(await version(), next);
  });

  test("is replaced in the gate as well: a rule that is gone admits nobody", async () => {
    for (const resource of tenant.resources) {
      if (resource.resource_id === "orders") resource.rules = [{ methods: ["GET"], path: "/other", scopes: ["orders:read", "orders:cancel"] }];
    }
    publishNext();
    await refreshed();
    assert.equal(await orders(), 403);
  });

  test("never goes back to an older one (E2)", async () => {
    const before = await version();
    const older = valueOf(records(tenant, { at: before - 100 }), TENANT);
    isolate.store.entries.set(TENANT, older);
    await refreshed();
    assert.equal(await version(), before);
    assert.equal(isolate.logged("configuration_older")[0]?.tenant, "demo");
  });

  test("never goes back when the store oscillates between two versions", async () => {
    const [old, next] = [isolate.store.entries.get(TENANT) ?? "", publishNext()];
    await refreshed();
    for (let round = 0; round < 5; round += 1) {
      isolate.store.entries.set(TENANT, old);
      await refreshed();
      assert.equal(await version(), next);
    }
  });

  for (const [name, text] of [["no JSON", "{"], ["empty", ""], ["faulty", '{"tenant_id":"demo"}']] as const) {
    test(`is kept when what is published is ${name}, and that is logged (E4)`, async () => {
      const before = await version();
      isolate.store.entries.set(TENANT, text);
      await refreshed();
      assert.equal(await orders(), 200);
      assert.equal(await version(), before);
      assert.ok(isolate.logged("configuration_broken").length > 0);
    });
  }

  test("is kept when it disappears from the store", async () => {
    isolate.store.entries.delete(TENANT);
    await refreshed();
    assert.equal(await orders(), 200);
  });

  const failures: [string, () => void][] = [
    ["the store rejects", () => { isolate.store.answer = rejects; }],
    ["the store throws", () => { isolate.store.answer = throws; }],
    ["the record is gone", () => { isolate.store.entries.delete(TENANT); }],
    ["the record is broken", () => { isolate.store.entries.set(TENANT, "{"); }],
    ["the record is older", () => { isolate.store.entries.set(TENANT, valueOf(records(tenant, { at: 1_000 }), TENANT)); }],
  ];
  for (const [name, begin] of failures) {
    test(`decides up to the bound while ${name}, and nothing after it (E3)`, async () => {
      begin();
      isolate.wait(BOUND - 1);
      assert.equal(await orders(), 200);
      await isolate.settled();
      isolate.wait(1);
      assert.equal(await orders(), 503);
      assert.equal((await isolate.askToken("orders-backend")).status, 503);
    });
  }

  test("decides again once the store is back, without another request's help", async () => {
    isolate.store.answer = rejects;
    isolate.wait(BOUND);
    assert.equal(await orders(), 503);
    isolate.store.answer = undefined;
    assert.equal(await orders(), 200);
  });

  test("is not harmed by a clock that goes backwards", async () => {
    isolate.wait(-600);
    assert.equal((await isolate.request("/demo/payments/status")).status, 200);
  });
});

describe("a host", () => {
  test("that moves to no tenant is 421 once it was read again, beside a request", async () => {
    assert.equal(await orders(), 200);
    isolate.store.entries.delete(HOST);
    isolate.wait(LATER);
    assert.equal(await orders(), 200);
    await isolate.settled();
    assert.equal(await orders(), 421);
  });
  test("is read once for many requests at a time, and none waits for it", async () => {
    assert.equal(await orders(), 200);
    isolate.wait(LATER);
    isolate.store.readsOf(HOST);
    isolate.store.answer = hangs;
    const statuses = await Promise.all(Array.from({ length: 20 }, () => orders()));
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.equal(isolate.store.readsOf(HOST), 1);
  });
  test("that could not be read for an hour is nobody's any more", async () => {
    assert.equal(await orders(), 200);
    isolate.store.answer = rejects;
    isolate.wait(3_600);
    assert.equal(await orders(), 503);
  });
  test("is still known while the store is down", async () => {
    assert.equal(await orders(), 200);
    isolate.wait(LATER);
    isolate.store.answer = rejects;
    assert.equal(await orders(), 200);
  });
  for (const half of ["", "d", "dem"]) {
    test(`of which half an entry was read (${JSON.stringify(half)}) stays with its tenant`, async () => {
      assert.equal(await orders(), 200);
      isolate.store.entries.set(HOST, half);
      for (let round = 0; round < 3; round += 1) {
        isolate.wait(LATER);
        assert.equal(await orders(), 200);
        await isolate.settled();
      }
    });
    test(`of which half an entry was read (${JSON.stringify(half)}) before anything else is asked for again`, async () => {
      isolate.store.entries.set(HOST, half);
      assert.equal(await orders(), 503);
      isolate.store.entries.set(HOST, "demo");
      assert.equal(await orders(), 200);
    });
  }
  test("does not move to a tenant that does not name it", async () => {
    assert.equal(await orders(), 200);
    isolate.store.put(records({ ...tenant, tenant_id: "other", issuer: "https://other.example", hosts: ["other.example"] }));
    isolate.store.entries.set(HOST, "other");
    isolate.wait(LATER);
    await orders();
    await isolate.settled();
    assert.equal(isolate.logged("host_refused")[0]?.tenant, "other");
    assert.equal(await orders(), 200);
  });
  test("moves to a tenant that names it", async () => {
    assert.equal(await orders(), 200);
    isolate.store.put(records({ ...tenant, tenant_id: "other" }));
    isolate.wait(LATER);
    await orders();
    await isolate.settled();
    await orders();
    const { tenant: moved } = (await (await isolate.issuer("/healthz")).json()) as { tenant: string };
    assert.equal(moved, "other");
  });
  for (const name of ["../demo", "__proto__", "constructor"]) {
    test(`whose entry says ${name} gets nobody's configuration`, async () => {
      isolate.store.entries.set(HOST, name);
      assert.equal(await orders(), 503);
    });
  }
});

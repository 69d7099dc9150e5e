/** Keys that an isolate does not know yet, and keys that come and go (THREATS E2, E5). The clock is the test's. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { document, freshKey, records, signingKey, type PrivateJwk, type TenantDocument } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const TENANT = "tenant/demo";
/** Seconds after which a configuration is read again, and no sooner. */
const REFRESH = 10;

let isolate: Isolate;
let tenant: TenantDocument;
beforeEach(() => {
  isolate = new Isolate();
  tenant = document(8787);
});

async function orders(key: PrivateJwk = signingKey("ES256")): Promise<number> {
  const now = Math.floor(isolate.now / 1_000);
  const claims = clientClaims(ORIGIN, "orders", "orders:read", { iat: now, exp: now + 300 });
  return (await isolate.request("/demo/orders/1", await signed(key, claims))).status;
}

/** Publishes the tenant as the test changed it, after the version in force. */
function publishNext(): void {
  isolate.store.put(records(tenant, { previous: isolate.store.entries.get(TENANT) ?? "" }));
}

/** Lets a stale configuration be read again in the background of one request. */
async function refreshed(): Promise<void> {
  isolate.wait(REFRESH);
  await orders();
  await isolate.settled();
}

describe("a key that is not known (E2)", () => {
  const other = freshKey("ES256");
  beforeEach(async () => {
    assert.equal(await orders(), 200);
    isolate.store.reads.length = 0;
  });

  test("costs no read within the cooldown", async () => {
    isolate.wait(REFRESH - 1);
    for (let request = 0; request < 20; request += 1) assert.equal(await orders((await other).secret), 401);
    assert.equal(isolate.store.readsOf(TENANT), 0);
  });
  test("costs one read after it, however many tokens name it", async () => {
    isolate.wait(REFRESH);
    for (let request = 0; request < 20; request += 1) assert.equal(await orders((await other).secret), 401);
    assert.equal(isolate.store.readsOf(TENANT), 1);
  });
  test("is accepted by the very request that finds it published", async () => {
    const { secret, published } = await other;
    tenant.signing_keys.push({ state: "next", jwk: published });
    publishNext();
    isolate.wait(REFRESH);
    assert.equal(await orders(secret), 200);
  });
  test("is refused, not unavailable, where the store is down: nothing else is known of it", async () => {
    isolate.wait(REFRESH);
    isolate.store.answer = () => Promise.reject(new Error("the store is down"));
    assert.equal(await orders((await other).secret), 401);
  });
});

describe("a rotation of keys", () => {
  test("goes through next, current, retiring and disabled without a refusal before its time", async () => {
    const { secret, published } = await freshKey("ES256");
    const old = signingKey("ES256");
    const states = async (oldState: string, newState: string | undefined): Promise<[number, number]> => {
      tenant.signing_keys = tenant.signing_keys.filter(({ jwk }) => jwk.kid !== published.kid);
      for (const key of tenant.signing_keys) if (key.jwk.kid === old.kid) key.state = oldState;
      if (newState !== undefined) tenant.signing_keys.push({ state: newState, jwk: published });
      publishNext();
      await refreshed();
      return [await orders(old), await orders(secret)];
    };
    assert.equal(await orders(), 200);
    assert.deepEqual(await states("current", undefined), [200, 401]);
    assert.deepEqual(await states("current", "next"), [200, 200]);
    assert.deepEqual(await states("retiring", "current"), [200, 200]);
    assert.deepEqual(await states("disabled", "current"), [401, 200]);
  });
});

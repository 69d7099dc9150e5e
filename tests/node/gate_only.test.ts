/** `audgate/gate`, the smaller build: it decides as the full one does, and issues nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as gateOnly from "audgate/gate";
import { freshKey, records, signingKey, type PrivateJwk } from "../support/demo.ts";
import { demoTenant, ORIGIN, Store } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const context = { waitUntil: () => undefined };

/** A gate of its own over the demo tenant, with one more key. */
async function gated(added?: { secret: PrivateJwk; published: PrivateJwk }) {
  const extra = added === undefined ? [] : [{ state: "next", jwk: added.published }];
  const store = new Store(records({ ...demoTenant, signing_keys: [...demoTenant.signing_keys, ...extra] }));
  const options = { config: () => store, secretKeys: () => (added === undefined ? undefined : JSON.stringify({ keys: [added.secret] })) };
  const gate = gateOnly.gate({ fetch: () => new Response("admitted") }, options);
  return async (key: PrivateJwk, changes = {}): Promise<number> => {
    const token = await signed(key, clientClaims(ORIGIN, "orders", "orders:read", changes));
    const request = new Request(`${ORIGIN}/demo/orders/1`, { headers: { authorization: `Bearer ${token}` } });
    return (await gate.fetch(request, {}, { ...context })).status;
  };
}

test("offers the gate, its decision alone and verifyCompact, and nothing that issues", () =>
  assert.deepEqual(Object.keys(gateOnly).sort(), ["AccessRefused", "BrokenConfiguration", "decide", "gate", "verifyCompact"]));

describe("the gate", () => {
  for (const alg of ["ES256", "EdDSA", "RS256"]) {
    test(`admits a token signed with ${alg}`, async () => assert.equal(await (await gated())(signingKey(alg)), 200));
    test(`refuses a token signed with somebody else's ${alg}`, async () => {
      const { secret } = await freshKey(alg);
      assert.equal(await (await gated())({ ...secret, kid: signingKey(alg).kid }), 401);
    });
  }
  for (const alg of ["HS256", "ES384", "PS256"]) {
    test(`admits a token signed with ${alg} where the tenant has such a key`, async () => {
      const added = await freshKey(alg);
      assert.equal(await (await gated(added))(added.secret), 200);
    });
  }
  test("refuses a token for another resource", async () =>
    assert.equal(await (await gated())(signingKey("ES256"), { aud: `${ORIGIN}/demo/payments` }), 401));
});

describe("verifyCompact", () => {
  for (const alg of ["HS256", "ES256", "ES384", "RS256", "PS256", "EdDSA"]) {
    test(`verifies ${alg}, and refuses what another key signed`, async () => {
      const [own, other] = [await freshKey(alg), await freshKey(alg)];
      const key = alg === "HS256" ? own.secret : own.published;
      assert.ok((await gateOnly.verifyCompact(await signed(own.secret, "{}"), { keys: [key] })).ok);
      const forged = await signed({ ...other.secret, kid: own.secret.kid }, "{}");
      assert.equal((await gateOnly.verifyCompact(forged, { keys: [key] })).ok, false);
    });
  }
  test("answers bad input with a value", async () => {
    for (const token of [undefined, null, 1, {}, "", "..", "a.b.c"]) {
      assert.equal((await gateOnly.verifyCompact(token as string, { keys: [] })).ok, false);
    }
  });
});

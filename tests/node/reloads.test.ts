/** Requests in flight while a newer configuration takes over: they keep what they began with, and break nothing. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { document, freshKey, records, secretOf, signingKey, type TenantDocument } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { hold } from "../support/webcrypto.ts";

let isolate: Isolate;
let tenant: TenantDocument;
beforeEach(async () => {
  isolate = new Isolate();
  tenant = document(8787);
  await isolate.request("/demo/payments/status");
  await isolate.issuer("/healthz");
});

async function orders(): Promise<Response> {
  const now = Math.floor(isolate.now / 1_000);
  const claims = clientClaims(ORIGIN, "orders", "orders:read", { iat: now, exp: now + 300 });
  return isolate.request("/demo/orders/1", await signed(signingKey("ES256"), claims));
}

/** Brings a newer configuration into gate and issuer. */
async function reload(): Promise<void> {
  isolate.store.put(records(tenant, { previous: isolate.store.entries.get("tenant/demo") ?? "" }));
  isolate.wait(11);
  await isolate.request("/demo/payments/status");
  await isolate.issuer("/healthz");
  await isolate.settled();
}

/** A body that is sent when the test says so. */
function slowForm(): { body: ReadableStream<Uint8Array>; send: (text: string) => void } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    body: readable,
    send: (text) => {
      void writer.write(new TextEncoder().encode(text));
      void writer.close();
    },
  };
}

describe("a verification in flight", () => {
  test("ends well though its configuration was replaced", async (context) => {
    const verification = hold(context, "verify");
    const inFlight = orders();
    await verification.begun;
    await reload();
    verification.release();
    assert.equal((await inFlight).status, 200);
    assert.equal(isolate.instantiated, 1);
  });
  test("ends well though its configuration was replaced while its key was imported", async (context) => {
    const importing = hold(context, "importKey");
    const inFlight = orders();
    await importing.begun;
    await reload();
    await reload();
    importing.release();
    assert.equal((await inFlight).status, 200);
    assert.equal(isolate.instantiated, 1);
  });
  test("does not put its token into the memory of the newer configuration", async (context) => {
    const verification = hold(context, "verify");
    const inFlight = orders();
    await verification.begun;
    for (const key of tenant.signing_keys) if (key.jwk.alg === "ES256") key.state = "retiring";
    tenant.signing_keys.push({ state: "current", jwk: (await freshKey("ES256")).published });
    await reload();
    for (const key of tenant.signing_keys) if (key.state === "retiring") key.state = "disabled";
    await reload();
    verification.release();
    assert.equal((await inFlight).status, 200, "it was good when it came");
    assert.equal((await orders()).status, 401, "its key is no longer good");
  });
  test("frees its configuration in the end", async (context) => {
    const verification = hold(context, "verify");
    const inFlight = Promise.all(Array.from({ length: 20 }, orders));
    await verification.begun;
    await reload();
    verification.release();
    for (const { status } of await inFlight) assert.equal(status, 200);
    await reload();
    assert.equal((await orders()).status, 200);
  });
});

describe("a request to the token endpoint", () => {
  test("whose body is slow gets its token though its configuration was replaced", async () => {
    const { body, send } = slowForm();
    const inFlight = isolate.issuer("/oidc/token", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
      duplex: "half",
    });
    await new Promise((resolve) => setImmediate(resolve));
    await reload();
    await reload();
    send(new URLSearchParams({ grant_type: "client_credentials", client_id: "orders-backend", client_secret: secretOf("orders-backend") }).toString());
    const response = await inFlight;
    assert.equal(response.status, 200, await response.text());
    assert.equal(isolate.instantiated, 1);
  });
  test("is signed though its configuration was replaced meanwhile", async (context) => {
    const signature = hold(context, "sign");
    const inFlight = isolate.askToken("orders-backend");
    await signature.begun;
    await reload();
    signature.release();
    assert.equal((await inFlight).status, 200);
  });
});

test("a thousand requests through a hundred reloads are all admitted, by one instance", async () => {
  for (let round = 0; round < 100; round += 1) {
    const answers = Array.from({ length: 10 }, orders);
    await reload();
    for (const answer of answers) assert.equal((await answer).status, 200);
  }
  assert.equal(isolate.instantiated, 1);
});

test("requests that arrive in every turn of a reload are all admitted", async () => {
  // Nothing here waits for anything but the package and the store, so each turn is one step of the reload.
  const publicStatus = (): Promise<Response> => isolate.request("/demo/payments/status");
  for (let turns = 0; turns < 40; turns += 1) {
    isolate.store.put(records(tenant, { previous: isolate.store.entries.get("tenant/demo") ?? "" }));
    isolate.wait(11);
    const first = publicStatus();
    for (let turn = 0; turn < turns; turn += 1) await undefined;
    const second = publicStatus();
    assert.deepEqual([(await first).status, (await second).status], [200, 200], `${turns} turns`);
    await isolate.settled();
  }
  assert.equal(isolate.instantiated, 1);
});

/** A platform that fails: WebCrypto, randomness, the secret. "Cannot now" is 503, never 401 and never a grant. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { gate } from "audgate";
import { assertNoStackTrace } from "../support/assertions.ts";
import { freshKey, signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { fail } from "../support/webcrypto.ts";

let isolate: Isolate;
beforeEach(() => {
  isolate = new Isolate();
  isolate.logged("");
});

async function orders(): Promise<Response> {
  return isolate.request("/demo/orders/1", await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read")));
}

async function assertUnavailable(response: Response): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, 503, text);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("retry-after"), "1");
  assert.equal(response.headers.get("www-authenticate"), null);
  assertNoStackTrace(text);
}

const errors: [string, Error][] = [
  ["OperationError", new DOMException("no", "OperationError")],
  ["DataError", new DOMException("no", "DataError")],
  ["a TypeError", new TypeError("no")],
];

describe("where WebCrypto fails to verify", () => {
  for (const [name, error] of errors) {
    test(`with ${name} the gate answers 503, and recovers`, async (context) => {
      const mend = fail(context, "verify", error);
      await assertUnavailable(await orders());
      assert.equal(isolate.admitted.length, 0);
      mend();
      assert.equal((await orders()).status, 200);
    });
  }
  test("the refusal says so to whoever reads decisions", async (context) => {
    fail(context, "verify", new DOMException("no", "OperationError"));
    await orders();
    const [decision] = isolate.decisions;
    assert.equal(decision?.type === "deny" && decision.reason, "cannot_verify_now");
  });
  test("verifyCompact says `cannot_verify_now`", async (context) => {
    const token = await signed(signingKey("ES256"), "{}");
    fail(context, "verify", new DOMException("no", "OperationError"));
    const outcome = await isolate.verifyCompact(token, { keys: [signingKey("ES256")] });
    assert.deepEqual(outcome, { ok: false, reason: "cannot_verify_now" });
  });
});

describe("where WebCrypto fails to import a key", () => {
  for (const [name, error] of errors) {
    test(`with ${name} the gate answers 503, and recovers`, async (context) => {
      // The token is made first: the test needs WebCrypto, too.
      const token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
      const mend = fail(context, "importKey", error);
      await assertUnavailable(await isolate.request("/demo/orders/1", token));
      mend();
      assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
    });
  }
  for (const alg of ["ES256", "RS256", "EdDSA"]) {
    test(`for lack of ${alg}, the gate verifies by itself`, async (context) => {
      const resource = { ES256: "orders", RS256: "payments", EdDSA: "profile" }[alg] ?? "";
      const claims = clientClaims(ORIGIN, resource, `${resource}:read`);
      const good = await signed(signingKey(alg), claims);
      const bad = await signed((await freshKey(alg)).secret, claims, { kid: signingKey(alg).kid });
      fail(context, "importKey", new DOMException("no", "NotSupportedError"));
      assert.equal((await isolate.request(`/demo/${resource}`, good)).status, 200);
      assert.equal((await isolate.request(`/demo/${resource}`, bad)).status, 401);
    });
    test(`for lack of ${alg}, verifyCompact verifies by itself`, async (context) => {
      const { secret, published } = await freshKey(alg);
      const [good, bad] = [await signed(secret, "{}"), await signed((await freshKey(alg)).secret, "{}", { kid: published.kid })];
      fail(context, "importKey", new DOMException("no", "NotSupportedError"));
      assert.ok((await isolate.verifyCompact(good, { keys: [published] })).ok);
      assert.equal((await isolate.verifyCompact(bad, { keys: [published] })).ok, false);
    });
  }
  test("for lack of ES384, which it has not either, verifyCompact says `cannot_verify_now`", async (context) => {
    const { secret, published } = await freshKey("ES384");
    const token = await signed(secret, "{}");
    fail(context, "importKey", new DOMException("no", "NotSupportedError"));
    assert.deepEqual(await isolate.verifyCompact(token, { keys: [published] }), { ok: false, reason: "cannot_verify_now" });
  });
});

describe("where no token can be signed, the token endpoint answers 503", () => {
  for (const operation of ["sign", "importKey"] as const) {
    test(`because WebCrypto fails to ${operation}`, async (context) => {
      const mend = fail(context, operation, new DOMException("no", "OperationError"));
      await assertUnavailable(await isolate.askToken("orders-backend"));
      mend();
      assert.equal((await isolate.askToken("orders-backend")).status, 200);
    });
  }
  test("because there is no randomness for its identifier (B7)", async (context) => {
    const { mock } = context.mock.method(crypto, "getRandomValues", () => {
      throw new DOMException("no", "OperationError");
    });
    await assertUnavailable(await isolate.askToken("orders-backend"));
    mock.restore();
    assert.equal((await isolate.askToken("orders-backend")).status, 200);
    assert.equal(isolate.instantiated, 1, "lack of randomness is no trap");
  });
  const secrets: [string, string | undefined][] = [
    ["the secret is not set", undefined],
    ["the secret has no keys", '{"keys":[]}'],
    ["the secret has other keys", JSON.stringify({ keys: [{ ...signingKey("ES256"), kid: "other" }] })],
    ["the secret has a public key only", JSON.stringify({ keys: [{ ...signingKey("ES256"), d: undefined }] })],
  ];
  for (const [name, secret] of secrets) {
    test(`because ${name}, while the gate goes on`, async () => {
      isolate.signingKeys = secret;
      await assertUnavailable(await isolate.askToken("orders-backend"));
      assert.equal((await orders()).status, 200);
    });
  }
});

describe("a secret that is no JWK Set", () => {
  const canary = "canary-of-a-private-key";
  for (const secret of [canary, `{"keys":"${canary}"}`, `{"d":"${canary}"}`, `"${canary}`, "null", ""]) {
    test(`${JSON.stringify(secret)} is 503 at gate and issuer`, async () => {
      isolate.signingKeys = secret;
      await assertUnavailable(await orders());
      await assertUnavailable(await isolate.askToken("orders-backend"));
    });
  }
  test("is not quoted in the log (D11)", async () => {
    isolate.signingKeys = canary;
    await orders();
    await isolate.askToken("orders-backend");
    const log = JSON.stringify(isolate.logged("unavailable"));
    assert.match(log, /secret keys/);
    assert.doesNotMatch(log, /canary/);
  });
});

describe("a client's record", () => {
  const key = "tenant/demo/client/orders-backend";
  const ask = (): Promise<Response> => isolate.askToken("orders-backend");

  test("that cannot be read is 503, not 401", async () => {
    await ask();
    isolate.store.answer = (read) => (read === key ? Promise.reject(new Error("down")) : Promise.resolve(isolate.store.entries.get(read) ?? null));
    await assertUnavailable(await ask());
  });
  test("whose reading hangs is 503 after two seconds", async (context) => {
    await ask();
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const reading = Promise.withResolvers<void>();
    isolate.store.answer = () => {
      reading.resolve();
      return new Promise(() => undefined);
    };
    const answer = ask();
    await reading.promise;
    context.mock.timers.tick(2_000);
    await assertUnavailable(await answer);
  });
  const broken: [string, (good: string) => string][] = [
    ["no JSON", () => "{"],
    ["cut off", (good) => good.slice(0, -10)],
    ["of another client", () => isolate.store.entries.get("tenant/demo/client/partner-app") ?? ""],
    ["of another tenant", (good) => good.replace('"tenant_id":"demo"', '"tenant_id":"other"')],
    ["with a member that nobody knows", (good) => good.replace("{", '{"admin":true,')],
  ];
  for (const [name, damage] of broken) {
    test(`that is ${name} is 503 and grants nothing`, async () => {
      isolate.store.entries.set(key, damage(isolate.store.entries.get(key) ?? ""));
      await assertUnavailable(await ask());
    });
  }
  test("that is gone is invalid_client", async () => {
    isolate.store.entries.delete(key);
    assert.equal((await ask()).status, 401);
  });
  test("that names a resource which is gone grants nothing for it", async () => {
    const record = JSON.parse(isolate.store.entries.get("tenant/demo") ?? "") as Record<"resources" | "roles", { resource_id?: string; role_id?: string }[]>;
    record.resources = record.resources.filter(({ resource_id: id }) => id !== "profile");
    record.roles = record.roles.filter(({ role_id: id }) => id !== "profile-owner");
    isolate.store.entries.set("tenant/demo", JSON.stringify(record));
    const response = await isolate.askToken("partner-app", "profile");
    assert.equal(response.status, 400);
    assert.equal(((await response.json()) as { error: string }).error, "invalid_target");
  });
});

test("a handler that throws is the handler's own error, not a refusal", async () => {
  const gated = gate({ fetch: () => { throw new RangeError("the handler's"); } }, { config: () => isolate.store, tenant: "demo" });
  const request = new Request(`${ORIGIN}/demo/payments/status`);
  await assert.rejects(gated.fetch(request, {}, { waitUntil: () => undefined }), RangeError);
});

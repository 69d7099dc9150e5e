/** Credentials that the gate refuses, and how it says so: RFC 6750 section 3, RFC 9728 section 5.1. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertGateRefusal, challengeOf } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { clientClaims, encoded, seconds, signed, type Claims } from "../support/tokens.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let good: string;
before(async () => {
  worker = await startWorker();
  good = await worker.token("orders-backend", "orders");
});
after(() => worker.stop());

function orders(authorization: string | undefined, path = "/demo/orders/1"): Promise<Response> {
  return worker.fetch(path, { headers: authorization === undefined ? {} : { authorization } });
}

/** A token for orders, good but for what `changes` says; `undefined` leaves a claim out. */
const orderToken = (changes: Claims, header: Claims = {}): Promise<string> =>
  signed(signingKey("ES256"), clientClaims(worker.origin, "orders", "orders:read", changes), header);

test("a good token opens the resource, so the refusals below are about what is wrong in them", async () => {
  assert.equal((await orders(`Bearer ${good}`)).status, 200);
  assert.equal((await orders(`Bearer ${await orderToken({})}`)).status, 200);
});

describe("without a token", () => {
  test("the refusal is 401 and its challenge names the metadata, and no error (RFC 6750 section 3.1)", async () => {
    const response = await orders(undefined);
    assert.deepEqual(challengeOf(response), {
      resource_metadata: `${worker.origin}/.well-known/oauth-protected-resource/demo/orders`,
      scope: "orders:read",
    });
    await assertGateRefusal(response, 401, "no_token");
  });
  for (const scheme of ["Basic b3JkZXJzOng=", "DPoPX x", "Digest x", "bearerx y", "Negotiate", "Bearer\tx"]) {
    test(`but with ${JSON.stringify(scheme)}, which is another scheme, it is the same`, async () => assertGateRefusal(await orders(scheme), 401, "no_token"));
  }
  test("a token in the query counts for nothing", async () =>
    assertGateRefusal(await orders(undefined, `/demo/orders/1?access_token=${good}`), 401, "no_token"));
  test("a token in the body counts for nothing", async () => {
    const body = new URLSearchParams({ access_token: good });
    assert.equal((await worker.fetch("/demo/payments", { method: "POST", body })).status, 401);
  });
  test("a token in a cookie counts for nothing", async () => {
    const response = await worker.fetch("/demo/orders/1", { headers: { cookie: `access_token=${good}; token=${good}` } });
    await assertGateRefusal(response, 401, "no_token");
  });
});

describe("malformed credentials are 400 invalid_request", () => {
  const cases: [string, () => string][] = [
    ["Bearer alone", () => "Bearer"],
    ["Bearer and a space", () => "Bearer "],
    ["two tokens", () => `Bearer ${good} ${good}`],
    ["two tokens with a comma", () => `Bearer ${good}, Bearer ${good}`],
    ["a token and a parameter", () => `Bearer ${good}, scope="x"`],
    ["a token in quotes", () => `Bearer "${good}"`],
    ["a token and a tab", () => `Bearer ${good}\tx`],
    ["a character outside the alphabet", () => `Bearer ${good}!`],
    ["a percent-encoded dot", () => `Bearer ${good.replaceAll(".", "%2E")}`],
  ];
  for (const [name, authorization] of cases) {
    test(name, async () => {
      const response = await orders(authorization());
      assert.equal(challengeOf(response).error, "invalid_request");
      await assertGateRefusal(response, 400, "malformed_credentials");
    });
  }
  test("two Authorization fields, both good", async () => {
    const headers = [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`];
    const response = await worker.raw("/demo/orders/1", { headers });
    assert.equal(response.status, 400);
    assert.equal(challengeOf(response).error, "invalid_request");
  });
  test("two Authorization fields, the second one of another scheme", async () => {
    const headers = [`Authorization: Bearer ${good}`, "Authorization: Basic eDp5"];
    assert.equal((await worker.raw("/demo/orders/1", { headers })).status, 400);
  });
  test("the scheme in any case is the scheme", async () => assert.equal((await orders(`bEARER ${good}`)).status, 200));
  test("several spaces before the token are RFC 9110's", async () =>
    assert.equal((await orders(`Bearer   ${good}`)).status, 200));
});

describe("what is not this resource's access token is 401 invalid_token", () => {
  const cases: [string, string, () => string | Promise<string>][] = [
    ["no JWS at all", "not_three_parts", () => "x"],
    ["alg none", "signature_missing", () => `${encoded('{"alg":"none","typ":"at+jwt"}')}.${good.split(".")[1]}.`],
    ["alg none and a signature", "algorithm_none", () => `${encoded('{"alg":"nOnE","typ":"at+jwt"}')}.${good.split(".")[1]}.AA`],
    ["a changed payload", "signature_mismatch", () => forged(good)],
    ["a changed last character", "signature_encoding", () => `${good.slice(0, -1)}${good.endsWith("B") ? "C" : "B"}`],
    ["a token of 8 KiB and more", "token_too_long", () => `${good}${"A".repeat(8_192)}`],
    ["a million dots, or as many as get through", "token_too_long", () => ".".repeat(12_000)],
    ["padding", "signature_encoding", () => `${good}==`],
    ["JSON serialisation", "not_three_parts", () => encoded(JSON.stringify({ payload: "x" }))],
    ["an encrypted token of five parts", "not_three_parts", () => `${good}.AA.AA`],
    ["an ID token", "not_an_access_token", () => orderToken({}, { typ: "JWT" })],
    ["no type", "not_an_access_token", () => orderToken({}, { typ: undefined })],
    ["a token in a token", "nested_token", () => orderToken({}, { cty: "JWT" })],
    ["another kid", "unknown_key", () => orderToken({}, { kid: "nobody" })],
    ["a kid that names a key of the store", "unknown_key", () => orderToken({}, { kid: "../../tenant/demo" })],
    ["the kid of another algorithm's key", "algorithm_not_permitted", () => orderToken({}, { kid: signingKey("RS256").kid })],
    ["another issuer", "issuer_mismatch", () => orderToken({ iss: "https://evil.example" })],
    ["the issuer with a slash", "issuer_mismatch", () => orderToken({ iss: `${worker.origin}/` })],
    ["another audience", "audience_mismatch", () => orderToken({ aud: `${worker.origin}/demo/payments` })],
    ["the default audience", "audience_mismatch", () => orderToken({ aud: worker.origin })],
    ["the audience with a slash", "audience_mismatch", () => orderToken({ aud: `${worker.origin}/demo/orders/` })],
    ["a list of audiences", "malformed_claim", () => orderToken({ aud: [`${worker.origin}/demo/orders`] })],
    ["another tenant", "tenant_mismatch", () => orderToken({ tid: "other" })],
    ["an expired token", "expired", () => orderToken({ iat: seconds() - 400, exp: seconds() - 100 })],
    ["a token from the future", "not_yet_valid", () => orderToken({ iat: seconds() + 100, exp: seconds() + 200 })],
    ["a token that begins later", "not_yet_valid", () => orderToken({ nbf: seconds() + 100 })],
    ["a token that lives a year", "lifetime_exceeded", () => orderToken({ exp: seconds() + 31_536_000 })],
    ["no expiry", "missing_claim", () => orderToken({ exp: undefined })],
    ["an expiry as text", "malformed_claim", () => orderToken({ exp: String(seconds() + 100) })],
    ["no identifier", "missing_claim", () => orderToken({ jti: undefined })],
  ];
  for (const [name, reason, token] of cases) {
    test(name, async () => {
      const response = await orders(`Bearer ${await token()}`);
      const { error, resource_metadata: metadata } = challengeOf(response);
      assert.equal(error, "invalid_token");
      assert.equal(metadata, `${worker.origin}/.well-known/oauth-protected-resource/demo/orders`);
      await assertGateRefusal(response, 401, reason);
    });
  }
  test("a token bound to a key, which is told the scheme for such", async () => {
    const response = await orders(`Bearer ${await orderToken({ cnf: { jkt: "x" } })}`);
    assert.equal(challengeOf(response, "DPoP").error, "invalid_token");
    await assertGateRefusal(response, 401, "possession_not_proved");
  });
});

describe("where no rule admits anybody", () => {
  const closed: [string, string, string][] = [
    ["a method without a rule", "/demo/orders/1", "POST"],
    ["a path without a rule", "/demo/profile/elsewhere", "GET"],
    ["a path under no resource", "/demo/elsewhere", "GET"],
    ["a path whose name begins like a resource's", "/demo/ordersx", "GET"],
  ];
  for (const [name, path, method] of closed) {
    test(`${name} is 403 with the best token too`, async () => {
      const response = await worker.fetch(path, { method, headers: { authorization: `Bearer ${good}` } });
      assert.equal(response.status, 403);
      assert.equal(response.headers.get("www-authenticate"), null);
    });
  }
  test("a public rule admits without a token", async () =>
    assert.equal((await worker.fetch("/demo/payments/status")).status, 200));
  test("a public rule is for its method only", async () =>
    assert.equal((await worker.fetch("/demo/payments/status", { method: "POST" })).status, 403));
  test("a public rule is not for what lies below", async () =>
    assert.equal((await worker.fetch("/demo/payments/status/1")).status, 401));
});

/** `token` with a claim more than was signed. */
function forged(token: string): string {
  const [header, payload, signature] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload ?? "", "base64url").toString()) as Claims;
  return `${header}.${encoded(JSON.stringify({ ...claims, roles: ["order-manager"] }))}.${signature}`;
}

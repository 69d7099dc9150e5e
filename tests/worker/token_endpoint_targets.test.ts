/** Which resource and which scopes a client gets (R10, R11, R12, R19), over HTTP. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertTokenRefusal } from "../support/assertions.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";
import { claimsOf, headerOf } from "../support/tokens.ts";

interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope?: string;
  refresh_token?: string;
}

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

async function granted(clientId: string, parameters: Record<string, string>): Promise<TokenAnswer> {
  const response = await worker.askToken(clientId, parameters);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as TokenAnswer;
}

const of = (resource: string): string => `${worker.origin}/demo/${resource}`;

describe("a resource that the client may not ask for is invalid_target (R10)", () => {
  const cases: [string, () => string][] = [
    ["one that is not assigned", () => of("payments")],
    ["one that does not exist", () => of("nothing")],
    ["a path below an assigned one", () => `${of("orders")}/1`],
    ["a prefix of an assigned one", () => `${worker.origin}/demo`],
    ["a longer name", () => `${of("orders")}x`],
    ["with a query", () => `${of("orders")}?x`],
    ["with a fragment", () => `${of("orders")}#x`],
    ["with user information", () => of("orders").replace("//", "//x@")],
    ["with a dot segment", () => `${worker.origin}/demo/payments/../orders`],
    ["with an encoded dot segment", () => `${worker.origin}/demo/payments/%2e%2e/orders`],
    ["with a doubled slash", () => `${worker.origin}/demo//orders`],
    ["with a backslash", () => `${worker.origin}/demo\\orders`],
    ["with a space before it", () => ` ${of("orders")}`],
    ["with a line feed in it", () => of("or\nders")],
    ["on another port", () => of("orders").replace(String(worker.port), "1")],
    ["by another scheme", () => of("orders").replace("http", "https")],
    ["by its path alone", () => "/demo/orders"],
    ["by its identifier", () => "orders"],
    ["one of 10,000 characters", () => `${of("orders")}/${"a".repeat(10_000)}`],
  ];
  for (const [name, resource] of cases) {
    test(name, async () =>
      assertTokenRefusal(await worker.askToken("orders-backend", { resource: resource() }), 400, "invalid_target"));
  }
});

describe("scopes of which none can be granted are invalid_scope (R19)", () => {
  const cases: [string, string, string][] = [
    ["a scope that the resource does not define", "orders-backend", "orders:delete"],
    ["a scope of another resource", "orders-backend", "payments:read"],
    ["a scope that the client's role does not grant", "shop-viewer", "orders:cancel"],
    ["a scope in upper case", "orders-backend", "ORDERS:READ"],
    ["protocol scopes, which a client acting for itself has no use for", "orders-backend", "openid offline_access"],
    ["a scope with a quote", "orders-backend", 'orders:read"'],
    ["scopes with a tab between them", "orders-backend", "orders:read\torders:cancel"],
    ["scopes with two spaces between them", "orders-backend", "orders:read  orders:cancel"],
  ];
  for (const [name, clientId, scope] of cases) {
    test(name, async () =>
      assertTokenRefusal(await worker.askToken(clientId, { resource: of("orders"), scope }), 400, "invalid_scope"));
  }
});

describe("scopes that can be granted (R19)", () => {
  test("are all effective ones where none is asked", async () => {
    const { scope } = await granted("orders-backend", { resource: of("orders") });
    assert.deepEqual(scope?.split(" ").sort(), ["orders:cancel", "orders:read"]);
  });
  test("are those asked for that are effective, and the answer says so", async () => {
    const { scope, access_token: token } = await granted("shop-viewer", {
      resource: of("orders"),
      scope: "orders:cancel orders:read",
    });
    assert.equal(scope, "orders:read");
    assert.equal(claimsOf(token).scope, "orders:read");
  });
  test("are none, and no claim, at the default resource that defines none", async () => {
    const { scope, access_token: token } = await granted("orders-backend", {});
    assert.equal(scope, undefined);
    assert.ok(!("scope" in claimsOf(token)));
  });
});

describe("a token", () => {
  test("without a resource asked is for the default resource, whose URI is the issuer's (R11)", async () => {
    const { access_token: token } = await granted("orders-backend", {});
    assert.equal(claimsOf(token).aud, worker.origin);
  });
  test("carries the resource as registered, whatever the spelling that was asked for (R12)", async () => {
    const { access_token: token } = await granted("orders-backend", { resource: `${of("orders")}/` });
    assert.equal(claimsOf(token).aud, of("orders"));
  });
  test("of a client names it as subject and as client (R13)", async () => {
    const { access_token: token } = await granted("orders-backend", { resource: of("orders") });
    const { sub, client_id: clientId, app_id: applicationId, tid } = claimsOf(token);
    assert.deepEqual([sub, clientId, applicationId, tid], ["orders-backend", "orders-backend", "shop", "demo"]);
  });
  test("of a client comes without a refresh token (RFC 6749 section 4.4.3)", async () => {
    const answer = await granted("orders-backend", { resource: of("orders") });
    assert.deepEqual(Object.keys(answer).sort(), ["access_token", "expires_in", "scope", "token_type"]);
    assert.equal(answer.token_type, "Bearer");
  });
  test("for payments lives five minutes, by its claims and by the answer (R26)", async () => {
    const { access_token: token, expires_in: lifetime } = await granted("shop-checkout", { resource: of("payments") });
    const { exp, iat } = claimsOf(token) as { exp: number; iat: number };
    assert.deepEqual([exp - iat, lifetime], [300, 300]);
  });
  test("has an identifier of its own each time", async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => worker.token("orders-backend", "orders")));
    assert.equal(new Set(tokens.map((token) => claimsOf(token).jti)).size, 3);
  });
  test("is typed as an access token and names its key (RFC 9068)", async () => {
    const header = headerOf(await worker.token("orders-backend", "orders"));
    assert.deepEqual(Object.keys(header).sort(), ["alg", "kid", "typ"]);
    assert.equal(header.typ, "at+jwt");
  });
});

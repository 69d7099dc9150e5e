/** A worker behind the gate of another one: it is answered as `gate` answers, and admits nobody when it cannot ask. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertGateRefusal, challengeOf } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

let through: RunningWorker;
let token: string;
before(async () => {
  through = await startWorker({ entry: "tests/support/workers/through.ts", services: { GATE: "examples/service-binding/gate/worker.ts" } });
  token = await signed(signingKey("ES256"), clientClaims(through.origin, "orders", "orders:read"));
});
after(() => through.stop());

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> =>
  through.fetch(path, { ...init, headers: { authorization: `Bearer ${token}`, ...headers } });
const shown = async (): Promise<number> => (await (await through.fetch("/test/shown")).json()) as number;

describe("an admitted request", () => {
  test("reaches the handler with its access, which is plain data", async () => {
    const { access, cloned, copied } = (await (await ask("/demo/orders/1")).json()) as Record<string, Record<string, unknown>>;
    assert.deepEqual([access?.["kind"], access?.["subject"], access?.["scopes"]], ["client", "orders-backend", ["orders:read"]]);
    assert.deepEqual(cloned, access);
    assert.equal(copied, "held");
  });
  test("is shown to the handler with its body, which nobody has read", async () => {
    const maker = await signed(signingKey("RS256"), clientClaims(through.origin, "payments", "payments:make"));
    const response = await ask("/demo/payments", { authorization: `Bearer ${maker}` }, { method: "POST", body: "12.50" });
    assert.equal(((await response.json()) as { body: string }).body, "12.50");
  });
});

test("cookies of gates and issuers stay with the gate, and others come with the body", async () => {
  const maker = await signed(signingKey("RS256"), clientClaims(through.origin, "payments", "payments:make"));
  const shownOf = async (cookie: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${maker}`, cookie };
    const response = await ask("/demo/payments", headers, { method: "POST", body: "12.50" });
    const { cookie: seen, body } = (await response.json()) as { cookie: string | null; body: string };
    return [seen, body];
  };
  assert.deepEqual(await shownOf("a=1; __Host-audgate-session=x; __Host-audgate-page.token.orders=1.1.y; b=2"), ["a=1; b=2", "12.50"]);
  assert.deepEqual(await shownOf("__Host-audgate-session=x"), [null, "12.50"]);
  assert.deepEqual(await shownOf("a=1;b=2"), ["a=1;b=2", "12.50"]);
});

describe("a request that the gate refuses", () => {
  const refusals: [string, string, Record<string, string>, number, string][] = [
    ["without a token", "/demo/orders/1", { authorization: "" }, 401, "no_token"],
    ["with two tokens", "/demo/orders/1", { authorization: "Bearer a b" }, 400, "malformed_credentials"],
    ["for another resource", "/demo/payments", {}, 401, "audience_mismatch"],
    ["under no resource", "/elsewhere", {}, 403, "no_resource"],
    ["at a path with two readings", "/demo/orders/a%2Fb", {}, 400, "ambiguous_path"],
  ];
  for (const [name, path, headers, status, reason] of refusals) {
    test(`${name} never reaches the handler`, async () => {
      const before = await shown();
      await assertGateRefusal(await ask(path, headers), status, reason);
      assert.equal(await shown(), before);
    });
  }
});

describe("a handler that asks for more", () => {
  test("goes on where it was granted", async () =>
    assert.equal((await ask("/demo/orders/1", { "x-needs": "orders:read" })).status, 200));
  test("has the gate's challenge as the answer where it was not", async () => {
    const response = await ask("/demo/orders/1", { "x-needs": "orders:cancel,orders:refund", origin: "https://shop.example" });
    assert.equal(challengeOf(response)["scope"], "orders:read orders:cancel orders:refund");
    assert.equal(response.headers.get("access-control-allow-origin"), "https://shop.example");
    await assertGateRefusal(response, 403, "insufficient_scope");
  });
  test("can deal with it itself", async () =>
    assert.equal(await (await ask("/demo/orders/1", { "x-needs": "orders:cancel", "x-forgives": "yes" })).text(), "forgiven"));
  test("is refused where no token was read", async () =>
    assertGateRefusal(await ask("/demo/payments/status", { "x-needs": "payments:read" }), 403, "public_rule"));
  test("is told where it asks for nothing, or for what is no scope", async () => {
    for (const needs of ["", 'a"b', "orders:read,"]) {
      assert.equal((await ask("/demo/orders/1", { "x-needs": needs })).status, 500, needs);
    }
  });
});

describe("a gate that does not answer", () => {
  for (const does of ["throws", "is not there", "says nothing", "says something else"]) {
    test(`because it ${does}, admits nobody: 503, not 401`, async () => {
      const before = await shown();
      const response = await ask("/demo/orders/1", { "x-gate": does });
      assert.equal(response.headers.get("retry-after"), "1");
      await assertGateRefusal(response, 503, "cannot_decide_now");
      assert.equal(await shown(), before);
    });
  }
});

/**
 * Request targets as a hostile client writes them, byte for byte on a TCP socket (THREATS C1, C2, C5, C6): whatever the
 * spelling, a token for orders never reaches the handler of another resource.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertNoStackTrace } from "../support/assertions.ts";
import { raw, type RawResponse } from "../support/http.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
let token: string;
before(async () => {
  worker = await startWorker();
  token = await worker.token("orders-backend", "orders");
});
after(() => worker.stop());

const bearer = (): string[] => [`Authorization: Bearer ${token}`];

/** What the handler was asked for, `undefined` where the request did not get to it. */
function reached(response: RawResponse): "order" | "payment" | "profile" | undefined {
  assertNoStackTrace(response.body);
  if (response.status !== 200 || !response.body.startsWith("{")) return undefined;
  const answer = JSON.parse(response.body) as Record<string, unknown>;
  return (["order", "payment", "profile"] as const).find((area) => area in answer);
}

test("the canonical target of the token's resource reaches its handler", async () =>
  assert.equal(reached(await worker.raw("/demo/orders/1", { headers: bearer() })), "order"));
test("the canonical target of another resource does not", async () =>
  assert.equal((await worker.raw("/demo/payments/1", { headers: bearer() })).status, 401));

/** To the URL standard these are names like any other, below orders; only old or foreign decoders see dots in them. */
const BELOW_ORDERS = ["/demo/orders/..;/payments", "/demo/orders/%c0%ae%c0%ae/payments", "/demo/orders/.../payments"];

/** Other spellings of, or ways towards, payments. None may get there, and none may count as orders either. */
const TOWARDS_PAYMENTS = [
  "/demo/orders/../payments",
  "/demo/orders/./../payments/1",
  "/demo/orders/1/../../payments/1",
  "/demo/orders/%2e%2e/payments",
  "/demo/orders/%2E%2E/payments",
  "/demo/orders/.%2e/payments",
  "/demo/orders/..%2fpayments",
  "/demo/orders/..%5cpayments",
  "/demo/orders%2f..%2fpayments",
  "/demo/orders/%252e%252e/payments",
  "/demo/orders/%252e%252e%252fpayments",
  "/demo/orders/..\\payments",
  "/demo/orders\\..\\payments",
  "/demo/orders/../../demo/payments",
  "/demo/x/../payments",
  "/demo/./payments",
  "/demo//payments",
  "/demo/orders//../payments",
  "/demo/orders/.%00./payments",
  "/demo/orders/..%00/payments",
  "/demo/orders/..%0a/payments",
  "/demo\\payments",
  "/demo/%70ayments",
  "/demo/payment%73",
  "/demo/payments%2f1",
  "/demo/payments%20",
  "/demo/payments;/demo/orders",
  "/demo/payments;x",
  "/demo/payments.",
  "/demo/payments,",
  "/demo/PAYMENTS",
  "/%64emo/payments",
  "/demo%2fpayments",
  "/demo%5cpayments",
  "/Demo/payments",
  "//demo/payments",
  "///demo/payments",
  "/./demo/payments",
  "/x/../demo/payments",
  "/%2e/demo/payments",
  "/demo/orders/../../../../demo/payments",
  "\\demo\\payments",
  "/demo/payments/../payments",
  "/demo/orders/..//payments",
];

describe("a token for orders does not get to payments by", () => {
  for (const target of TOWARDS_PAYMENTS) {
    test(target, async () => {
      const response = await worker.raw(target, { headers: bearer() });
      assert.equal(reached(response), undefined);
      assert.ok(response.status >= 400 && response.status < 500, `${response.status} ${response.body}`);
    });
  }
});

describe("what only looks like a way out of orders does not get to payments", () => {
  for (const target of BELOW_ORDERS) {
    test(target, async () => {
      const area = reached(await worker.raw(target, { headers: bearer() }));
      assert.ok(area === undefined || area === "order", area);
    });
  }
});

describe("nobody gets past the gate without a token by", () => {
  for (const target of [...TOWARDS_PAYMENTS, ...TOWARDS_PAYMENTS.map((target) => target.replace("payments", "orders"))]) {
    test(target, async () => assert.equal(reached(await worker.raw(target)), undefined));
  }
});

describe("query and fragment take no part in finding the resource", () => {
  const targets: [string, number][] = [
    ["/demo/payments?/demo/orders", 401],
    ["/demo/payments?/../orders", 401],
    ["/demo/payments#/demo/orders", 401],
    ["/demo/payments?x#y/../orders", 401],
    ["/demo/orders/1?/../payments", 200],
    ["/demo/orders?", 200],
  ];
  for (const [target, status] of targets) {
    test(`${target} is ${status}`, async () => assert.equal((await worker.raw(target, { headers: bearer() })).status, status));
  }
});

describe("a trailing slash makes no other resource (C5)", () => {
  test("/demo/orders/ is orders", async () =>
    assert.equal(reached(await worker.raw("/demo/orders/", { headers: bearer() })), "order"));
  test("/demo/payments/ is payments", async () =>
    assert.equal((await worker.raw("/demo/payments/", { headers: bearer() })).status, 401));
  test("two of them are refused", async () =>
    assert.equal((await worker.raw("/demo/orders//", { headers: bearer() })).status, 400));
});

describe("a target that is not a path", () => {
  test("in absolute form reaches what it names, and the audience is checked there", async () => {
    const target = `http://localhost:${worker.port}/demo/payments`;
    assert.equal((await worker.raw(target, { headers: bearer() })).status, 401);
  });
  for (const host of ["evil.example", "localhost:1", "user@localhost"]) {
    test(`in absolute form with the authority ${host} does not reach payments`, async () => {
      const response = await worker.raw(`http://${host}/demo/payments/1`, { headers: bearer() });
      assert.equal(reached(response), undefined);
    });
  }
  for (const target of ["*", "demo/payments/1", "localhost:80", "ftp://localhost/demo/payments/1", "", "?", "#"]) {
    test(`${JSON.stringify(target)} reaches nothing`, async () => {
      const response = await worker.raw(target, { headers: bearer() }).catch(() => undefined);
      assert.ok(response === undefined || reached(response) === undefined);
    });
  }
});

describe("a Host field that is more than a host", () => {
  const hosts = (port: number): string[] => [
    `localhost:${port}/demo/payments?`,
    `localhost:${port}/demo/payments#`,
    `localhost:${port}\\@evil.example`,
    `evil.example@localhost:${port}`,
    `localhost:${port}@evil.example`,
    `localhost:${port} `,
    `localhost:${port}, evil.example`,
    `localhost%2e:${port}`,
  ];
  test("does not get a token for orders to payments", async () => {
    for (const host of hosts(worker.port)) {
      const response = await worker.raw("/demo/orders/1", { host, headers: bearer() });
      assert.ok([undefined, "order"].includes(reached(response)), `${host}: ${response.body}`);
    }
  });
  test("two of them reach nothing", async () => {
    const host = `localhost:${worker.port}\r\nHost: evil.example`;
    assert.equal(reached(await worker.raw("/demo/orders/1", { host, headers: bearer() })), undefined);
  });
  test("in upper case is the same host", async () => {
    const host = `LOCALHOST:${worker.port}`;
    assert.equal(reached(await worker.raw("/demo/orders/1", { host, headers: bearer() })), "order");
    assert.equal((await worker.raw("/demo/payments/1", { host, headers: bearer() })).status, 401);
  });
  test("none at all reaches nothing", async () => {
    const text = `GET /demo/orders/1 HTTP/1.1\r\nConnection: close\r\n${bearer()[0]}\r\n\r\n`;
    assert.equal(reached(await raw(worker.port, text)), undefined);
  });
});

describe("a method", () => {
  for (const method of ["get", "Get", "delete", "gEt", "FOO", "GET\t"]) {
    test(`${JSON.stringify(method)} is none that a rule names`, async () =>
      assert.equal(reached(await worker.raw("/demo/orders/1", { method, headers: bearer() })), undefined));
  }
  for (const method of ["POST", "PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "MKCOL"]) {
    test(`${method}, which has no rule, is refused`, async () =>
      assert.equal((await worker.raw("/demo/orders/1", { method, headers: bearer() })).status, 403));
  }
  for (const field of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
    test(`is not another one by ${field}`, async () => {
      const viewer = await worker.token("shop-viewer", "orders");
      const headers = [`Authorization: Bearer ${viewer}`, `${field}: DELETE`];
      assert.match((await worker.raw("/demo/orders/1", { headers })).body, /"status":"shipped"/);
    });
  }
});

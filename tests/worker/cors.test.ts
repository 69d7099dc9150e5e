/** Pages of other origins: answered before authentication where the configuration says so, and nowhere else. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { document, records } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const SHOP = "https://shop.example";
const CORS = { origins: [SHOP, "https://other.example:8443"], headers: ["authorization", "x-order"], max_age: 120 };

let worker: RunningWorker;
before(async () => {
  worker = await startWorker({
    entries: (port) => {
      const tenant = document(port);
      for (const resource of tenant.resources) {
        if (resource.resource_id === "orders") resource.cors = CORS;
        if (resource.resource_id === "payments") delete resource.cors;
      }
      return records(tenant);
    },
  });
});
after(() => worker.stop());

function preflight(path: string, origin: string, method: string): Promise<Response> {
  const headers = { origin, "access-control-request-method": method, "access-control-request-headers": "authorization" };
  return worker.fetch(path, { method: "OPTIONS", headers });
}

const list = (field: string | null): string[] => (field ?? "").split(",").map((value) => value.trim()).sort();

describe("a preflight", () => {
  test("from a listed origin is answered without a token", async () => {
    const response = await preflight("/demo/orders/1", SHOP, "DELETE");
    assert.ok([200, 204].includes(response.status));
    assert.equal(response.headers.get("access-control-allow-origin"), SHOP);
    assert.ok(list(response.headers.get("access-control-allow-methods")).includes("DELETE"));
    assert.deepEqual(list(response.headers.get("access-control-allow-headers")), ["authorization", "x-order"]);
    assert.equal(response.headers.get("access-control-max-age"), "120");
    assert.match(response.headers.get("vary") ?? "", /origin/i);
  });
  test("is not told to send cookies", async () => {
    const response = await preflight("/demo/orders/1", SHOP, "GET");
    assert.equal(response.headers.get("access-control-allow-credentials"), null);
  });
  const strangers = ["https://evil.example", "http://shop.example", `${SHOP}:8443`, `${SHOP}.evil.example`, `${SHOP}/`, "null", "HTTPS://SHOP.EXAMPLE"];
  for (const origin of strangers) {
    test(`from ${origin} is refused`, async () => {
      const response = await preflight("/demo/orders/1", origin, "GET");
      assert.equal(response.status, 403);
      assert.equal(response.headers.get("access-control-allow-origin"), null);
    });
  }
  for (const method of ["POST", "get", "TRACE"]) {
    test(`for ${method}, which no rule has, is refused`, async () =>
      assert.equal((await preflight("/demo/orders/1", SHOP, method)).status, 403));
  }
  test("at a resource without cross-origin settings is refused", async () => {
    const response = await preflight("/demo/payments", SHOP, "GET");
    assert.equal(response.status, 403);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });
  test("to an ambiguous path is refused", async () => {
    const headers = [`Origin: ${SHOP}`, "Access-Control-Request-Method: GET"];
    const response = await worker.raw("/demo/orders/../payments", { method: "OPTIONS", headers });
    assert.equal(response.status, 400);
  });
  test("never reaches the handler", async () =>
    assert.equal(await (await preflight("/demo/orders/1", SHOP, "GET")).text(), ""));
});

describe("a request from another origin", () => {
  async function get(origin: string, token?: string, path = "/demo/orders/1"): Promise<Response> {
    const headers = { origin, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    return worker.fetch(path, { headers });
  }
  test("that is listed may be read by it", async () => {
    const response = await get(SHOP, await worker.token("orders-backend", "orders"));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), SHOP);
  });
  test("that is listed is still refused without a token, and the page may read why", async () => {
    const response = await get(SHOP);
    assert.equal(response.status, 401);
    assert.equal(response.headers.get("access-control-allow-origin"), SHOP);
    assert.match(response.headers.get("access-control-expose-headers") ?? "", /www-authenticate/i);
  });
  test("that is not listed gets no field to read it by", async () => {
    const response = await get("https://evil.example", await worker.token("orders-backend", "orders"));
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });
  for (const origin of [SHOP, "https://evil.example", undefined]) {
    test(`varies by origin in the caches' eyes, from ${origin ?? "nowhere"}`, async () => {
      const headers = { authorization: `Bearer ${await worker.token("orders-backend", "orders")}`, ...(origin ? { origin } : {}) };
      const response = await worker.fetch("/demo/orders/1", { headers });
      assert.match(response.headers.get("vary") ?? "", /origin/i);
    });
  }
  test("is not readable at a resource without cross-origin settings", async () => {
    const response = await get(SHOP, await worker.token("shop-checkout", "payments"), "/demo/payments");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });
  test("OPTIONS that is no preflight is no way in", async () => {
    const response = await worker.fetch("/demo/orders/1", { method: "OPTIONS", headers: { origin: SHOP } });
    assert.equal(response.status, 403);
  });
});

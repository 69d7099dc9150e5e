/** The gate as Hono's middleware: what it refuses never reaches a route, and errors of routes stay what they are. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { audgate, AccessRefused, type GateOptions, type GateVariables } from "audgate/hono";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { HTTPException } from "hono/http-exception";
import { assertGateRefusal, challengeOf } from "../support/assertions.ts";
import { records, signingKey } from "../support/demo.ts";
import { demoTenant, ORIGIN, Store } from "../support/isolate.ts";
import { cookieSecret } from "../support/pages.ts";
import { clientClaims, signed } from "../support/tokens.ts";

type App = Hono<{ Bindings: object; Variables: GateVariables }>;

const store = new Store(records(demoTenant));
const options: GateOptions<object> = { tenant: "demo", config: () => store };

let reader: string;
before(async () => {
  reader = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
});

/** Routes behind the gate, and what they were shown. */
function orders(change: (app: App) => void = () => undefined, others: GateOptions<object> = {}): { app: App; shown: string[] } {
  const app: App = new Hono();
  const shown: string[] = [];
  change(app);
  app.use("/demo/orders/*", audgate({ ...options, ...others }));
  app.get("/demo/orders/:id", (c) => {
    shown.push(c.req.path);
    const { access } = c.var;
    return c.json({ order: c.req.param("id"), by: access.kind === "public" ? "" : access.subject, trace: c.var.trace?.outcome });
  });
  app.get("/demo/orders/:id/cancellation", (c) => {
    c.var.access.require("orders:cancel");
    return c.text("12.50");
  });
  app.get("/demo/orders/:id/broken", () => {
    throw new Error("the route's own");
  });
  app.get("/demo/orders/:id/teapot", () => {
    throw new HTTPException(418, { message: "a teapot" });
  });
  return { app, shown };
}

const as = (token: string, headers: Record<string, string> = {}): RequestInit => ({ headers: { ...headers, authorization: `Bearer ${token}` } });

describe("an admitted request", () => {
  test("reaches its route with the access", async () => {
    const response = await orders().app.request(`${ORIGIN}/demo/orders/42`, as(reader));
    assert.deepEqual([response.status, await response.json()], [200, { order: "42", by: "orders-backend" }]);
  });
  test("has its trace where the option asks for it", async () => {
    const response = await orders(undefined, { trace: true }).app.request(`${ORIGIN}/demo/orders/42`, as(reader));
    assert.equal(((await response.json()) as { trace: string }).trace, "allow");
  });
  test("that no route answers is Hono's 404", async () => {
    const { app } = orders((own) => own.notFound((c) => c.text("nothing here", 404)));
    const response = await app.request(`${ORIGIN}/demo/orders/42/nowhere`, as(reader));
    assert.deepEqual([response.status, await response.text()], [404, "nothing here"]);
  });
  test("is answered with the fields that a page of another origin needs", async () => {
    const response = await orders().app.request(`${ORIGIN}/demo/orders/42`, as(reader, { origin: "https://shop.example" }));
    assert.equal(response.headers.get("access-control-allow-origin"), "https://shop.example");
    assert.equal(response.headers.get("vary"), "Origin");
  });
});

describe("a request that is refused", () => {
  test("is answered by the gate, and no route sees it", async () => {
    const { app, shown } = orders();
    await assertGateRefusal(await app.request(`${ORIGIN}/demo/orders/42`), 401, "no_token");
    await assertGateRefusal(await app.request(`${ORIGIN}/demo/orders/42`, as(`${reader.slice(0, -8)}AAAAAAAA`)), 401, "signature_mismatch");
    await assertGateRefusal(await app.request(`${ORIGIN}/demo/orders/42`, { ...as(reader), method: "DELETE" }), 403, "insufficient_scope");
    assert.deepEqual(shown, []);
  });
  test("has its challenge", async () => {
    const response = await orders().app.request(`${ORIGIN}/demo/orders/42`);
    assert.equal(challengeOf(response)["scope"], "orders:read");
  });
  test("is 503 where the configuration cannot be read", async () => {
    const { app, shown } = orders(undefined, { config: () => ({ get: () => Promise.reject(new Error("down")) }) });
    await assertGateRefusal(await app.request(`${ORIGIN}/demo/orders/42`, as(reader)), 503, "cannot_decide_now");
    assert.deepEqual(shown, []);
  });
});

describe("a route that asks for more", () => {
  const cancellation = `${ORIGIN}/demo/orders/42/cancellation`;
  test("goes on where it was granted", async () => {
    const manager = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read orders:cancel"));
    assert.equal(await (await orders().app.request(cancellation, as(manager))).text(), "12.50");
  });
  test("is answered by the gate's challenge where it was not", async () => {
    const response = await orders().app.request(cancellation, as(reader));
    assert.equal(challengeOf(response)["scope"], "orders:read orders:cancel");
    await assertGateRefusal(response, 403, "insufficient_scope");
  });
  test("is so too where the application answers all errors itself", async () => {
    const { app } = orders((own) => own.onError((_, c) => c.json({ reason: "oops" }, 500)));
    await assertGateRefusal(await app.request(cancellation, as(reader)), 403, "insufficient_scope");
  });
  test("is so too in a router of its own", async () => {
    const inner: App = new Hono();
    inner.get("/demo/orders/:id/inner", (c) => {
      c.var.access.require("orders:cancel");
      return c.text("passed");
    });
    const { app } = orders();
    app.route("/", inner);
    await assertGateRefusal(await app.request(`${ORIGIN}/demo/orders/42/inner`, as(reader)), 403, "insufficient_scope");
  });
  test("keeps the fields of other middleware, and the gate's win", async () => {
    const { app } = orders((own) => {
      own.use(cors({ origin: "https://elsewhere.example" }));
      own.use(async (c, next) => {
        await next();
        c.header("x-request", "1");
      });
    });
    const response = await app.request(cancellation, as(reader, { origin: "https://shop.example" }));
    assert.equal(response.headers.get("access-control-allow-origin"), "https://shop.example");
    assert.equal(response.headers.get("x-request"), "1");
    assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    await assertGateRefusal(response, 403, "insufficient_scope");
  });
  test("can deal with it itself", async () => {
    const { app } = orders();
    app.get("/demo/orders/:id/own", (c) => {
      try {
        c.var.access.require("orders:cancel");
      } catch (error) {
        assert.ok(error instanceof AccessRefused);
      }
      return c.text("without the price");
    });
    assert.equal(await (await app.request(`${ORIGIN}/demo/orders/42/own`, as(reader))).text(), "without the price");
  });
});

describe("an error of a route", () => {
  test("is Hono's to answer", async () => {
    const { app } = orders((own) => own.onError((error, c) => c.text(error.message, 500)));
    const response = await app.request(`${ORIGIN}/demo/orders/42/broken`, as(reader));
    assert.deepEqual([response.status, await response.text()], [500, "the route's own"]);
  });
  test("may bring its own response", async () => {
    const response = await orders().app.request(`${ORIGIN}/demo/orders/42/teapot`, as(reader));
    assert.deepEqual([response.status, await response.text()], [418, "a teapot"]);
  });
});

describe("where pages are gated", () => {
  const pages = { clientId: "shop-pages", cookieSecret: () => cookieSecret };
  const pagesOf = (): ReturnType<typeof orders> => orders(undefined, { pages });
  const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", accept: "text/html" };

  test("a browser without a token is sent to the issuer, and no route sees it", async () => {
    const { app, shown } = pagesOf();
    const response = await app.request(`${ORIGIN}/demo/orders/42`, { headers: navigation });
    assert.equal(response.status, 303);
    assert.match(response.headers.get("location") ?? "", /^http:\/\/localhost:8787\/oidc\/auth\?/);
    assert.deepEqual(shown, []);
  });
  test("a route sees none of the gate's cookies, and all others", async () => {
    const { app } = pagesOf();
    app.get("/demo/orders/:id/cookies", (c) => c.text(c.req.header("cookie") ?? ""));
    const cookie = "one=1; __Host-audgate-page-orders=sealed; two=2";
    const response = await app.request(`${ORIGIN}/demo/orders/42/cookies`, as(reader, { cookie }));
    assert.equal(await response.text(), "one=1; two=2");
  });
});

test("requests at the same time have each its own access", async () => {
  const { app } = orders();
  const tokens = await Promise.all(
    ["one", "two", "three"].map((name) =>
      signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read", { sub: name, client_id: name })),
    ),
  );
  const answers = await Promise.all(tokens.map((token) => app.request(`${ORIGIN}/demo/orders/1`, as(token))));
  const subjects = await Promise.all(answers.map(async (response) => ((await response.json()) as { by: string }).by));
  assert.deepEqual(subjects, ["one", "two", "three"]);
});

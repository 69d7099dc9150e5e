/** The workers of examples/, as they stand there, in workerd: each with the configuration that it is published with. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { assertGateRefusal, challengeOf } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { type RunningWorker, startWorker, type WorkerOptions } from "../support/worker.ts";

const root = join(import.meta.dirname, "../..");

const examples: [string, WorkerOptions][] = [
  ["hono", { entry: "examples/hono/worker.ts" }],
  [
    "service-binding",
    { entry: "examples/service-binding/orders/worker.ts", services: { GATE: "examples/service-binding/gate/worker.ts" } },
  ],
];

for (const [name, options] of examples) {
  describe(name, () => {
    let worker: RunningWorker;
    before(async () => {
      worker = await startWorker(options);
    });
    after(() => worker.stop());

    const ask = async (path: string, scope?: string, init: RequestInit = {}): Promise<Response> => {
      const token = scope === undefined ? undefined : await signed(signingKey("ES256"), clientClaims(worker.origin, "orders", scope));
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return worker.fetch(path, { ...init, headers: { ...init.headers, ...authorization } });
    };

    test("shows an order to whoever may view orders", async () => {
      const response = await ask("/demo/orders/42", "orders:read");
      assert.equal(response.status, 200);
      const { order, seenBy } = (await response.json()) as { order: string; seenBy: string };
      assert.deepEqual([order, seenBy], ["42", "orders-backend"]);
    });
    test("shows what only its handler guards to whoever may cancel", async () => {
      const response = await ask("/demo/orders/42/cancellation", "orders:read orders:cancel");
      assert.deepEqual(await response.json(), { order: "42", refund: "12.50" });
    });
    test("refuses that to whoever may only view, and says what is needed", async () => {
      const response = await ask("/demo/orders/42/cancellation", "orders:read");
      assert.deepEqual(challengeOf(response), {
        resource_metadata: `${worker.origin}/.well-known/oauth-protected-resource/demo/orders`,
        error: "insufficient_scope",
        error_description: "the token lacks a scope that this operation needs",
        scope: "orders:read orders:cancel",
      });
      await assertGateRefusal(response, 403, "insufficient_scope");
    });
    test("refuses a request without a token", async () => assertGateRefusal(await ask("/demo/orders/42"), 401, "no_token"));
    test("refuses to cancel without the scope", async () =>
      assertGateRefusal(await ask("/demo/orders/42", "orders:read", { method: "DELETE" }), 403, "insufficient_scope"));
    test("refuses what no rule names, whatever the routes are", async () =>
      assertGateRefusal(await ask("/demo/orders/42", "orders:read", { method: "PATCH" }), 403, "no_rule"));
    test("refuses a URL under no resource", async () => assertGateRefusal(await ask("/elsewhere", "orders:read"), 403, "no_resource"));
    test("answers a preflight without a token", async () => {
      const headers = { origin: "https://shop.example", "access-control-request-method": "GET" };
      const response = await ask("/demo/orders/42", undefined, { method: "OPTIONS", headers });
      assert.equal(response.status, 204);
      assert.equal(response.headers.get("access-control-allow-origin"), "https://shop.example");
    });
    test("lets a page of an allowed origin read an answer and a refusal", async () => {
      for (const scope of ["orders:read", "orders:read orders:cancel"]) {
        const response = await ask("/demo/orders/42/cancellation", scope, { headers: { origin: "https://shop.example" } });
        assert.equal(response.headers.get("access-control-allow-origin"), "https://shop.example", scope);
        assert.equal(response.headers.get("vary"), "Origin");
      }
    });
    test("serves the metadata to which its challenges lead (RFC 9728)", async () => {
      const response = await ask("/.well-known/oauth-protected-resource/demo/orders");
      assert.equal(((await response.json()) as { resource: string }).resource, `${worker.origin}/demo/orders`);
    });
  });
}

test("each example has a README and is no longer than somebody reads", () => {
  for (const [name] of examples) {
    assert.match(readFileSync(join(root, "examples", name, "README.md"), "utf8"), /^# /);
  }
  for (const [, { entry, services }] of examples) {
    for (const source of [entry ?? "", ...Object.values(services ?? {})]) {
      assert.ok(readFileSync(join(root, source), "utf8").split("\n").length <= 41, source);
    }
  }
});

describe("what wrangler would publish", () => {
  const folder = mkdtempSync(join(tmpdir(), "audgate-examples-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const published = (example: string): string[] => {
    const out = join(folder, example);
    const config = join(root, "examples", example, "wrangler.toml");
    const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
    const env = { ...process.env, PATH: path, WRANGLER_SEND_METRICS: "false" };
    execFileSync("wrangler", ["deploy", "--dry-run", "--outdir", out, "--config", config], { cwd: root, stdio: "pipe", env });
    return readdirSync(out);
  };
  const ofWebAssembly = (files: string[]): string[] => files.filter((file) => file.endsWith(".wasm"));

  test("of Hono has one core", () => assert.equal(ofWebAssembly(published("hono")).length, 1));
  test("of the gate as a service has one core", () => assert.equal(ofWebAssembly(published("service-binding/gate")).length, 1));
  test("of a worker that asks the gate has none", () => assert.deepEqual(ofWebAssembly(published("service-binding/orders")), []));
});

/** The worker of README.md, as it stands there, behind the gate in workerd. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertGateRefusal } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const root = join(import.meta.dirname, "../..");
const entry = "tests/artifacts/readme/worker.ts";

let worker: RunningWorker;

before(async () => {
  const [, example] = /## Gate your own worker\n\n```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  assert.ok(example, "README.md has no example under its heading");
  mkdirSync(join(root, "tests/artifacts/readme"), { recursive: true });
  writeFileSync(join(root, entry), example);
  worker = await startWorker({ entry });
});

after(() => worker.stop());

test("the_readme_worker_greets_an_admitted_client", async () => {
  const token = await signed(signingKey("ES256"), clientClaims(worker.origin, "orders", "orders:read"));
  const response = await worker.fetch("/demo/orders/42", { headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual([response.status, await response.json()], [200, { hello: "orders-backend" }]);
});

test("the_readme_worker_greets_anybody_where_a_rule_is_public", async () => {
  const response = await worker.fetch("/demo/payments/status");
  assert.deepEqual([response.status, await response.json()], [200, { hello: "anybody" }]);
});

test("the_readme_worker_never_sees_a_refused_request", async () => {
  await assertGateRefusal(await worker.fetch("/demo/orders/42"), 401, "no_token");
  await assertGateRefusal(await worker.fetch("/elsewhere"), 403, "no_resource");
});

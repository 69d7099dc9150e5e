/** How long decisions take, told in development and nowhere else (THREATS E14). */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { bundled, type RunningWorker, startWorker } from "../support/worker.ts";

describe("the demo", () => {
  let worker: RunningWorker;
  before(async () => {
    worker = await startWorker();
  });
  after(() => worker.stop());

  test("tells it of an admission, a refusal and an answer of the gate's own", async () => {
    for (const path of ["/demo/payments/status", "/demo/orders/1", "/demo/elsewhere"]) {
      const field = (await worker.fetch(path)).headers.get("server-timing") ?? "";
      assert.match(field, /^audgate;dur=\d+\.\d{3}$/, path);
    }
  });
});

describe("a worker that does not ask for it", () => {
  for (const entry of ["pkg/src/worker.ts", "examples/hono/worker.ts", "examples/service-binding/gate/worker.ts"]) {
    test(`has nothing of it: ${entry}`, async () => {
      const { manifest } = await bundled(entry);
      const texts = Object.values(manifest.modules).map(({ contents }) => Buffer.from(contents as string).toString("latin1"));
      assert.ok(texts.some((text) => text.includes("cannot_decide_now")), "the bundle was read");
      assert.deepEqual(texts.filter((text) => /server-timing/i.test(text)), []);
    });
  }
});

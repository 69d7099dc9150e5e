/** Whatever way a request comes to the gate, it gets the same answer: status, reason, challenge, cross-origin fields. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { document, records } from "../support/demo.ts";
import { dechunked, freePort, type RawResponse, raw, requestText } from "../support/http.ts";
import { requestTable } from "../support/requests.ts";
import { seconds } from "../support/tokens.ts";
import { type RunningWorker, startWorker, type WorkerOptions } from "../support/worker.ts";

/** The tenant's own port: each worker has another, and is asked for this one. */
const port = await freePort();
const host = `localhost:${port}`;

const ways: Record<string, WorkerOptions> = {
  gate: { entry: "tests/support/workers/gated.ts" },
  Hono: { entry: "tests/support/workers/with_hono.ts" },
  "a service binding": { entry: "tests/support/workers/through.ts", services: { GATE: "examples/service-binding/gate/worker.ts" } },
};

const workers: Record<string, RunningWorker> = {};
before(async () => {
  for (const [way, options] of Object.entries(ways)) {
    workers[way] = await startWorker({ ...options, entries: () => records(document(port)) });
  }
});
after(async () => {
  for (const worker of Object.values(workers)) await worker.stop();
});

/** What counts of an answer; what a handler says is its own affair. */
function answer({ status, headers, body }: RawResponse): object {
  const fields = ["www-authenticate", "cache-control", "vary", "allow", "retry-after"].concat(
    [...headers.keys()].filter((name) => name.startsWith("access-control-")).sort(),
  );
  return {
    status,
    headers: fields.map((name) => [name, headers.get(name)]),
    body: status === 200 ? "" : dechunked(body),
  };
}

/** What the table calls the answer. */
function outcome({ status, body }: RawResponse): string {
  const text = dechunked(body);
  const { reason, resource } = (text === "" ? {} : JSON.parse(text)) as { reason?: string; resource?: string };
  return reason ?? (status === 204 || resource !== undefined ? "respond" : "allow");
}

describe("every way in has the same answer to", () => {
  for (const [name, { path, method = "GET", token, fields = [], outcome: expected }] of Object.entries(requestTable(`http://${host}`, seconds()))) {
    test(name, async () => {
      const presented = await token?.();
      const headers = [...fields, ...(presented === undefined ? [] : [`Authorization: Bearer ${presented}`])];
      const answers = await Promise.all(
        Object.keys(ways).map((way) => raw(workers[way]?.port ?? 0, requestText({ method, target: path, host, headers }))),
      );
      assert.deepEqual(answers.map(outcome), Object.keys(ways).map(() => expected));
      for (const other of answers.slice(1)) assert.deepEqual(answer(other), answer(answers[0] as RawResponse));
    });
  }
});

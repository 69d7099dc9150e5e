/** The playground's core in a browser and the gate in workerd decide alike, byte for byte, traces included. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { DecisionInput } from "audgate";
import type { Browser, Page } from "playwright-core";
import { document, records, valueOf } from "../support/demo.ts";
import { requestTable } from "../support/requests.ts";
import { seconds } from "../support/tokens.ts";
import { dechunked, freePort } from "../support/http.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { serveFolder, type StaticServer } from "./support/static-server.ts";

const ROOT = join(import.meta.dirname, "../..");
const NOW = seconds();

/** Known before the worker runs, because the tokens of the table name it. */
const port = await freePort();
const origin = `http://localhost:${port}`;

let worker: RunningWorker;
let server: StaticServer;
let browser: Browser;
let page: Page;
let configuration: string;

before(async () => {
  worker = await startWorker({
    entry: "tests/support/workers/deciding.ts",
    port,
    entries: () => {
      const entries = records(document(port), { at: NOW });
      configuration = valueOf(entries, "tenant/demo");
      return entries;
    },
  });
  await worker.fetch(`/?clock=${NOW * 1_000}`);
  server = await serveFolder(join(ROOT, "www/dist"));
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(`${server.origin}/`);
  await page.waitForSelector("#send:enabled");
});

after(async () => {
  await browser?.close();
  server?.close();
  await worker?.stop();
});

/** What the core that the page has loaded for itself decides. */
function inThePage(input: DecisionInput): Promise<string> {
  return page.evaluate(async (given) => {
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    for (const name of loaded.filter((candidate) => candidate.endsWith(".js"))) {
      const module = (await import(name)) as { decide?: (input: unknown) => Promise<unknown>; secretHash?: unknown };
      if (module.decide !== undefined && module.secretHash !== undefined) {
        return JSON.stringify(await module.decide(given));
      }
    }
    throw new Error("the page has loaded no core");
  }, input);
}

describe("the page and the worker decide alike about", () => {
  for (const [name, { path, method = "GET", token, fields = [], outcome }] of Object.entries(requestTable(origin, NOW))) {
    test(name, async () => {
      const presented = await token?.();
      const headers = [...fields, ...(presented === undefined ? [] : [`Authorization: Bearer ${presented}`])];
      const { body } = await worker.raw(path, { method, headers });
      const inWorker = JSON.parse(dechunked(body)) as { method: string; url: string; decision: string };
      const decision = await inThePage({
        method: inWorker.method,
        url: inWorker.url,
        headers: headers.map((field) => field.split(/: (.*)/s).slice(0, 2) as [string, string]),
        configuration,
        now: NOW,
      });
      assert.equal(decision, inWorker.decision);
      const { type, reason } = JSON.parse(decision) as { type: string; reason?: string };
      assert.equal(reason ?? type, outcome);
    });
  }
});

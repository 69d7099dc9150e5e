/** Decisions counted by outcome and resource, and the one event that each refusal is in the log. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { AnalyticsDataset, GateOptions } from "audgate";
import { gateWith } from "../../pkg/dist/gate.js";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

type Point = Parameters<AnalyticsDataset["writeDataPoint"]>[0];

class Counted implements AnalyticsDataset {
  readonly points: Point[] = [];
  writeDataPoint(point: Point): void {
    this.points.push(point);
  }
}

let token: string;
before(async () => {
  token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
});

interface Asked {
  url?: string;
  init?: RequestInit;
  options?: GateOptions<{ GATE_ANALYTICS?: AnalyticsDataset }>;
  env?: { GATE_ANALYTICS?: AnalyticsDataset };
  isolate?: Isolate;
}

function ask({ url = `${ORIGIN}/demo/orders/1`, init = {}, options = {}, env = {}, isolate = new Isolate() }: Asked): Promise<Response> {
  const gated = gateWith(isolate.instances)<typeof env, { waitUntil(work: Promise<unknown>): void }>(
    {
      fetch: (request, _env, { access }) => {
        if (request.headers.has("x-cancel")) access.require("orders:cancel");
        return new Response("done");
      },
    },
    { config: () => isolate.store, ...options },
  );
  return gated.fetch(new Request(url, init), env, { waitUntil: () => undefined });
}

async function counted(asked: Omit<Asked, "env">): Promise<Point[]> {
  const dataset = new Counted();
  await ask({ ...asked, env: { GATE_ANALYTICS: dataset } });
  return dataset.points;
}

const bearer = (): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
const ORDERS = `${ORIGIN}/demo/orders`;

describe("a decision is counted once, by tenant, outcome and resource", () => {
  const decisions: [string, () => Omit<Asked, "env">, [string, string, string]][] = [
    ["an admission", () => ({ init: bearer() }), ["demo", "allow", ORDERS]],
    ["a refusal", () => ({}), ["demo", "no_token", ORDERS]],
    ["a method without a rule", () => ({ init: { ...bearer(), method: "POST" } }), ["demo", "no_rule", ORDERS]],
    ["a URL under no resource", () => ({ url: `${ORIGIN}/elsewhere` }), ["demo", "no_resource", ""]],
    ["an answer of the gate's own", () => ({ url: `${ORIGIN}/.well-known/oauth-protected-resource/demo/orders` }), ["demo", "respond", ""]],
    ["a host that nobody has", () => ({ url: "http://stranger.example/demo/orders/1" }), ["", "unknown_host", ""]],
    ["what cannot be decided", () => ({ options: { config: () => ({ get: () => Promise.reject(new Error("down")) }) } }), ["", "cannot_decide_now", ""]],
  ];
  for (const [name, asked, [tenant, outcome, resource]] of decisions) {
    test(name, async () =>
      assert.deepEqual(await counted(asked()), [{ indexes: [tenant], blobs: [outcome, resource], doubles: [1] }]));
  }
  test("and a demand of the handler that is refused, besides its admission", async () => {
    const points = await counted({ init: { headers: { authorization: `Bearer ${token}`, "x-cancel": "yes" } } });
    assert.deepEqual(points.map(({ blobs }) => blobs), [["allow", ORDERS], ["insufficient_scope", ORDERS]]);
  });
});

describe("the dataset", () => {
  test("is the one that the option names", async () => {
    const [named, conventional] = [new Counted(), new Counted()];
    await ask({ env: { GATE_ANALYTICS: conventional }, options: { analytics: () => named } });
    assert.deepEqual([named.points.length, conventional.points.length], [1, 0]);
  });
  test("need not be there", async () => assert.equal((await ask({ init: bearer() })).status, 200));
  test("that fails costs nobody an answer", async () => {
    const failing: AnalyticsDataset = {
      writeDataPoint() {
        throw new Error("too many points");
      },
    };
    assert.equal((await ask({ init: bearer(), env: { GATE_ANALYTICS: failing } })).status, 200);
    assert.equal((await ask({ env: { GATE_ANALYTICS: failing } })).status, 401);
  });
  test("that cannot be had costs nobody an answer", async () => {
    const analytics = (): never => {
      throw new Error("no binding");
    };
    assert.equal((await ask({ init: bearer(), options: { analytics } })).status, 200);
  });
  test("gets nothing that a stranger wrote", async () => {
    const points = await counted({ url: `${ORIGIN}/demo/orders/canary`, init: { headers: { authorization: "Bearer canary" } } });
    assert.equal(points.length, 1);
    assert.doesNotMatch(JSON.stringify(points), /canary/);
  });
});

describe("the log has one event for each refusal", () => {
  const refusals: [string, Asked, object][] = [
    ["without a token", {}, { tenant: "demo", resource: "orders", reason: "no_token" }],
    ["under no resource", { url: `${ORIGIN}/elsewhere` }, { tenant: "demo", reason: "no_resource" }],
    ["of a host that nobody has", { url: "http://stranger.example/" }, { reason: "unknown_host" }],
  ];
  for (const [name, asked, expected] of refusals) {
    test(name, async () => {
      const isolate = new Isolate();
      isolate.logged("gate_refusal");
      await ask({ ...asked, isolate });
      const events = isolate.logged("gate_refusal").map(({ event: _, trace: __, ...others }) => others);
      assert.deepEqual(events, [expected]);
    });
  }
});

/** The same in workerd, where requests are the platform's and share an isolate. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { secretOf } from "../support/demo.ts";
import { begun } from "../support/expectation.ts";
import { report } from "../support/figures.ts";
import { Random } from "../support/random.ts";
import { TRAPS, type TrapKind } from "../support/traps.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const COUNT = Number(process.env["TRAPS"] || 100);
const SEED = Number(process.env["SEED"] || 1);
const FORM = new URLSearchParams({
  grant_type: "client_credentials",
  client_id: "orders-backend",
  client_secret: secretOf("orders-backend"),
}).toString();

let worker: RunningWorker;
let token: string;
before(async () => {
  worker = await startWorker({ entry: "tests/support/workers/trapping.ts" });
  token = await worker.token("orders-backend", "orders");
});
after(() => worker.stop());

const status = async (path: string): Promise<number> => {
  const response = await worker.fetch(path, { headers: { authorization: `Bearer ${token}` } });
  await response.body?.cancel();
  return response.status;
};
const trap = async (kind: TrapKind): Promise<{ trapped: string }> =>
  (await worker.fetch(`/test/trap?kind=${kind}`)).json() as Promise<{ trapped: string }>;

test(`each of ${COUNT} traps costs what is under way a 503, and nothing later`, async () => {
  const random = new Random(SEED);
  const traps = { panic: 0, out_of_memory: 0, deep_stack: 0 };
  const figures = { traps: 0, "in flight (503)": 0, "later requests": 0 };
  for (let round = 0; round < COUNT; round += 1) {
    const kind = random.one(TRAPS);
    const inFlight = await Promise.all(Array.from({ length: random.whole(1, 3) }, () => begun(worker.port, "/oidc/token", FORM)));
    const { trapped } = await trap(kind);
    // Where the stack ends, there may be no room for the error that says so.
    assert.match(trapped, kind === "deep_stack" ? /^CoreTrap: (RangeError|undefined)$/ : /^CoreTrap: RuntimeError$/);
    const first = random.chance(0.5) ? status("/demo/orders/1") : undefined;
    for (const { finish } of inFlight) assert.equal(await finish(), 503, `round ${round}, ${kind}`);
    if (first !== undefined) assert.equal(await first, 200);
    assert.equal(await status("/demo/orders/1"), 200, `round ${round}, ${kind}`);
    assert.equal(await status("/demo/payments"), 401);
    figures.traps += 1;
    traps[kind] += 1;
    figures["in flight (503)"] += inFlight.length;
    figures["later requests"] += first === undefined ? 2 : 3;
  }
  report("traps in workerd", SEED, { ...figures, ...traps });
});

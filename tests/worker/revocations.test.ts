/** Revocation in workerd: account -> directory -> key-value store -> gate, with real objects. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { command } from "../../pkg/dist/objects/turns.js";
import * as demo from "../support/demo.ts";
import { claimsOf, seconds, signed, userClaims } from "../support/tokens.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const HEAD = "tenant/demo/revoked";

/** The demo, where each resource named has strong revocation. */
function strong(...ids: string[]): (port: number) => demo.Entry[] {
  return (port) => {
    const tenant = demo.document(port);
    for (const resource of tenant.resources) if (ids.includes(resource.resource_id)) resource.revocation = "strong";
    return demo.records(tenant);
  };
}

function token({ origin }: RunningWorker, others: object = {}): Promise<string> {
  const claims = userClaims(origin, "orders", "orders:read", "ada", { jti: "j1", gid: "g1", sid: "s1", ...others });
  return signed(demo.signingKey("ES256"), claims);
}

async function orders(worker: RunningWorker, bearer: string): Promise<{ status: number; reason: unknown }> {
  const answer = await worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${bearer}` } });
  const text = await answer.text();
  return { status: answer.status, reason: answer.ok ? undefined : (JSON.parse(text) as { reason: unknown }).reason };
}

/** Has the account of that name run a command. */
function tell(worker: RunningWorker, name: string, type: string, members: object = {}): Promise<Record<string, unknown>> {
  const request = JSON.parse(command(type, members)) as object;
  return worker.objects("Account").turn(name, { subject: name.split("/").at(-1), longest_access_token: 3_600, ...request });
}

/** The head of the list once it is there. */
async function head(worker: RunningWorker): Promise<{ published_at: number; shards: number[] }> {
  for (;;) {
    const text = await worker.config.get(HEAD);
    if (text !== null) return JSON.parse(text) as { published_at: number; shards: number[] };
  }
}

describe("what an account revokes", () => {
  test("is in the published list at once, and refused by a gate that reads it", async () => {
    const worker = await startWorker();
    after(() => worker.stop());
    await tell(worker, "demo/user/ada", "revoke_grant", { gid: "g1" });
    const { published_at, shards } = await head(worker);
    assert.ok(Math.abs(published_at - seconds()) <= 2);
    const [index] = shards.flatMap((version, at) => (version > 0 ? [at] : []));
    const shard = JSON.parse((await worker.config.get(`${HEAD}/${index}`)) ?? "") as { entries: unknown[][] };
    assert.deepEqual(shard.entries.map(([kind, id]) => [kind, id]), [["gid", "g1"]]);
    assert.deepEqual(await orders(worker, await token(worker, { iat: seconds() - 1 })), { status: 401, reason: "token_revoked" });
    assert.deepEqual(await orders(worker, await token(worker, { gid: "g2" })), { status: 200, reason: undefined });
  });
  test("has left the account's outbox, and is with the directory", async () => {
    const worker = await startWorker();
    after(() => worker.stop());
    await tell(worker, "demo/user/ada", "revoke_grant", { gid: "g1" });
    const rows = await worker.objects("Account").rows("demo/user/ada");
    assert.deepEqual(rows.filter(({ key }) => key.startsWith("outbox/")), []);
    const shards = (await worker.objects("Directory").rows("demo")).filter(({ key }) => key.startsWith("revoked/"));
    assert.deepEqual(shards.map(({ value }) => value.includes('"g1"')), [true]);
  });
  test("is still in the list of a worker that starts again on the same files", async (context) => {
    const { mkdtempSync, rmSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const persist = mkdtempSync(`${tmpdir()}/audgate-`);
    context.after(() => rmSync(persist, { recursive: true, force: true }));
    const first = await startWorker({ persist });
    const bearer = await token(first);
    await tell(first, "demo/user/ada", "suspend");
    await head(first);
    await first.stop();
    const second = await startWorker({ persist, port: first.port });
    after(() => second.stop());
    assert.deepEqual(await orders(second, bearer), { status: 401, reason: "token_revoked" });
  });
});

describe("a resource with strong revocation", () => {
  test("refuses at once what was revoked, also a token that is known", async () => {
    const worker = await startWorker({ entries: strong("orders") });
    after(() => worker.stop());
    const bearer = await token(worker);
    assert.equal((await orders(worker, bearer)).status, 200);
    assert.equal((await orders(worker, bearer)).status, 200);
    await tell(worker, "demo/user/ada", "revoke_grant", { gid: "g1" });
    assert.deepEqual(await orders(worker, bearer), { status: 401, reason: "token_revoked" });
  });
  test("refuses at once what a client had", async () => {
    const worker = await startWorker({ entries: strong("orders") });
    after(() => worker.stop());
    const bearer = await worker.token("orders-backend", "orders");
    assert.equal((await orders(worker, bearer)).status, 200);
    await tell(worker, "demo/client/orders-backend", "revoke_access_token", { jti: claimsOf(bearer).jti, until: seconds() + 3_600 });
    assert.deepEqual(await orders(worker, bearer), { status: 401, reason: "token_revoked" });
    assert.equal((await orders(worker, await worker.token("orders-backend", "orders"))).status, 200);
  });
  test("answers 503 in a deployment without accounts, and the log names the binding", async () => {
    const worker = await startWorker({ entries: strong("orders"), without: ["ACCOUNT"] });
    after(() => worker.stop());
    assert.deepEqual(await orders(worker, await token(worker)), { status: 503, reason: "revocation_unknown" });
    assert.equal((await worker.logged("binding_missing")).binding, "ACCOUNT");
    const status = await worker.fetch("/demo/payments/status");
    assert.equal(status.status, 200, "nothing else is lost");
  });
});

test("a deployment without objects has no list, and its gate goes on", async () => {
  const worker = await startWorker({ without: ["ACCOUNT", "CHALLENGE", "DIRECTORY"] });
  after(() => worker.stop());
  assert.equal((await orders(worker, await token(worker))).status, 200);
  assert.equal(await worker.config.get(HEAD), null);
});

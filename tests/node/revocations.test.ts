/** What an isolate makes of revocations over time, with a store and objects that fail. The clock is the test's. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { command } from "../../pkg/dist/objects/turns.js";
import type { GateDecision, Trace } from "audgate";
import { document, records, signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN, type Store } from "../support/isolate.ts";
import { signed, userClaims } from "../support/tokens.ts";

const HEAD = "tenant/demo/revoked";
/** Seconds after which the list is read again, and up to which it counts where KV tells changes at once. */
const REFRESH = 10;
const MAX_AGE = 50;

let isolate: Isolate;
beforeEach(() => {
  isolate = new Isolate();
  isolate.logged("");
});

/** A token of the user ada for the orders, issued now. */
async function token(others: object = {}, at = isolate.now): Promise<string> {
  const now = Math.floor(at / 1_000);
  return signed(
    signingKey("ES256"),
    userClaims(ORIGIN, "orders", "orders:read", "ada", { iat: now, exp: now + 3_600, jti: "j1", gid: "g1", sid: "s1", ...others }),
  );
}

async function status(bearer: string, where = isolate): Promise<number> {
  return (await where.request("/demo/orders/1", bearer)).status;
}

function reason(decision: GateDecision | undefined): string | undefined {
  return decision?.type === "deny" ? decision.reason : undefined;
}

/** The reason and trace of a refusal. */
async function refusal(bearer: string): Promise<{ status: number; reason: string | undefined; trace: Trace | undefined }> {
  const { status } = await isolate.request("/demo/orders/1", bearer);
  const decision = isolate.decisions.at(-1);
  return { status, reason: reason(decision), trace: decision?.type === "deny" ? decision.trace : undefined };
}

function tellDirectory(type: string, members: object): Promise<string> {
  return isolate.objects.namespace("directory").getByName("demo").turn(command(type, { tenant_id: "demo", ...members }));
}

const ensure = (): Promise<string> => tellDirectory("ensure", {});

/** Has the account of a user or client run a command. */
function tellAccount(kind: "user" | "client", subject: string, type: string): Promise<string> {
  const request = { ...(JSON.parse(command(type)) as object), subject, longest_access_token: 3_600 };
  return isolate.objects.namespace("account").getByName(`demo/${kind}/${subject}`).turn(JSON.stringify(request));
}

/** The directory hears that everything is revoked that bears this name. */
function revoke(kind: string, id: string): Promise<string> {
  const now = Math.floor(isolate.now / 1_000);
  return tellDirectory("revoke", { entries: [{ kind, id, not_before: now, until: now + 3_600 }] });
}

/** Lets time go by, with the heartbeat of the directory. */
function beats(seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    isolate.wait(1);
    isolate.objects.ring();
  }
}

/** The list is read again beside a request. */
async function refreshed(bearer: string): Promise<void> {
  beats(REFRESH);
  await status(bearer);
  await isolate.settled();
}

/** Has the store answer otherwise for the list, and as ever for everything else. */
function ofList(store: Store, answer: (key: string) => Promise<string | null>): void {
  store.answer = (key) => (key.startsWith(HEAD) ? answer(key) : Promise.resolve(store.entries.get(key) ?? null));
}

const rejects = (): Promise<never> => Promise.reject(new Error("the store is down"));
const hangs = (): Promise<never> => new Promise(() => undefined);

const accountCalls = (): string[] => isolate.objects.calls.filter((call) => call.startsWith("account"));

describe("a revocation", () => {
  for (const [kind, id] of [["jti", "j1"], ["gid", "g1"], ["sid", "s1"], ["sub", "ada"], ["client_id", "shop-viewer"]] as const) {
    test(`by ${kind} is honoured once the list was read again, and not before`, async () => {
      await ensure();
      const bearer = await token();
      assert.equal(await status(bearer), 200);
      await revoke(kind, id);
      beats(REFRESH - 1);
      assert.equal(await status(bearer), 200);
      await refreshed(bearer);
      const refused = await refusal(bearer);
      assert.deepEqual([refused.status, refused.reason], [401, "token_revoked"]);
      assert.equal(refused.trace?.revocation?.revoked_by, kind);
      assert.equal(refused.trace?.known_token, true, "its signature was verified before, which is no reason to admit it");
    });
  }
  test("is honoured by the first request of another isolate", async () => {
    await revoke("sid", "s1");
    const other = new Isolate([...isolate.store.entries].map(([key, value]) => ({ key, value })));
    other.now = isolate.now;
    assert.equal(await status(await token(), other), 401);
  });
  test("spares what was issued later", async () => {
    await revoke("sub", "ada");
    beats(1);
    assert.equal(await status(await token()), 200);
  });
  test("begins a list where there was none", async () => {
    const bearer = await token();
    assert.equal(await status(bearer), 200);
    await revoke("sid", "s1");
    await refreshed(bearer);
    assert.equal(await status(bearer), 401);
  });
  test("is seen by the first request after a long rest, also where there was no list", async () => {
    const bearer = await token();
    assert.equal(await status(bearer), 200);
    await revoke("sid", "s1");
    beats(MAX_AGE + 1);
    assert.equal(await status(bearer), 401);
  });
  test("holds under another configuration and after a trap, without the store", async () => {
    const bearer = await token();
    await revoke("sid", "s1");
    assert.equal(await status(bearer), 401);
    isolate.store.put(records(document(8787), { previous: isolate.store.entries.get("tenant/demo") ?? "" }));
    await refreshed(bearer);
    assert.equal(await status(bearer), 401);
    assert.throws(() => isolate.trap());
    ofList(isolate.store, rejects);
    assert.equal(await status(bearer), 401);
    assert.equal(await status(await token({ jti: "j2", sid: "s2", gid: "g2" })), 200);
    assert.equal(isolate.instantiated, 2);
  });
});

describe("the list", () => {
  test("is read once in ten seconds, whatever the number of requests", async () => {
    await ensure();
    const bearer = await token();
    await Promise.all(Array.from({ length: 20 }, () => status(bearer)));
    isolate.store.readsOf(HEAD);
    for (let second = 0; second < 30; second += 1) {
      beats(1);
      await Promise.all([status(bearer), status(bearer)]);
      await isolate.settled();
    }
    assert.equal(isolate.store.readsOf(HEAD), 3);
  });
  test("has only those shards read that changed", async () => {
    await revoke("sid", "s1");
    const bearer = await token({ sid: "s2", gid: "g2", jti: "j2" });
    await status(bearer);
    const shards = (): string[] => isolate.store.reads.filter((key) => key.startsWith(`${HEAD}/`));
    assert.equal(shards().length, 1);
    isolate.store.reads.length = 0;
    await refreshed(bearer);
    assert.deepEqual(shards(), []);
  });
  test("is not waited for while the one at hand counts", async () => {
    await ensure();
    const bearer = await token();
    await status(bearer);
    beats(REFRESH);
    ofList(isolate.store, hangs);
    assert.equal(await status(bearer), 200);
  });
  test("costs a public rule no wait", async () => {
    ofList(isolate.store, hangs);
    assert.equal((await isolate.request("/demo/payments/status")).status, 200);
  });
});

describe("a list that is not what it should be", () => {
  const other = (text: string | null | undefined, change: (record: Record<string, unknown>) => void): string => {
    const record = JSON.parse(text ?? "{}") as Record<string, unknown>;
    change(record);
    return JSON.stringify(record);
  };
  const heads: [string, (good: string) => string | null][] = [
    ["missing", () => null],
    ["broken", () => "{"],
    ["later_form", (good) => other(good, (head) => (head.v = 2))],
    ["foreign", (good) => other(good, (head) => (head.tenant_id = "other"))],
    ["older", (good) => other(good, (head) => (head.published_at = (head.published_at as number) - 20))],
    ["future", (good) => other(good, (head) => (head.published_at = (head.published_at as number) + 1_000))],
  ];
  for (const [problem, changed] of heads) {
    test(`(${problem}) is logged and not taken: what was known stays, until it is too old`, async () => {
      await revoke("sid", "s1");
      const [revoked, good] = [await token(), await token({ jti: "j2", sid: "s2", gid: "g2" })];
      await status(good);
      const head = isolate.store.entries.get(HEAD) ?? "";
      ofList(isolate.store, (key) => Promise.resolve(key === HEAD ? changed(head) : (isolate.store.entries.get(key) ?? null)));
      await refreshed(good);
      assert.deepEqual(isolate.logged("revocations_refused"), [
        { event: "revocations_refused", tenant: "demo", key: HEAD, reason: problem },
      ]);
      assert.deepEqual([await status(revoked), await status(good)], [401, 200]);
      assert.deepEqual(accountCalls(), []);
      isolate.objects.down.add("account");
      beats(MAX_AGE);
      assert.deepEqual([await status(revoked), await status(good)], [401, 503]);
    });
  }
  test("by turns new and old only goes forward", async () => {
    await ensure();
    const bearer = await token();
    await status(bearer);
    const before = new Map(isolate.store.entries);
    beats(1);
    await revoke("sid", "s1");
    let turn = 0;
    ofList(isolate.store, (key) => {
      if (key === HEAD) turn += 1;
      return Promise.resolve((turn % 2 === 0 ? before : isolate.store.entries).get(key) ?? null);
    });
    await refreshed(bearer);
    for (let round = 0; round < 4; round += 1) {
      assert.equal(await status(bearer), 401, `${round}`);
      await refreshed(bearer);
    }
  });
  test("lacks a shard that its head names: it does not count, and the shard is asked for again", async () => {
    await revoke("sid", "s1");
    ofList(isolate.store, (key) => Promise.resolve(key === HEAD ? (isolate.store.entries.get(key) ?? null) : null));
    isolate.objects.down.add("account");
    assert.equal(await status(await token()), 503);
    isolate.store.answer = undefined;
    beats(1);
    assert.equal(await status(await token({}, isolate.now - 2_000)), 401);
  });
});

describe("where the list is too old", () => {
  beforeEach(async () => {
    await ensure();
    await status(await token());
    // The heart of the directory stands still.
    isolate.wait(MAX_AGE + 1);
  });
  test("a request reads it again before it is decided", async () => {
    isolate.objects.ring();
    isolate.objects.calls.length = 0;
    assert.equal(await status(await token()), 200);
    assert.deepEqual(accountCalls(), []);
  });
  test("the objects of user and client are asked", async () => {
    assert.equal(await status(await token()), 200);
    assert.deepEqual(accountCalls(), ["account demo/user/ada", "account demo/client/shop-viewer"]);
  });
  test("what the object knows is honoured", async () => {
    const bearer = await token();
    isolate.objects.down.add("directory");
    await tellAccount("user", "ada", "suspend");
    const refused = await refusal(bearer);
    assert.deepEqual([refused.status, refused.reason], [401, "token_revoked"]);
    assert.equal(refused.trace?.revocation?.cause, "old_list");
  });
  test("and no object answers, the request is refused with 503 and recovers", async () => {
    isolate.objects.down.add("account");
    const refused = await isolate.request("/demo/orders/1", await token());
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "1");
    assert.equal(refused.headers.get("www-authenticate"), null);
    assert.equal(reason(isolate.decisions.at(-1)), "revocation_unknown");
    isolate.wait(1);
    isolate.objects.ring();
    assert.equal(await status(await token()), 200);
  });
  test("a store that is down holds up one request in ten seconds", async () => {
    ofList(isolate.store, rejects);
    isolate.store.readsOf(HEAD);
    for (let second = 0; second < 10; second += 1) {
      assert.equal(await status(await token()), 200);
      isolate.wait(1);
    }
    assert.equal(isolate.store.readsOf(HEAD), 1);
  });
});

describe("where the list was never read", () => {
  test("the objects are asked, and without them the answer is 503", async () => {
    ofList(isolate.store, rejects);
    assert.equal(await status(await token()), 200);
    assert.deepEqual(accountCalls(), ["account demo/user/ada", "account demo/client/shop-viewer"]);
    isolate.objects.down.add("account");
    const refused = await refusal(await token());
    assert.deepEqual([refused.status, refused.reason], [503, "revocation_unknown"]);
    assert.equal(refused.trace?.revocation?.cause, "no_list");
  });
});

describe("where no list is published", () => {
  test("a store that fails later refuses nobody", async () => {
    assert.equal(await status(await token()), 200);
    ofList(isolate.store, rejects);
    isolate.wait(1_000);
    assert.equal(await status(await token()), 200);
    assert.deepEqual(accountCalls(), []);
  });
});

describe("a resource with strong revocation", () => {
  beforeEach(() => {
    const tenant = document(8787);
    for (const resource of tenant.resources) if (resource.resource_id === "orders") resource.revocation = "strong";
    isolate = new Isolate(records(tenant));
  });
  test("asks user and client on each request, known token or not", async () => {
    const bearer = await token();
    for (let request = 0; request < 3; request += 1) assert.equal(await status(bearer), 200);
    assert.equal(accountCalls().length, 6);
  });
  test("refuses at once what was revoked", async () => {
    const bearer = await token();
    assert.equal(await status(bearer), 200);
    await tellAccount("user", "ada", "suspend");
    const refused = await refusal(bearer);
    assert.deepEqual([refused.status, refused.reason], [401, "token_revoked"]);
    assert.equal(refused.trace?.revocation?.cause, "strong");
  });
  test("refuses at once what a client had before it was revoked", async () => {
    const bearer = await token();
    await tellAccount("client", "shop-viewer", "revoke_client");
    assert.equal(await status(bearer), 401);
  });
  test("answers 503 while an object does not answer, and recovers", async () => {
    const bearer = await token();
    isolate.objects.down.add("account");
    const refused = await refusal(bearer);
    assert.deepEqual([refused.status, refused.reason], [503, "revocation_unknown"]);
    assert.equal(isolate.admitted.length, 0);
    isolate.objects.down.clear();
    assert.equal(await status(bearer), 200);
  });
  test("leaves an account without a record without one", async () => {
    await status(await token());
    assert.deepEqual(isolate.objects.rows("account", "demo/user/ada"), []);
  });
  test("leaves other resources to the list", async () => {
    const now = Math.floor(isolate.now / 1_000);
    const claims = userClaims(ORIGIN, "profile", "profile:read", "ada", { iat: now, exp: now + 300 });
    const bearer = await signed(signingKey("EdDSA"), claims);
    assert.equal((await isolate.request("/demo/profile/users/ada", bearer)).status, 200);
    assert.deepEqual(accountCalls(), []);
  });
});

/** `create_new_user`: a link for an address that has no user makes one, once, and only when it is followed. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { document as documentOf } from "../support/demo.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

let worker: RunningWorker;
let token: string;
let management: string;

before(async () => {
  worker = await startWorker();
  token = await own("orders-backend");
  management = await own("tenant-admin");
  const imported = await send("PUT", "/v1/tenant", documentOf(worker.port), management);
  assert.equal(imported.status, 200);
});
after(() => worker.stop());

/** A client's token for the server's own paths. */
async function own(clientId: string): Promise<string> {
  return ((await (await worker.askToken(clientId)).json()) as { access_token: string }).access_token;
}

const send = (method: string, path: string, body: object | undefined, bearer = token): Promise<Response> =>
  worker.fetch(path, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });

const ask = (email: string, more: object = {}): Promise<Response> =>
  send("POST", "/v1/auth/link/email/send", { email, redirect_uri: `${worker.origin}/demo/callback`, ...more });

async function codes(email: string): Promise<string[]> {
  const mails = (await worker.outbox()).filter(({ to }) => to === email);
  return mails.map(({ link }) => new URL(link).searchParams.get("code") ?? "");
}

const follow = (code: string | undefined, more: object = {}): Promise<Response> =>
  send("POST", "/v1/auth/link/email/authenticate", { code, ...more });

/** Who there is by that address, as management sees it. */
async function users(email: string): Promise<{ user_id: string; applications: string[]; status: string }[]> {
  const found = await send("GET", `/v1/users?search=${encodeURIComponent(email)}`, undefined, management);
  return ((await found.json()) as { result: { user_id: string; applications: string[]; status: string }[] }).result;
}

function subject(tokens: { access_token: string }): unknown {
  return JSON.parse(Buffer.from(tokens.access_token.split(".")[1] ?? "", "base64url").toString()).sub;
}

describe("a stranger's address", () => {
  it("gets no mail unless a new user is wanted, and the caller sees no difference", async () => {
    const plain = await ask("one@new.example");
    const wanted = await ask("two@new.example", { create_new_user: true });
    assert.deepEqual([plain.status, await plain.text()], [wanted.status, await wanted.text()]);
    assert.deepEqual(await codes("one@new.example"), []);
    assert.equal((await codes("two@new.example")).length, 1);
  });

  it("is nobody's until the link is followed", async () => {
    await ask("three@new.example", { create_new_user: true });
    assert.deepEqual(await users("three@new.example"), []);
  });

  it("that is none gets nothing", async () => {
    for (const email of ["no address", "a@b@c.example", "<a@new.example>"]) {
      assert.equal((await ask(email, { create_new_user: true })).status, 400, email);
    }
  });
});

describe("who follows the link", () => {
  it("enters the application that sent it, at once, and no other", async () => {
    await ask("four@new.example", { create_new_user: true });
    const [code] = await codes("four@new.example");
    const answer = await follow(code);
    assert.equal(answer.status, 200);
    const tokens = (await answer.json()) as { access_token: string; session_id: string };
    const [user] = await users("four@new.example");
    assert.deepEqual([user?.user_id, user?.applications, user?.status], [subject(tokens), ["shop"], "active"]);
    const silent = await send("POST", "/v1/auth/session/authenticate", { session_id: tokens.session_id });
    assert.equal(silent.status, 200);
  });

  it("gets no scope that no role grants", async () => {
    await ask("five@new.example", { create_new_user: true });
    const [code] = await codes("five@new.example");
    const refused = await follow(code, { resource: `${worker.origin}/demo/orders`, scope: "orders:read" });
    assert.deepEqual([refused.status, ((await refused.json()) as { error: string }).error], [400, "invalid_scope"]);
  });

  it("is made once, however many links there are", async () => {
    await ask("six@new.example", { create_new_user: true });
    await ask("six@new.example", { create_new_user: true });
    const [first, second] = await codes("six@new.example");
    const both = await Promise.all([follow(first), follow(second)]);
    assert.deepEqual(both.map(({ status }) => status), [200, 200]);
    const [one, other] = (await Promise.all(both.map((answer) => answer.json()))) as { access_token: string }[];
    assert.equal(subject(one as never), subject(other as never));
    assert.equal((await users("six@new.example")).length, 1);
  });

  it("of another spelling of an address that has a user since is nobody: it may be another mailbox", async () => {
    await ask("NINE@new.example", { create_new_user: true });
    await ask("nine@new.example", { create_new_user: true });
    const [own] = await codes("nine@new.example");
    const [other] = await codes("NINE@new.example");
    assert.deepEqual([(await follow(own)).status, (await follow(other)).status], [200, 400]);
  });

  it("follows it once", async () => {
    await ask("seven@new.example", { create_new_user: true });
    const [code] = await codes("seven@new.example");
    assert.deepEqual([(await follow(code)).status, (await follow(code)).status], [200, 400]);
  });
});

describe("an address that has a user", () => {
  it("gets none besides", async () => {
    await ask("ada@shop.example", { create_new_user: true });
    const [code] = await codes("ada@shop.example");
    assert.equal(subject((await (await follow(code)).json()) as never), "ada");
    assert.equal((await users("ada@shop.example")).length, 1);
  });

  it("of a suspended user lets nobody in", async () => {
    assert.equal((await send("PUT", "/v1/users/grace", { status: "suspended" }, management)).status, 200);
    assert.equal((await ask("grace@shop.example", { create_new_user: true })).status, 200);
    const followed = await Promise.all((await codes("grace@shop.example")).map((code) => follow(code)));
    assert.ok(followed.every(({ status }) => status === 400));
    assert.equal((await users("grace@shop.example")).length, 1);
  });
});

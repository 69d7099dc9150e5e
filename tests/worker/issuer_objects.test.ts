/** From a request at the issuer to the rows of an object and back, in workerd: the way of every call. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

type Answer = Record<string, string | undefined>;

/** Calls the backend API of `at` as the backend of the shop. */
async function call(path: string, body: object, at: RunningWorker = worker): Promise<Response> {
  // Without a resource: the tokens of the default resource open the API.
  const { access_token: token } = (await (await at.askToken("orders-backend")).json()) as Answer;
  return at.fetch(path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
const send = (email: string, at?: RunningWorker): Promise<Response> =>
  call("/v1/auth/link/email/send", { email, redirect_uri: `${(at ?? worker).origin}/demo/callback` }, at);

/** The code of a link that was just sent to `email`. */
async function codeFor(email: string): Promise<string> {
  assert.equal((await send(email)).status, 200);
  const sent = (await worker.outbox()).findLast(({ to }) => to === email);
  return new URL(sent?.link ?? "http://none/").searchParams.get("code") ?? "";
}

/** Logs `email` in for orders, with a refresh token. */
async function login(email: string): Promise<Answer> {
  const resource = `${worker.origin}/demo/orders`;
  const response = await call("/v1/auth/link/email/authenticate", {
    ...{ code: await codeFor(email), resource, scope: "orders:read offline_access" },
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Answer;
}

describe("a login by link", () => {
  test("ends in rows of the user's account, none of which holds a token or the session's secret", async () => {
    const { refresh_token: refreshToken = "", session_id: sessionId = "" } = await login("ada@shop.example");
    const rows = JSON.stringify(await worker.objects("Account").rows("demo/user/ada"));
    assert.ok(rows.length > 2 && refreshToken !== "" && sessionId !== "");
    for (const secret of [refreshToken, sessionId]) assert.ok(!rows.includes(secret));
  });

  test("gives a token that the gate admits", async () => {
    const { access_token: token = "" } = await login("ada@shop.example");
    const response = await worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200);
  });

  test("can be refreshed, and again by the successor", async () => {
    let { refresh_token: token } = await login("ada@shop.example");
    for (const _ of [1, 2]) {
      const response = await call("/v1/auth/token/refresh", { refresh_token: token });
      assert.equal(response.status, 200);
      const { refresh_token: next } = (await response.json()) as Answer;
      assert.notEqual(next, token);
      token = next;
    }
  });

  test("after its logout can be refreshed no more, and its revocation is with the directory", async () => {
    const { refresh_token: token, session_id: session } = await login("grace@shop.example");
    assert.equal((await call("/v1/auth/session/logout", { session_id: session })).status, 204);
    assert.notEqual((await call("/v1/auth/token/refresh", { refresh_token: token })).status, 200);
    const { entries } = (await worker.objects("Directory").turn("demo", { command: { type: "list" } })) as { entries: unknown[] };
    assert.ok(entries.length > 0);
    assert.ok(!(await worker.objects("Account").rows("demo/user/grace")).some(({ key }) => key.startsWith("outbox/")));
  });

  test("sends nobody a mail whom the tenant does not know, and answers the same", async () => {
    const before = (await worker.outbox()).length;
    const [known, unknown] = [await send("ada@shop.example"), await send("nobody@shop.example")];
    assert.deepEqual([unknown.status, await unknown.text()], [known.status, await known.text()]);
    assert.equal((await worker.outbox()).filter(({ to }) => to.startsWith("nobody")).length, 0);
    assert.ok((await worker.outbox()).length >= before);
  });
});

test("what was revoked is published into the key-value store", async () => {
  const { session_id: session } = await login("grace@shop.example");
  await call("/v1/auth/session/logout", { session_id: session });
  const directory = worker.objects("Directory");
  let publishedAt: unknown = 0;
  // Each question is a turn of the directory; writing goes on beside them.
  for (let turn = 0; turn < 500 && publishedAt === 0; turn += 1) {
    ({ published_at: publishedAt } = await directory.turn("demo", { command: { type: "list" } }));
  }
  const head = JSON.parse((await worker.config.get("tenant/demo/revoked")) ?? "{}") as { published_at?: number };
  assert.ok(Number(head.published_at) > 0);
});

for (const binding of ["CHALLENGE", "ACCOUNT"]) {
  test(`without the binding ${binding} no link is sent, the answer names it, and clients get their tokens`, async () => {
    const bare = await startWorker({ without: [binding] });
    after(() => bare.stop());
    const response = await send("ada@shop.example", bare);
    assert.ok(response.status >= 500, String(response.status));
    assert.ok((await response.text()).includes(binding));
    assert.deepEqual(await bare.outbox(), []);
    assert.equal((await bare.askToken("orders-backend")).status, 200);
  });
}

/** What an endpoint asks of its platform, on platforms that lack it, fail or are slow. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, describe, mock, test } from "node:test";
import { type BindingOptions, bindings, type Mail } from "../../pkg/dist/bindings.js";
import { type Means, perform } from "../../pkg/dist/effects/perform.js";
import { Signers } from "../../pkg/dist/effects/signers.js";
import type { Reply } from "../../pkg/dist/exchange.js";
import type { Effect } from "../../pkg/wasm/full_types.js";
import { freePort } from "../support/http.ts";

const logged: string[] = [];
mock.method(console, "warn", (line: string) => logged.push(line));

const CANARY = "canary-7f3a";
const call: Effect = { type: "call", object: "account", name: "demo/user/1", request: `{"secret":"${CANARY}"}` };
const mail: Effect = { type: "mail", to: `${CANARY}@shop.example`, subject: "Log in", text: CANARY, html: CANARY, link: CANARY };

/** Performs an effect with what `env` and `options` offer, and waits for what it leaves to the background. */
async function performed(effect: Effect, env: object = {}, options: BindingOptions<object> = {}): Promise<Reply> {
  const background: Promise<unknown>[] = [];
  const means: Means = {
    source: { get: async () => null },
    secretKeys: undefined,
    signers: new Signers(),
    bindings: bindings(env, options),
    waitUntil: (work) => void background.push(work),
  };
  logged.length = 0;
  const reply = await perform(effect, means);
  await Promise.all(background);
  assert.ok(!logged.join().includes(CANARY), "nothing of the effect is in the log");
  return reply;
}
const events = (): unknown[] => logged.map((line) => (JSON.parse(line) as { event: string }).event);
const objects = (turn: (request: string, name: string) => Promise<string>): object => ({
  getByName: (name: string) => ({ turn: (request: string) => turn(request, name) }),
});
const managed = (manage: (request: string) => Promise<string>): object => ({
  getByName: () => ({ turn: async () => "a turn", manage }),
});

describe("a call", () => {
  test("has the object of that name answer", async () => {
    const ACCOUNT = objects(async (request, name) => `${name} ${request.length}`);
    assert.deepEqual(await performed(call, { ACCOUNT }), { type: "value", value: `demo/user/1 ${call.type === "call" ? call.request.length : 0}` });
  });
  for (const object of ["account", "challenge", "directory"] as const) {
    test(`of ${object} without its binding says that it is missing, and the log names it`, async () => {
      assert.deepEqual(await performed({ ...call, object }), { type: "missing" });
      assert.deepEqual(logged, [JSON.stringify({ event: "binding_missing", binding: object.toUpperCase() })]);
    });
    test(`of ${object} goes where the option says`, async () => {
      const option = { [object]: () => objects(async () => "mine") };
      const ignored = { [object.toUpperCase()]: objects(async () => "the conventional one") };
      assert.deepEqual(await performed({ ...call, object }, ignored, option), { type: "value", value: "mine" });
    });
  }
  test("that fails is unavailable, and neither its error nor its request is logged", async () => {
    const ACCOUNT = objects(async () => Promise.reject(new Error(CANARY)));
    assert.deepEqual(await performed(call, { ACCOUNT }), { type: "unavailable" });
    assert.deepEqual(events(), ["object_unavailable"]);
  });
  test("that throws at once is unavailable", async () => {
    const ACCOUNT = objects(() => {
      throw new Error(CANARY);
    });
    assert.deepEqual(await performed(call, { ACCOUNT }), { type: "unavailable" });
  });
  test("that is not answered is unavailable after five seconds", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const asked = performed(call, { ACCOUNT: objects(() => new Promise(() => undefined)) });
    context.mock.timers.tick(5_000);
    assert.deepEqual(await asked, { type: "unavailable" });
  });
  test("is made once, also where it fails", async () => {
    const turn = mock.fn(async () => Promise.reject(new Error("down")));
    await performed(call, { ACCOUNT: objects(turn) });
    assert.equal(turn.mock.callCount(), 1);
  });
});

describe("a call of the management", () => {
  const management: Effect = { ...call, object: "management" };

  test("has the tenant's directory manage, wherever that is", async () => {
    const DIRECTORY = managed(async (request) => `managed ${request.length}`);
    const reply = { type: "value", value: `managed ${call.type === "call" ? call.request.length : 0}` };
    assert.deepEqual(await performed(management, { DIRECTORY }), reply);
    assert.deepEqual(await performed(management, {}, { directory: () => DIRECTORY as never }), reply);
  });
  test("without its binding says that it is missing, and the log names that of the directory", async () => {
    assert.deepEqual(await performed(management), { type: "missing" });
    assert.deepEqual(logged, ['{"event":"binding_missing","binding":"DIRECTORY"}']);
  });
  test("of objects that only take turns is unavailable", async () => {
    assert.deepEqual(await performed(management, { DIRECTORY: objects(async () => "a turn") }), { type: "unavailable" });
    assert.deepEqual(events(), ["object_unavailable"]);
  });
  test("that fails is unavailable, and neither its error nor its request is logged", async () => {
    const DIRECTORY = managed(async () => Promise.reject(new Error(CANARY)));
    assert.deepEqual(await performed(management, { DIRECTORY }), { type: "unavailable" });
  });
  test("may bring a whole tenant: it is unavailable after thirty seconds, not before", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    let answer = (_text: string): void => undefined;
    const slow = managed(() => new Promise((resolve) => (answer = resolve)));
    const late = performed(management, { DIRECTORY: slow });
    context.mock.timers.tick(29_999);
    answer("managed");
    assert.deepEqual(await late, { type: "value", value: "managed" });
    const never = performed(management, { DIRECTORY: managed(() => new Promise(() => undefined)) });
    context.mock.timers.tick(30_000);
    assert.deepEqual(await never, { type: "unavailable" });
  });
});

describe("mail", () => {
  const MAIL_FROM = "login@audgate.example";

  test("goes to the binding without the link apart", async () => {
    const send = mock.fn(async (_message: object) => undefined);
    assert.deepEqual(await performed(mail, { EMAIL: { send }, MAIL_FROM }), { type: "value", value: null });
    const { type: _, link: __, ...message } = mail as Effect & { type: "mail" };
    assert.deepEqual(send.mock.calls[0]?.arguments[0], { from: MAIL_FROM, ...message });
  });
  test("goes to a mailer of the deployment with the link", async () => {
    const send = mock.fn(async (_mail: Mail) => undefined);
    await performed(mail, {}, { email: () => ({ send }), mailFrom: () => MAIL_FROM });
    assert.equal(send.mock.calls[0]?.arguments[0].link, CANARY);
  });
  test("is not waited for", async () => {
    const EMAIL = { send: () => new Promise(() => undefined) };
    const means = { bindings: bindings({ EMAIL, MAIL_FROM }, {}), waitUntil: () => undefined };
    assert.deepEqual(await perform(mail, means as unknown as Means), { type: "value", value: null });
  });
  test("that cannot be sent is the log's to tell, not the answer's", async () => {
    const EMAIL = { send: async () => Promise.reject(new Error(`no such address: ${CANARY}`)) };
    assert.deepEqual(await performed(mail, { EMAIL, MAIL_FROM }), { type: "value", value: null });
    assert.deepEqual(events(), ["mail_not_sent"]);
  });
  test("without the binding answers the same, and the log names it", async () => {
    assert.deepEqual(await performed(mail, { MAIL_FROM }), { type: "value", value: null });
    assert.deepEqual(logged, ['{"event":"binding_missing","binding":"EMAIL"}']);
  });
  test("without an address to come from is not sent", async () => {
    const send = mock.fn(async () => undefined);
    await performed(mail, { EMAIL: { send } });
    assert.equal(send.mock.callCount(), 0);
    assert.deepEqual(events(), ["mail_not_sent"]);
  });
});

describe("a limit", () => {
  for (const limiter of ["login", "link", "token"] as const) {
    const effect: Effect = { type: "limit", limiter, key: CANARY };
    const binding = `${limiter.toUpperCase()}_LIMIT`;

    test(`on ${limiter} is what ${binding} says of the key`, async () => {
      for (const success of [true, false]) {
        const limit = mock.fn(async (_options: { key: string }) => ({ success }));
        assert.deepEqual(await performed(effect, { [binding]: { limit } }), { type: "verdict", verified: success });
        assert.deepEqual(limit.mock.calls[0]?.arguments[0], { key: CANARY });
      }
    });
    test(`on ${limiter} without ${binding} lets everybody go on`, async () => {
      assert.deepEqual(await performed(effect), { type: "verdict", verified: true });
    });
  }
  test("that cannot be asked is unavailable", async () => {
    const TOKEN_LIMIT = { limit: async () => Promise.reject(new Error(CANARY)) };
    assert.deepEqual(await performed({ type: "limit", limiter: "token", key: CANARY }, { TOKEN_LIMIT }), { type: "unavailable" });
    assert.deepEqual(events(), ["limiter_unavailable"]);
  });
});

describe("a delivery", async () => {
  const port = await freePort();
  const seen: { method?: string; url?: string; type?: string; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const { method = "", url = "" } = request;
      seen.push({ method, url, type: request.headers["content-type"] ?? "", body });
      if (url === "/elsewhere") response.writeHead(302, { location: "/told" });
      else if (url === "/refuses") response.writeHead(400);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  after(() => server.close());
  const deliver = (path: string): Effect => ({ type: "deliver", url: `http://127.0.0.1:${port}${path}`, body: `logout_token=${CANARY}` });

  test("is a form, posted", async () => {
    assert.deepEqual(await performed(deliver("/told")), { type: "value", value: null });
    assert.deepEqual(seen.splice(0), [
      { method: "POST", url: "/told", type: "application/x-www-form-urlencoded", body: `logout_token=${CANARY}` },
    ]);
  });
  test("follows no redirect", async () => {
    await performed(deliver("/elsewhere"));
    assert.deepEqual(seen.splice(0).map(({ url }) => url), ["/elsewhere"]);
    assert.deepEqual(events(), ["delivery_refused"]);
  });
  test("that is refused is logged with the client's origin alone", async () => {
    await performed(deliver("/refuses"));
    assert.deepEqual(logged, [JSON.stringify({ event: "delivery_refused", origin: `http://127.0.0.1:${port}`, status: 400 })]);
  });
  test("to nobody is logged, and the answer is the same", async () => {
    const nobody: Effect = { type: "deliver", url: `http://127.0.0.1:${await freePort()}/`, body: CANARY };
    assert.deepEqual(await performed(nobody), { type: "value", value: null });
    assert.deepEqual(events(), ["delivery_failed"]);
  });
  test("to what is no URL is logged, and the answer is the same", async () => {
    assert.deepEqual(await performed({ type: "deliver", url: CANARY, body: "" }), { type: "value", value: null });
    assert.deepEqual(events(), ["delivery_failed"]);
  });
});

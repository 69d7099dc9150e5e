/** Rate limits: how much the demo allows, what is counted, and what a caller is told that asks too often. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import * as client from "openid-client";
import { unstable_readConfig } from "wrangler";
import { assertTokenRefusal } from "../support/assertions.ts";
import { begun, discovered, loggedIn } from "../support/relying_party.ts";
import { UserAgent } from "../support/user_agent.ts";
import { type RateLimit, type RunningWorker, startWorker } from "../support/worker.ts";
import type { Counted } from "../support/workers/counting.ts";

const configuration = join(import.meta.dirname, "../../wrangler.toml");
/** What wrangler.toml says for an environment. */
function limitsOf(env: string | undefined): Record<string, RateLimit> {
  const { ratelimits } = unstable_readConfig({ config: configuration, env }) as { ratelimits: { name: string; simple: RateLimit }[] };
  return Object.fromEntries(ratelimits.map(({ name, simple }) => [name, simple]));
}
const demo = limitsOf("demo");
const REFUSING: RateLimit = { limit: 0, period: 60 };

/** Calls the backend API with a token of the shop's backend. */
async function call(worker: RunningWorker, bearer: string, path: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  return worker.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}
const sendLink = (worker: RunningWorker, bearer: string, email: string): Promise<Response> =>
  call(worker, bearer, "/v1/auth/link/email/send", { email, redirect_uri: `${worker.origin}/demo/callback` });

async function bearerOf(worker: RunningWorker): Promise<string> {
  return ((await (await worker.askToken("orders-backend")).json()) as { access_token: string }).access_token;
}

describe("the configuration", () => {
  for (const env of ["demo", undefined]) {
    test(`of ${env ?? "production"} limits logins, links and token requests by the minute`, () => {
      const limits = limitsOf(env);
      assert.deepEqual(Object.keys(limits).sort(), ["LINK_LIMIT", "LOGIN_LIMIT", "TOKEN_LIMIT"]);
      assert.ok(Object.values(limits).every(({ limit, period }) => limit > 0 && period === 60));
    });
  }
  test("of the demo allows 30 links and 1,000 token requests a minute", () => {
    assert.ok((demo["LINK_LIMIT"]?.limit ?? 0) >= 30 && (demo["LOGIN_LIMIT"]?.limit ?? 0) >= 30);
    assert.ok((demo["TOKEN_LIMIT"]?.limit ?? 0) >= 1_000);
  });
});

describe("under the demo's limits", async () => {
  const worker = await startWorker({ limits: demo });
  after(() => worker.stop());

  test("one client sends one address 30 links", async () => {
    const bearer = await bearerOf(worker);
    for (let sent = 0; sent < 30; sent += 1) {
      assert.equal((await sendLink(worker, bearer, "ada@shop.example")).status, 200);
    }
  });
  test("one client makes 1,000 token requests", async () => {
    for (let made = 0; made < 1_000; made += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => worker.askToken("orders-backend")));
      assert.ok(answers.every(({ status }) => status === 200));
    }
  });
});

describe("where a limiter refuses", () => {
  test("a token request is 429 with Retry-After, for every grant", async () => {
    const worker = await startWorker({ limits: { TOKEN_LIMIT: REFUSING } });
    after(() => worker.stop());
    const answers = [
      await worker.askToken("orders-backend"),
      await worker.askToken("orders-backend", { grant_type: "authorization_code", code: "x", code_verifier: "x" }),
      await worker.askToken("orders-backend", { grant_type: "refresh_token", refresh_token: "x" }),
    ];
    for (const answer of answers) {
      assert.equal(answer.headers.get("retry-after"), "60");
      await assertTokenRefusal(answer, 429, "temporarily_unavailable");
    }
  });

  test("no link is sent, whoever it is for, and the answer tells known and unknown apart by nothing", async () => {
    const worker = await startWorker({ limits: { LINK_LIMIT: REFUSING } });
    after(() => worker.stop());
    const bearer = await bearerOf(worker);
    const [known, unknown] = [
      await sendLink(worker, bearer, "ada@shop.example"),
      await sendLink(worker, bearer, "nobody@shop.example"),
    ];
    for (const answer of [known, unknown]) {
      assert.deepEqual([answer.status, answer.headers.get("retry-after")], [429, "60"]);
    }
    assert.equal(await known.text(), await unknown.text());
    assert.deepEqual(await worker.outbox(), []);
  });

  test("the hosted login shows a page, 429 with Retry-After, and sends nothing", async () => {
    const worker = await startWorker({ limits: { LOGIN_LIMIT: REFUSING } });
    after(() => worker.stop());
    const { parameters } = await begun(worker, "openid");
    const agent = new UserAgent(worker);
    const url = client.buildAuthorizationUrl(await discovered(worker, "none"), parameters);
    const shown = await agent.submit(await agent.open(url), { email: "ada@shop.example" });
    assert.ok(shown.kind === "page");
    assert.deepEqual([shown.status, shown.headers.get("retry-after")], [429, "60"]);
    assert.match(shown.html, /try again in a minute/);
    assert.deepEqual(await worker.outbox(), []);
  });
});

describe("what is counted", async () => {
  const worker = await startWorker({ entry: "tests/support/workers/counting.ts" });
  after(() => worker.stop());

  /** The questions to limiters that `work` led to. */
  async function asked(work: () => Promise<unknown>): Promise<string[]> {
    await worker.fetch("/test/counted");
    await work();
    return ((await (await worker.fetch("/test/counted")).json()) as Counted).limits;
  }

  test("is a token request of a client, once", async () =>
    assert.deepEqual(await asked(() => worker.askToken("orders-backend")), ["token demo/orders-backend"]));

  test("is a link to an address by a client: neither another's nor another way to write it", async () => {
    const bearer = await bearerOf(worker);
    const [one, same, another] = [
      await asked(() => sendLink(worker, bearer, "ada@shop.example")),
      await asked(() => sendLink(worker, bearer, "ADA@shop.example")),
      await asked(() => sendLink(worker, bearer, "grace@shop.example")),
    ];
    assert.equal(one.length, 1);
    assert.match(one[0] ?? "", /^link demo\/orders-backend\//);
    assert.deepEqual(same, one);
    assert.notDeepEqual(another, one);
  });

  test("is no address in clear, whoever reads the limiter's keys", async () => {
    const bearer = await bearerOf(worker);
    const limits = [
      ...(await asked(() => sendLink(worker, bearer, "ada@shop.example"))),
      ...(await asked(async () => loggedIn(worker, await discovered(worker, "none")))),
    ];
    assert.deepEqual(limits.map((key) => key.split(" ")[0]), ["link", "login", "token"]);
    assert.ok(!limits.some((key) => key.toLowerCase().includes("ada@")));
  });

  test("is a login by the address that was typed, and the request for tokens", async () => {
    const limits = await asked(async () => loggedIn(worker, await discovered(worker, "none")));
    assert.equal(limits.length, 2);
    assert.match(limits[0] ?? "", /^login demo\//);
    // A public client's name is anybody's to use, so its share is counted by address too; none is known here.
    assert.equal(limits[1], "token demo/shop-web/");
  });

  test("is no caller that did not authenticate: nobody uses up a client's share by naming it", async () => {
    const wrong = { method: "POST", body: new URLSearchParams({ grant_type: "client_credentials", client_id: "orders-backend", client_secret: "x" }) };
    assert.deepEqual(await asked(() => worker.fetch("/oidc/token", wrong)), []);
  });
});

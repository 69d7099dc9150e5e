/**
 * What a refresh and a login cost in calls of objects and reads of the key-value store, counted at the bindings of a
 * warm isolate. ARCHITECTURE.md has the figures.
 */
import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";
import * as client from "openid-client";
import { begun, discovered, loggedIn, type Method } from "../support/relying_party.ts";
import { elsewhere, UserAgent } from "../support/user_agent.ts";
import { startWorker } from "../support/worker.ts";
import type { Counted } from "../support/workers/counting.ts";

const worker = await startWorker({ entry: "tests/support/workers/counting.ts" });
after(() => worker.stop());

const SCOPE = "openid orders:read offline_access";
const resource = `${worker.origin}/demo/orders`;

/** What `work` made the issuer ask for; printed, as the tests' report. */
async function cost(t: TestContext, work: () => Promise<unknown>): Promise<Counted> {
  await worker.fetch("/test/counted");
  await work();
  const counted = (await (await worker.fetch("/test/counted")).json()) as Counted;
  const listed = (items: string[]): string => (items.length === 0 ? "none" : `${items.length} (${items.join(", ")})`);
  t.diagnostic(`object calls: ${listed(counted.calls)}`);
  t.diagnostic(`KV reads: ${listed(counted.reads)}`);
  return counted;
}

/** Asserts that no more was asked for than `calls` and `reads`. */
function assertAtMost(counted: Counted, calls: number, reads: number): void {
  assert.ok(counted.calls.length <= calls, `at most ${calls} calls: ${counted.calls.join(", ")}`);
  assert.ok(counted.reads.length <= reads, `at most ${reads} reads: ${counted.reads.join(", ")}`);
}

const refreshes: [Method, string[]][] = [
  ["none", ["account rotate"]],
  ["client_secret_basic", ["account rotate"]],
  // An assertion is used up in an object of its client.
  ["private_key_jwt", ["account use_assertion", "account rotate"]],
];
for (const [method, calls] of refreshes) {
  test(`a refresh by a client that authenticates by ${method} calls ${calls.length} of the objects and reads two records`, async (t) => {
    const configuration = await discovered(worker, method);
    const { refresh_token: token = "" } = await loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" });
    const counted = await cost(t, () => client.refreshTokenGrant(configuration, token));
    assert.deepEqual(counted.calls, calls);
    assertAtMost(counted, calls.length, 2);
  });
}

test("a login by the redirect flow, from the authorization request to the tokens", async (t) => {
  const configuration = await discovered(worker, "none");
  const counted = await cost(t, () => loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" }));
  assertAtMost(counted, 12, 11);
});

test("silent authentication within a session, from the authorization request to the tokens", async (t) => {
  const configuration = await discovered(worker, "none");
  const agent = new UserAgent(worker);
  await loggedIn(worker, configuration, { agent });
  const { parameters, checks } = await begun(worker, SCOPE, { resource, prompt: "none" });
  const counted = await cost(t, async () => {
    const answer = elsewhere(await agent.open(client.buildAuthorizationUrl(configuration, parameters)));
    await client.authorizationCodeGrant(configuration, answer, checks);
  });
  assertAtMost(counted, 5, 4);
});

test("a login by the backend's link, from sending it to the tokens", async (t) => {
  const backend = await discovered(worker, "client_secret_basic");
  const { access_token: bearer } = await client.clientCredentialsGrant(backend);
  const call = async (path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
    const response = await worker.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  };
  const counted = await cost(t, async () => {
    await call("/v1/auth/link/email/send", { email: "ada@shop.example", redirect_uri: `${worker.origin}/demo/callback` });
    const code = new URL((await worker.outbox()).at(-1)?.link ?? "").searchParams.get("code");
    await call("/v1/auth/link/email/authenticate", { code, resource, scope: SCOPE });
  });
  assertAtMost(counted, 6, 5);
});

test("a client's own token calls no object, and reads one record", async (t) => {
  const backend = await discovered(worker, "client_secret_basic");
  const counted = await cost(t, () => client.clientCredentialsGrant(backend, { resource }));
  assert.deepEqual([counted.calls, counted.reads], [[], ["tenant/demo/client/orders-backend"]]);
});

test("what a login costs does not depend on how many came before", async (t) => {
  const configuration = await discovered(worker, "none");
  const login = () => loggedIn(worker, configuration, { scope: SCOPE, resource: "orders" });
  const first = await cost(t, login);
  for (let more = 0; more < 10; more += 1) await login();
  assert.deepEqual(await cost(t, login), first);
});

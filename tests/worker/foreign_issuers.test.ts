/** A worker elsewhere that gates with nothing but the URL of this authorization server, both in workerd. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { document, records, type TenantDocument } from "../support/demo.ts";
import { ForeignIssuer } from "../support/foreign_issuer.ts";
import { freePort } from "../support/http.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

let issuer: RunningWorker;
let elsewhere: RunningWorker;
let other: ForeignIssuer;
let reports: string;
before(async () => {
  const port = await freePort();
  reports = `http://localhost:${port}/reports`;
  other = await ForeignIssuer.start();
  issuer = await startWorker({ entries: (own) => records(withReports(document(own))) });
  const rules = [
    { methods: ["GET"], path: "/**", scopes: ["orders:read"] },
    { methods: ["GET"], path: "/of/{sub}" },
  ];
  const trust = {
    issuer: issuer.origin,
    resources: [
      { uri: reports, rules },
      { uri: `http://localhost:${port}/others`, rules, trusted_issuers: [{ issuer: other.origin, algorithms: ["ES256"] }] },
    ],
  };
  elsewhere = await startWorker({
    entry: "tests/support/workers/trusting.ts",
    port,
    entries: () => [{ key: "test/trust", value: JSON.stringify(trust) }],
  });
});
after(async () => {
  await Promise.all([issuer.stop(), elsewhere.stop()]);
  await other.stop();
});

/** The demo, with the resource of the worker elsewhere. Its rules are that worker's own affair. */
function withReports(tenant: TenantDocument): TenantDocument {
  const lifetimes = { access_token_ttl: 600, refresh_token_ttl: 3_600, max_refresh_rotate: 3_600 };
  const scopes = [{ name: "orders:read" }];
  tenant.resources.push({ resource_id: "reports", name: "Reports", uri: reports, ...lifetimes, scopes, rules: [] });
  for (const client of tenant.clients) {
    const assigned = client.resources as { resource_id: string; scopes: string[] }[] | undefined;
    if (client.client_id === "orders-backend") assigned?.push({ resource_id: "reports", scopes: ["orders:read"] });
  }
  return tenant;
}

async function token(resource = reports): Promise<string> {
  const answer = await issuer.askToken("orders-backend", { resource, scope: "orders:read" });
  const { access_token: given } = (await answer.json()) as { access_token?: string };
  assert.ok(given !== undefined, `no token: ${answer.status}`);
  return given;
}

const ask = (path: string, given: string): Promise<Response> =>
  elsewhere.fetch(path, { headers: { authorization: `Bearer ${given}` } });
const asked = async (): Promise<string[]> => (await (await elsewhere.fetch("/test/asked")).json()) as string[];

describe("a token of the authorization server", () => {
  test("opens the resource of the worker elsewhere, whose isolate asks for the keys once", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, async () => ask("/reports/1", await token())));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const access = (await answers[0]?.json()) as Record<string, unknown>;
    assert.deepEqual([access.issuer, access.subject, access.kind], [issuer.origin, "orders-backend", "client"]);
    const fetched = await asked();
    assert.ok(fetched.length <= 4, fetched.join(" "));
    assert.ok(fetched.every((url) => url.startsWith(issuer.origin)));
    assert.equal((await ask("/reports/1", await token())).status, 200);
    assert.deepEqual(await asked(), []);
  });
  test("means its own subject in a path, and nobody else", async () => {
    assert.equal((await ask("/reports/of/orders-backend", await token())).status, 200);
    assert.equal((await ask("/reports/of/ada", await token())).status, 403);
  });
  test("for another resource is refused", async () => {
    const refused = await ask("/reports/1", await token(`${issuer.origin}/demo/orders`));
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get("www-authenticate") ?? "", /error="invalid_token".*another resource/);
  });
  test("opens nothing that trusts another issuer", async () => {
    assert.equal((await ask("/others/1", await token())).status, 401);
  });
});

describe("a token of another issuer", () => {
  const others = (): string => `${elsewhere.origin}/others`;

  test("opens what trusts it, and nothing else", async () => {
    assert.equal((await ask("/others/1", await other.token(others()))).status, 200);
    assert.equal((await ask("/reports/1", await other.token(reports))).status, 401);
    assert.equal((await ask("/reports/1", await other.token(reports, { iss: issuer.origin }))).status, 401);
  });
  test("is not refused, but cannot be verified, while a new key cannot be asked for", async () => {
    const key = await other.rotate();
    other.answer = (_path, response) => void response.writeHead(302, { location: `${other.origin}/jwks` }).end();
    const status = (await ask("/others/1", await other.token(others(), { key }))).status;
    // Within the cooldown the issuer counts as having just said which keys it has.
    assert.ok(status === 401 || status === 503, `${status}`);
    assert.equal((await ask("/others/1", await other.token(others()))).status, 200, "known keys go on");
  });
});

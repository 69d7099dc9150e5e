/** Which hosts are served, and the documents that anybody may read: RFC 8414, RFC 9728, JWK Set, `/healthz`. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { signingKeys } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

async function json(path: string): Promise<Record<string, unknown>> {
  const response = await worker.fetch(path);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/json");
  return (await response.json()) as Record<string, unknown>;
}

describe("a host that is no tenant's is 421, at every endpoint", () => {
  const paths = ["/demo/orders/1", "/oidc/jwks", "/healthz", "/.well-known/oauth-authorization-server", "/nothing"];
  for (const path of paths) {
    test(path, async () => {
      const response = await worker.raw(path, { host: "stranger.example" });
      assert.equal(response.status, 421);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.deepEqual(JSON.parse(response.body), { reason: "unknown_host" });
    });
  }
  for (const host of ["localhost.evil.example", "xlocalhost", "localhost.", "tenant/demo", "host", "[::1]", "127.0.0.2"]) {
    test(`as ${host}`, async () => assert.equal((await worker.raw("/healthz", { host })).status, 421));
  }
  test("with a token that is good elsewhere", async () => {
    const token = await worker.token("orders-backend", "orders");
    const headers = [`Authorization: Bearer ${token}`];
    assert.equal((await worker.raw("/demo/orders/1", { host: "stranger.example", headers })).status, 421);
  });
  test("no matter what a forwarding field says", async () => {
    const headers = ["X-Forwarded-Host: localhost", "Forwarded: host=localhost", "X-Host: localhost", "X-Original-Host: localhost"];
    assert.equal((await worker.raw("/healthz", { host: "stranger.example", headers })).status, 421);
  });
});

describe("a forwarding field changes nothing at a known host", () => {
  const fields = ["X-Forwarded-Host: stranger.example", "Forwarded: host=stranger.example;proto=https", "X-Forwarded-Proto: https"];
  test("not the issuer in the metadata", async () => {
    const response = await worker.raw("/.well-known/oauth-authorization-server", { headers: fields });
    assert.equal((JSON.parse(response.body) as { issuer: string }).issuer, worker.origin);
  });
  test("not the path that the gate decides about", async () => {
    const token = await worker.token("orders-backend", "orders");
    const headers = [`Authorization: Bearer ${token}`, "X-Original-URL: /demo/orders/1", "X-Rewrite-URL: /demo/orders/1"];
    assert.equal((await worker.raw("/demo/payments/1", { headers })).status, 401);
  });
  test("not the metadata URL of a challenge", async () => {
    const response = await worker.raw("/demo/orders/1", { headers: fields });
    assert.ok(response.headers.get("www-authenticate")?.includes(`"${worker.origin}${WELL_KNOWN}/demo/orders"`));
  });
});

describe("/healthz", () => {
  test("says which tenant is served and under which version", async () => {
    const { status, tenant, version } = await json("/healthz");
    assert.deepEqual([status, tenant], ["ok", "demo"]);
    assert.ok(Number.isSafeInteger(version));
  });
  test("is kept by no cache", async () =>
    assert.equal((await worker.fetch("/healthz")).headers.get("cache-control"), "no-store"));
});

describe("the issuer's metadata (RFC 8414)", () => {
  for (const path of ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]) {
    test(`at ${path} names the issuer exactly`, async () => assert.equal((await json(path)).issuer, worker.origin));
  }
  test("names endpoints of the issuer only", async () => {
    const document = await json("/.well-known/oauth-authorization-server");
    const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|_uri$/.test(name));
    assert.ok(endpoints.length >= 2);
    for (const [, url] of endpoints) assert.ok(String(url).startsWith(`${worker.origin}/`));
  });
  test("names no grant and no method that is not there", async () => {
    const document = await json("/.well-known/oauth-authorization-server");
    const grants = ["client_credentials", "authorization_code", "refresh_token"];
    assert.deepEqual(document.grant_types_supported, grants);
    const methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    assert.deepEqual(document.token_endpoint_auth_methods_supported, methods);
    assert.deepEqual(document.code_challenge_methods_supported, ["S256"]);
    assert.deepEqual(document.response_types_supported, ["code"]);
  });
});

describe("the JWK Set", () => {
  test("holds the public half of every signing key", async () => {
    const { keys } = (await json("/oidc/jwks")) as { keys: { kid: string }[] };
    assert.deepEqual(keys.map(({ kid }) => kid).sort(), signingKeys.map(({ kid }) => kid).sort());
  });
  test("holds nothing private", async () => {
    const { keys } = (await json("/oidc/jwks")) as { keys: object[] };
    const secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    assert.deepEqual(keys.flatMap((key) => Object.keys(key)).filter((member) => secret.includes(member)), []);
  });
  test("may be read by pages of any origin, and kept for a while", async () => {
    const { headers } = await worker.fetch("/oidc/jwks");
    assert.equal(headers.get("access-control-allow-origin"), "*");
    assert.match(headers.get("cache-control") ?? "", /^public, max-age=\d+$/);
  });
});

describe("the metadata of a resource (RFC 9728)", () => {
  for (const resource of ["orders", "profile", "payments"]) {
    test(`of ${resource} names it exactly, and its authorization server`, async () => {
      const document = await json(`${WELL_KNOWN}/demo/${resource}`);
      assert.equal(document.resource, `${worker.origin}/demo/${resource}`);
      assert.deepEqual(document.authorization_servers, [worker.origin]);
      assert.deepEqual(document.bearer_methods_supported, ["header"]);
    });
  }
  test("at the root is the default resource's", async () =>
    assert.equal((await json(WELL_KNOWN)).resource, worker.origin));
  for (const path of ["/demo", "/demo/orders/1", "/demo/ordersx", "/nothing", "/demo/orders%2f1", "/demo//orders"]) {
    test(`is not there for ${path}, which is no resource`, async () =>
      assert.equal((await worker.fetch(`${WELL_KNOWN}${path}`)).status, 404));
  }
});

describe("documents and methods", () => {
  const documents = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oidc/jwks", WELL_KNOWN];
  for (const path of documents) {
    test(`HEAD of ${path} has the fields of GET and no body`, async () => {
      const [head, get] = await Promise.all(["HEAD", "GET"].map((method) => worker.fetch(path, { method })));
      assert.ok(head && get);
      assert.equal(head.status, 200);
      assert.equal(await head.text(), "");
      assert.equal(head.headers.get("content-type"), get.headers.get("content-type"));
    });
    test(`POST to ${path} is 405`, async () => {
      const response = await worker.fetch(path, { method: "POST", body: "x" });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "GET, HEAD");
    });
  }
  test("HEAD of a gated path is gated as GET is", async () => {
    const headers = { authorization: `Bearer ${await worker.token("orders-backend", "orders")}` };
    const statuses = [headers, {}].map(async (given) => (await worker.fetch("/demo/orders/1", { method: "HEAD", headers: given })).status);
    assert.deepEqual(await Promise.all(statuses), [200, 401]);
  });
  for (const path of ["/oidc", "/oidc/token/", "/oidc/jwks/x", "/oidc/authorize", "/v1/nothing", "/.well-known/jwks.json", "/dev/clock", "/.well-known/oauth-authorization-server/x"]) {
    test(`${path} is no endpoint`, async () => assert.equal((await worker.fetch(path)).status, 404));
  }
});

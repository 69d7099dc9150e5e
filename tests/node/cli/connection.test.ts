/** How the command line talks to an issuer: to whom it gives a secret, and what it says when that goes wrong. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { startListener } from "../../support/listener.ts";
import { freePort } from "../../support/http.ts";
import { audgate, Folder, json } from "./command.ts";
import { CLIENT, ScriptedIssuer, ScriptedTenant, SECRET, TOKEN } from "./scripted_issuer.ts";

const folder = new Folder();
const issuer = await ScriptedIssuer.start();
beforeEach(() => issuer.reset());

describe("a client's token", () => {
  test("is asked for by Basic credentials in the form of RFC 6749, for the issuer as the resource", async () => {
    new ScriptedTenant(issuer);
    const { code } = await audgate(["export", ...issuer.options], { env: issuer.env });
    assert.equal(code, 0);
    const [asked, called] = issuer.sent;
    assert.equal(`${asked?.method} ${asked?.path}`, "POST /oidc/token");
    assert.deepEqual(Object.fromEntries(new URLSearchParams(asked?.body)), { grant_type: "client_credentials", resource: issuer.origin });
    assert.equal(called?.headers.authorization, `Bearer ${TOKEN}`);
  });

  test("is asked for by a secret in a file, and the file goes before the environment", async () => {
    new ScriptedTenant(issuer);
    const file = folder.file("secret", `${SECRET}\n`);
    const { code } = await audgate(["export", ...issuer.options, "--client-secret-file", file], { env: { AUDGATE_CLIENT_SECRET: "another" } });
    assert.equal(code, 0);
  });

  test("is asked for by names in the environment", async () => {
    new ScriptedTenant(issuer);
    const { code } = await audgate(["export"], { env: { ...issuer.env, AUDGATE_ISSUER: `${issuer.origin}/`, AUDGATE_CLIENT_ID: CLIENT } });
    assert.equal(code, 0);
  });
});

describe("refused with 1, and the secret is not shown", () => {
  const run = async (given: { env?: Record<string, string>; args?: string[] } = {}) => {
    const ended = await audgate(["export", ...(given.args ?? issuer.options)], { env: given.env ?? issuer.env });
    assert.equal(ended.code, 1, ended.stderr);
    assert.equal(ended.stdout, "");
    assert.doesNotMatch(ended.stderr, /\n\s+at /);
    for (const secret of [SECRET, TOKEN, encodeURIComponent(SECRET)]) assert.ok(!ended.stderr.includes(secret));
    return ended.stderr;
  };

  test("a wrong secret", async () => {
    const said = await run({ env: { AUDGATE_CLIENT_SECRET: "wrong-secret-0123456789abcdefghijkl" } });
    assert.match(said, /gives `tenant-admin` no token: invalid_client\n    client authentication failed/);
    assert.ok(!said.includes("wrong-secret"));
  });

  test("a file with two lines, which is no secret", async () => {
    const file = folder.file("two-lines", `${SECRET}\nand more`);
    assert.match(await run({ args: [...issuer.options, "--client-secret-file", file] }), /on one line and nothing else/);
    assert.deepEqual(issuer.sent, []);
  });

  test("a client that is none of a management application", async () => {
    issuer.answers.set("GET /v1/tenant", { status: 403, body: { reason: "wrong_subject" } });
    assert.match(await run(), /this is for a client of a management application/);
  });

  test("an answer without a token", async () => {
    issuer.answers.set("POST /oidc/token", { status: 200, body: { hello: "there" } });
    assert.match(await run(), /is it an Audgate issuer\?/);
  });

  test("an answer that is no JSON", async () => {
    issuer.answers.set("POST /oidc/token", { status: 404, body: "<html>not here</html>" });
    assert.match(await run(), /answers 404 without JSON: is it an Audgate issuer\?/);
  });

  test("a refusal whose words would command the terminal", async () => {
    issuer.answers.set("GET /v1/tenant", { status: 400, body: { message: ["\u001b[2Jall is well\u202e"], error_code: "invalid_request" } });
    assert.doesNotMatch(await run(), /[\u001b\u202e]/);
  });
});

describe("a redirect is not followed with credentials", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} from the token endpoint`, async () => {
      const elsewhere = await startListener();
      issuer.answers.set("POST /oidc/token", { status, headers: { location: `${elsewhere.origin}/oidc/token` } });
      const { code, stderr } = await audgate(["export", ...issuer.options], { env: issuer.env });
      await elsewhere.stop();
      assert.equal(code, 1);
      assert.match(stderr, /\/oidc\/token redirects to somewhere else, which is not followed/);
      assert.deepEqual(elsewhere.received, []);
    });

    test(`${status} from the management API`, async () => {
      const elsewhere = await startListener();
      issuer.answers.set("GET /v1/tenant", { status, headers: { location: `${elsewhere.origin}/v1/tenant` } });
      const { code, value } = await json(["export", ...issuer.options], { env: issuer.env });
      await elsewhere.stop();
      assert.equal(code, 1);
      assert.equal(value.error.code, "redirected");
      assert.deepEqual(elsewhere.received, []);
    });
  }
});

describe("an issuer that cannot be reached, or cannot answer now, ends with 3", () => {
  test("where nobody listens", async () => {
    const port = await freePort();
    const { code, value, stderr } = await json(["export", "--issuer", `http://127.0.0.1:${port}`, "--client-id", CLIENT], { env: issuer.env });
    assert.equal(code, 3);
    assert.equal(value.error.code, "unreachable");
    assert.match(stderr, /cannot reach http:\/\/127\.0\.0\.1:\d+: nobody listens there/);
  });

  for (const status of [429, 500, 502, 503]) {
    test(`${status} from the token endpoint`, async () => {
      issuer.answers.set("POST /oidc/token", { status, headers: { "retry-after": "9" }, body: { error: "temporarily_unavailable" } });
      const { code, stderr } = await audgate(["export", ...issuer.options], { env: issuer.env });
      assert.equal(code, 3);
      assert.match(stderr, new RegExp(`it cannot answer now \\(${status} temporarily_unavailable\\), try again in 9 s`));
    });
  }

  test("a page of somebody in between", async () => {
    issuer.answers.set("GET /v1/tenant", { status: 502, body: "<html>bad gateway</html>" });
    const { code } = await audgate(["export", ...issuer.options], { env: issuer.env });
    assert.equal(code, 3);
  });
});

test("a tenant without revision is no tenant to go by", async () => {
  issuer.answers.set("GET /v1/tenant", { status: 200, body: { tenant_id: "demo" } });
  const { code, value } = await json(["export", ...issuer.options], { env: issuer.env });
  assert.equal(code, 1);
  assert.equal(value.error.code, "no_revision");
});

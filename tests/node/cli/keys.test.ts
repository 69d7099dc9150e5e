/** `audgate keys`: steps in the life of a key, and when each is allowed. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { seconds } from "../../support/tokens.ts";
import { audgate, json } from "./command.ts";
import { ScriptedIssuer } from "./scripted_issuer.ts";

const issuer = await ScriptedIssuer.start();
beforeEach(() => issuer.reset());
const run = (...args: string[]) => audgate(["keys", ...args, ...issuer.options], { env: issuer.env });
const NOT_MANAGED = { status: 404, body: { message: ["there is no such thing in this tenant"], error_code: "not_found" } };

describe("keys list", () => {
  test("shows each key with its state, and every moment that the API tells", async () => {
    const jwk = { kid: "es256-1", alg: "ES256", kty: "EC" };
    issuer.answers.set("GET /v1/keys", { status: 200, body: { result: [{ state: "next", jwk, allowed_at: seconds() + 7_200 }, { state: "current", jwk: { ...jwk, kid: "es256-0" } }] } });
    const { code, stdout } = await run("list");
    assert.equal(code, 0);
    assert.match(stdout, /^es256-1  ES256  next \(announced: signs nothing yet\)\n    allowed: \d{4}-.* UTC, in (?:2 hours|1 hour 59 minutes)\nes256-0  ES256  current \(signs\)\n$/);
  });

  test("says that there are none yet", async () => {
    issuer.answers.set("GET /v1/keys", { status: 200, body: { result: [] } });
    assert.match((await run("list")).stdout, /^no keys yet/);
  });

  test("refuses a tenant that has its keys in the document", async () => {
    issuer.answers.set("GET /v1/keys", NOT_MANAGED);
    const { code, stderr } = await run("list");
    assert.equal(code, 1);
    assert.match(stderr, /the tenant's document has `signing_keys`/);
  });
});

describe("keys rotate", () => {
  test("announces a key and says what comes next", async () => {
    issuer.answers.set("POST /v1/keys", { status: 201, body: { result: { kid: "es256-2", state: "next" } } });
    const { code, stdout } = await run("rotate", "--algorithm", "ES256");
    assert.equal(code, 0);
    assert.match(stdout, /^es256-2 is announced for ES256\n.*audgate keys advance es256-2 --to current\n/);
    assert.deepEqual(JSON.parse(issuer.sent.at(-1)?.body ?? ""), { algorithm: "ES256" });
  });

  test("is refused where one is announced already", async () => {
    issuer.answers.set("POST /v1/keys", { status: 409, body: { message: ["a key that comes next exists already"], error_code: "key_exists" } });
    const { code, stderr } = await run("rotate", "--algorithm", "ES256");
    assert.equal(code, 1);
    assert.match(stderr, /key_exists\n    a key that comes next exists already/);
  });

  test("needs an algorithm", async () => {
    const { code } = await run("rotate");
    assert.equal(code, 1);
    assert.deepEqual(issuer.calls, []);
  });
});

describe("keys advance", () => {
  test("moves a key on", async () => {
    issuer.answers.set("PUT /v1/keys/es256-2", { status: 204 });
    const { code, stdout } = await run("advance", "es256-2", "--to", "current");
    assert.equal(code, 0);
    assert.equal(stdout, "es256-2 is current now\n");
    assert.deepEqual(JSON.parse(issuer.sent.at(-1)?.body ?? ""), { state: "current" });
  });

  test("that comes too early is refused with the moment from which it is allowed", async () => {
    const allowed = seconds() + 3_600;
    issuer.answers.set("PUT /v1/keys/es256-2", { status: 409, body: { message: ["too early"], error_code: "too_early", allowed_at: allowed } });
    const { code, stderr } = await run("advance", "es256-2", "--to", "disabled");
    assert.equal(code, 1);
    assert.match(stderr, /`es256-2` can be disabled from \d{4}-.* UTC, in (?:1 hour|59 minutes)/);
    const { value } = await json(["keys", "advance", "es256-2", "--to", "disabled", ...issuer.options], { env: issuer.env });
    assert.equal(value.error.allowed_at, allowed);
  });

  test("refuses a key that is not there", async () => {
    const { code, stderr } = await run("advance", "es256-9", "--to", "current");
    assert.equal(code, 1);
    assert.match(stderr, /there is no such key/);
  });

  for (const kid of ["..", ".", "a/b", "a?b", "a b", "%2e%2e", "ä", "k".repeat(129)]) {
    test(`refuses ${JSON.stringify(kid.slice(0, 10))}, which is no kid but another path, before it asks anybody`, async () => {
      const { code, stderr } = await run("advance", kid, "--to", "current");
      assert.equal(code, 1);
      assert.match(stderr, /a kid has/);
      assert.deepEqual(issuer.calls, []);
    });
  }
});

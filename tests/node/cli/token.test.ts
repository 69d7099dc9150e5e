/** `audgate token`: looking into one is not verifying it, and says so. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { freshKey, signingKey, document } from "../../support/demo.ts";
import { clientClaims, encoded, seconds, signed, userClaims } from "../../support/tokens.ts";
import { audgate, json } from "./command.ts";
import { CLIENT, ScriptedIssuer, SECRET } from "./scripted_issuer.ts";

const issuer = await ScriptedIssuer.start();
const key = signingKey("ES256");
const other = await freshKey("ES256");
const jwks = { keys: document(8787).signing_keys.map(({ jwk }) => jwk) };
beforeEach(() => {
  issuer.reset();
  issuer.answers.set("GET /oidc/jwks", { status: 200, body: jwks });
});

const good = await signed(key, clientClaims(issuer.origin, "orders", "orders:read"));
const inspected = (token: string, ...more: string[]) => audgate(["token", "inspect", ...more], { input: `${token}\n` });
const verified = (token: string) => inspected(token, "--issuer", issuer.origin);

describe("without the issuer's keys", () => {
  test("it says loudly, and first, that nothing is verified", async () => {
    const { code, stdout } = await inspected(good);
    assert.equal(code, 0);
    assert.match(stdout, /^NOT VERIFIED: anybody can have written this\./);
    assert.doesNotMatch(stdout, /^VERIFIED/m);
    assert.deepEqual(issuer.calls, []);
  });

  test("so it says with --json", async () => {
    const { value } = await json(["token", "inspect", good]);
    assert.equal(value.verified, null);
    assert.equal(value.claims.sub, "orders-backend");
  });

  test("it shows header, claims, and times in words", async () => {
    const { stdout } = await inspected(good);
    assert.match(stdout, /^header\n  alg  "ES256"/m);
    assert.match(stdout, new RegExp(`audience\\s+"${issuer.origin}/demo/orders", and no other resource`));
    assert.match(stdout, /expires\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in (?:5 minutes|4 minutes \d+ seconds)/);
    assert.match(stdout, /subject\s+"orders-backend", a client\n/);
  });

  test("it never shows the token or its signature", async () => {
    const { stdout, stderr } = await inspected(good);
    for (const part of good.split(".")) assert.ok(!`${stdout}${stderr}`.includes(part));
  });

  test("it tells users, clients and management apart", async () => {
    const user = await signed(key, userClaims(issuer.origin, "orders", "", "ada"));
    assert.match((await inspected(user)).stdout, /subject\s+"ada", a user\n/);
    const manager = await signed(key, clientClaims(issuer.origin, "orders", "", { management: true }));
    assert.match((await inspected(manager)).stdout, /a client of a management application\n/);
  });
});

describe("with the issuer's keys", () => {
  test("a good token is verified", async () => {
    const { code, stdout } = await verified(good);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^VERIFIED: the signature is right\./);
    assert.match(stdout, /\+ signature\s+right, by a key of/);
  });


  const refused: [string, () => Promise<string>, RegExp][] = [
    ["a key of somebody else", () => signed({ ...other.secret, kid: key.kid }, clientClaims(issuer.origin, "orders", "")), /^NOT VERIFIED, THE SIGNATURE IS WRONG/],
    ["a key that is not known", () => signed(other.secret, clientClaims(issuer.origin, "orders", "")), /^NOT VERIFIED, THE SIGNATURE IS WRONG/],
    ["claims that were changed", async () => good.split(".").with(1, encoded(JSON.stringify(clientClaims(issuer.origin, "payments", "")))).join("."), /^NOT VERIFIED, THE SIGNATURE IS WRONG/],
    ["no signature", async () => `${encoded('{"alg":"none","typ":"at+jwt"}')}.${good.split(".")[1]}.`, /^NOT VERIFIED, THE SIGNATURE IS WRONG/],
    ["another issuer", () => signed(key, clientClaims("https://login.acme.example", "orders", "")), /! issuer\s+the token names "https:\/\/login\.acme\.example"/],
    ["a time that has passed", () => signed(key, clientClaims(issuer.origin, "orders", "", { exp: seconds() - 60 })), /! expires\s+.* ago/],
    ["a time that has not come", () => signed(key, clientClaims(issuer.origin, "orders", "", { nbf: seconds() + 60 })), /! not before\s+.* in /],
    ["no end", () => signed(key, clientClaims(issuer.origin, "orders", "", { exp: undefined })), /! expires\s+never/],
    ["the type of an ID token", () => signed(key, clientClaims(issuer.origin, "orders", ""), { typ: "JWT" }), /! type\s+"JWT" is no access token/],
    ["several audiences", () => signed(key, clientClaims(issuer.origin, "orders", "", { aud: ["a", "b"] })), /! audience/],
  ];
  for (const [name, token, says] of refused) {
    test(`a token with ${name} ends with 1`, async () => {
      const { code, stdout } = await verified(await token());
      assert.equal(code, 1, stdout);
      assert.match(stdout, new RegExp(says.source, "m"));
    });
  }

  test("keys that cannot be fetched verify nothing", async () => {
    issuer.answers.set("GET /oidc/jwks", { status: 503, body: { error: "temporarily_unavailable" } });
    const { code, stdout } = await verified(good);
    assert.equal(code, 3);
    assert.equal(stdout, "");
  });

  test("keys that are none verify nothing", async () => {
    issuer.answers.set("GET /oidc/jwks", { status: 200, body: { hello: "there" } });
    const { code, stdout } = await verified(good);
    assert.equal(code, 1);
    assert.match(stdout, /^NOT VERIFIED/);
  });

  test("keys over plain http from another machine are not looked at", async () => {
    const { code, stderr } = await inspected(good, "--issuer", "http://login.acme.example");
    assert.equal(code, 1);
    assert.match(stderr, /plain http/);
  });
});

describe("what is no token is refused without being repeated", () => {
  const opaque = "AfX9q0mZ3vT7bN1cK5wR8yL2pD4sG6hJ";
  for (const [name, text] of [["an opaque token", opaque], ["two parts", `${opaque}.${opaque}`], ["parts that are no JSON", `${opaque}.${opaque}.${opaque}`], ["an array for a header", `${encoded("[]")}.${encoded("{}")}.${opaque}`], ["two tokens", `${good}\n${good}`]] as const) {
    test(name, async () => {
      const { code, stdout, stderr } = await inspected(text);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.ok(!stderr.includes(text.split(/[.\n]/)[0] as string));
    });
  }

  test("nothing", async () => assert.equal((await inspected("")).code, 1));

  test("claims that would command the terminal are written out", async () => {
    const { stdout } = await inspected(await signed(key, { "\u001b[2J": "\u202e" }));
    assert.doesNotMatch(stdout, /[\u001b\u202e]/);
  });
});

describe("token mint", () => {
  const mint = ["token", "mint", "--client-id", CLIENT, "--resource", "https://shop.example/orders"];

  test("prints the token alone, and beside it what it is good for", async () => {
    issuer.answers.set("POST /oidc/token", { status: 200, body: { access_token: good, token_type: "Bearer", expires_in: 300, scope: "orders:read" } });
    const { code, stdout, stderr } = await audgate([...mint, "--scope", "orders:read", "--issuer", issuer.origin], { env: issuer.env });
    assert.equal(code, 0);
    assert.equal(stdout, `${good}\n`);
    assert.match(stderr, /with orders:read, good for 5 minutes/);
    const asked = Object.fromEntries(new URLSearchParams(issuer.sent[0]?.body));
    assert.deepEqual(asked, { grant_type: "client_credentials", resource: "https://shop.example/orders", scope: "orders:read" });
  });

  for (const [error, description] of [["invalid_target", "the resource is not one that this client may ask for"], ["invalid_scope", "no scope can be granted"], ["unauthorized_client", "the client may not use this grant type"]] as const) {
    test(`says why it gets none: ${error}`, async () => {
      issuer.answers.set("POST /oidc/token", { status: 400, body: { error, error_description: description } });
      const { code, stdout, stderr } = await audgate([...mint, "--issuer", issuer.origin], { env: issuer.env });
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`${error}\n    ${description}`));
      assert.ok(!stderr.includes(SECRET));
    });
  }
});

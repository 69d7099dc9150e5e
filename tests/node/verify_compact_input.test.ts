/** `verifyCompact` answers, whatever it is given: bad input is a value, never an exception, and it changes nothing. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";
import { Isolate } from "../support/isolate.ts";
import { freshKey } from "../support/demo.ts";
import { encoded, signed, signedVerbatim } from "../support/tokens.ts";

type Jwks = Parameters<typeof verifyCompact>[1];

const { secret, published } = await freshKey("ES256");
const token = await signed(secret, "{}");
const set: Jwks = { keys: [published] };

/** An object whose every use throws. */
const hostile: unknown = new Proxy({}, {
  get: () => { throw new Error("get"); },
  has: () => { throw new Error("has"); },
  ownKeys: () => { throw new Error("ownKeys"); },
  getPrototypeOf: () => { throw new Error("getPrototypeOf"); },
});
const cyclic: Record<string, unknown> = {};
cyclic.keys = [cyclic];
const revoked = Proxy.revocable({}, {});
revoked.revoke();

async function assertRefused(given: unknown, jwks: unknown): Promise<void> {
  await reasonOf(given, jwks);
}

async function reasonOf(given: unknown, jwks: unknown): Promise<string> {
  const outcome = await verifyCompact(given as string, jwks as Jwks);
  assert.equal(outcome.ok, false);
  assert.match((outcome as { reason: string }).reason, /^[a-z0-9_]+$/);
  assert.deepEqual(Object.keys(outcome).sort(), ["ok", "reason"]);
  return (outcome as { reason: string }).reason;
}

test("a good token is good, before and after everything below", async () => assert.ok((await verifyCompact(token, set)).ok));

describe("a token that is no string is refused", () => {
  const values: [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["a number", 42],
    ["NaN", Number.NaN],
    ["a BigInt", 1n],
    ["true", true],
    ["a symbol", Symbol("x")],
    ["a function", () => token],
    ["an array of the token", [token]],
    ["a String object", new String(token)],
    ["an object that turns into the token", { toString: () => token }],
    ["an object that turns into the token by Symbol.toPrimitive", { [Symbol.toPrimitive]: () => token }],
    ["octets", new TextEncoder().encode(token)],
    ["a promise of the token", Promise.resolve(token)],
    ["an object whose every use throws", hostile],
    ["a revoked proxy", revoked.proxy],
  ];
  for (const [name, value] of values) test(name, () => assertRefused(value, set));
});

describe("a string that is no token is refused", () => {
  const values: [string, string][] = [
    ["empty", ""],
    ["one dot", "."],
    ["two dots", ".."],
    ["a million dots", ".".repeat(1_000_000)],
    ["a lone surrogate", "\ud800.\udfff.\ud800"],
    ["a token with a lone surrogate after it", `${token}\ud800`],
    ["NUL", "\0.\0.\0"],
    ["a token after a NUL", `\0${token}`],
    ["a byte order mark before a token", `\ufeff${token}`],
    ["a space before a token", ` ${token}`],
    ["a line feed after a token", `${token}\n`],
    ["two tokens", `${token}${token}`],
    ["characters outside the alphabet", "é.ü.ß"],
    ["full-width letters", [...token].map((letter) => (letter === "." ? "." : String.fromCharCode(letter.charCodeAt(0) + 0xfee0))).join("")],
    ["the word null", "null"],
  ];
  for (const [name, value] of values) test(name, () => assertRefused(value, set));

  test("a string of 64 MB, at the price of a short one", async () => {
    const isolate = new Isolate();
    const memory = (): number => isolate.instances.current().use((core) => core.memory.buffer.byteLength);
    await isolate.verifyCompact(token, set);
    const before = memory();
    assert.deepEqual(await isolate.verifyCompact("e".repeat(64_000_000), set), { ok: false, reason: "token_too_long" });
    assert.equal(memory(), before);
  });
});

describe("a header that is no header is refused", () => {
  const headers: [string, string | Uint8Array][] = [
    ["no JSON", "{"],
    ["nothing", ""],
    ["null", "null"],
    ["a number", "1"],
    ["a string", '"ES256"'],
    ["an array", '[{"alg":"ES256"}]'],
    ["an empty object", "{}"],
    ["alg null", '{"alg":null}'],
    ["alg a number", '{"alg":256}'],
    ["alg an array", '{"alg":["ES256"]}'],
    ["alg an object", '{"alg":{"toString":"ES256"}}'],
    ["two values", '{"alg":"ES256"} {"alg":"ES256"}'],
    ["a comment", '{"alg":"ES256"/**/}'],
    ["a trailing comma", '{"alg":"ES256",}'],
    ["single quotes", "{'alg':'ES256'}"],
    ["a byte order mark", '\ufeff{"alg":"ES256"}'],
    ["octets that are no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["an overlong encoding", new Uint8Array([0x7b, 0x22, 0xc1, 0xa1, 0x22, 0x3a, 0x31, 0x7d])],
    ["a lone surrogate by an escape", '{"alg":"ES256","x":"\\ud800"}'],
    ["a number beyond every double", '{"alg":"ES256","x":1e999}'],
    ["a hundred levels", `{"alg":"ES256","x":${"[".repeat(100)}${"]".repeat(100)}}`],
  ];
  for (const [name, header] of headers) {
    test(name, () => assertRefused(`${encoded(header)}.${encoded("{}")}.${"A".repeat(86)}`, set));
  }
});

describe("what is no JWK Set is refused", () => {
  const values: [string, unknown][] = [
    ["undefined", undefined],
    ["null", null],
    ["a number", 1],
    ["a string of a set", JSON.stringify(set)],
    ["a BigInt", 1n],
    ["a function", () => set],
    ["an array of keys", [published]],
    ["a key alone", published],
    ["an empty object", {}],
    ["keys null", { keys: null }],
    ["keys an object", { keys: { 0: published } }],
    ["a cyclic object", cyclic],
    ["a getter that throws", { get keys() { throw new Error("no"); } }],
    ["a toJSON that throws", { toJSON: () => { throw new Error("no"); } }],
    ["a toJSON that answers undefined", { toJSON: () => undefined }],
    ["a BigInt within", { keys: [{ ...published, exp: 1n }] }],
    ["an object whose every use throws", hostile],
    ["a revoked proxy", revoked.proxy],
    ["101 keys", { keys: Array.from({ length: 101 }, () => published) }],
    ["a hundred levels", { keys: [Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1)] }],
  ];
  for (const [name, value] of values) test(name, () => assertRefused(token, value));
});

describe("keys that are no keys are left out", () => {
  const junk: [string, unknown][] = [
    ["null", null],
    ["a number", 1],
    ["a string", "x"],
    ["an array", []],
    ["an empty object", {}],
    ["an unknown type", { kty: "X" }],
    ["a type that is no string", { kty: ["EC"] }],
    ["an unknown curve", { kty: "EC", crv: "secp256k1", x: published.x, y: published.y }],
    ["an encryption key", { ...published, use: "enc", kid: "other" }],
    ["a key that may not verify", { ...published, key_ops: ["encrypt"], kid: "other" }],
  ];
  for (const [name, key] of junk) {
    test(`${name} beside a good one does no harm`, async () =>
      assert.ok((await verifyCompact(token, { keys: [key as JsonWebKey, published] })).ok));
    test(`${name} alone verifies nothing`, () => assertRefused(token, { keys: [key] }));
  }
  test("no keys at all verify nothing", async () => assert.equal(await reasonOf(token, { keys: [] }), "no_matching_key"));
});

describe("a payload may be any octets", () => {
  const payloads: [string, Uint8Array][] = [
    ["none", new Uint8Array()],
    ["one zero", new Uint8Array(1)],
    ["all octets", Uint8Array.from({ length: 256 }, (_, octet) => octet)],
    ["octets that are no UTF-8", new Uint8Array([0xff, 0xfe, 0xc0])],
    ["four thousand octets", crypto.getRandomValues(new Uint8Array(4_000))],
  ];
  for (const [name, payload] of payloads) {
    test(name, async () => {
      const outcome = await verifyCompact(await signed(secret, payload), set);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.deepEqual(new Uint8Array(outcome.payload), payload);
    });
  }
});

describe("the header that comes back", () => {
  const text = '{"alg":"ES256","typ":"x","n":-1.5,"big":9007199254740993,"list":[1,null,true,{"a":"b"}],"__proto__":{"admin":true}}';
  test("is the signed one, member by member", async () => {
    const outcome = await verifyCompact(await signedVerbatim(secret, text, "{}"), set);
    assert.ok(outcome.ok, JSON.stringify(outcome));
    assert.deepEqual(outcome.header, JSON.parse(text));
  });
  test("has no prototype that the token chose", async () => {
    const chosen = '{"alg":"ES256","__proto__":{"admin":true}}';
    const outcome = await verifyCompact(await signedVerbatim(secret, chosen, "{}"), set);
    assert.ok(outcome.ok);
    assert.equal("admin" in outcome.header, false);
    assert.equal(Object.getPrototypeOf(outcome.header), Object.prototype);
  });
});

test("the object that was given is left as it was", async () => {
  const given = { keys: [Object.freeze({ ...published })], other: Object.freeze([1]) };
  const before = structuredClone(given);
  await verifyCompact(token, Object.freeze(given));
  assert.deepEqual(given, before);
});

test("a hundred at once do not disturb each other", async () => {
  const pairs = await Promise.all(Array.from({ length: 100 }, async (_, index) => [await signed(secret, `${index}`), index] as const));
  const outcomes = await Promise.all(pairs.map(([given]) => verifyCompact(given, set)));
  assert.deepEqual(outcomes.map((outcome) => outcome.ok && Buffer.from(outcome.payload).toString()), pairs.map(([, index]) => `${index}`));
});

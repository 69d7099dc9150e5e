/** THREATS B3 to B5: keys that are refused at import, each with its reason, though the token names them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";
import { freshKey } from "../support/demo.ts";
import { bigint, octets } from "../support/numbers.ts";
import { encoded, signed } from "../support/tokens.ts";

type Key = Record<string, unknown>;

const P256_PRIME = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;

const secrets = { ES256: await freshKey("ES256"), EdDSA: await freshKey("EdDSA"), RS256: await freshKey("RS256"), HS256: await freshKey("HS256") };
type Alg = keyof typeof secrets;

/** The good key for an algorithm, as a verifier holds it, without `use` and with what the test changes. */
function key(alg: Alg, changes: Key): Key {
  const { secret, published } = secrets[alg];
  const { use: _, ...good } = alg === "HS256" ? secret : published;
  return { ...good, ...changes };
}

async function reason(alg: Alg, changed: Key): Promise<string> {
  const token = await signed(secrets[alg].secret, "{}", { kid: undefined });
  const outcome = await verifyCompact(token, { keys: [changed as JsonWebKey] });
  return outcome.ok ? "verified" : outcome.reason;
}

for (const alg of Object.keys(secrets) as Alg[]) {
  test(`the unchanged key for ${alg} verifies`, async () => assert.equal(await reason(alg, key(alg, {})), "verified"));
}

const x = secrets.ES256.published.x ?? "";
const y = secrets.ES256.published.y ?? "";
const n = secrets.RS256.published.n ?? "";
const decoded = (text: string): Buffer => Buffer.from(text, "base64url");
const even = decoded(n);
even[255] = (even[255] ?? 0) & 0xfe;
const off = decoded(y);
off[31] = (off[31] ?? 0) ^ 1;

describe("the material of a key", () => {
  const cases: [string, Alg, Key, string][] = [
    ["a point off the curve", "ES256", { y: encoded(off) }, "key_point_not_on_curve"],
    ["coordinates exchanged", "ES256", { x: y, y: x }, "key_point_not_on_curve"],
    ["the point at infinity as zeros", "ES256", { x: encoded(Buffer.alloc(32)), y: encoded(Buffer.alloc(32)) }, "key_point_not_on_curve"],
    ["a coordinate that is the prime", "ES256", { x: encoded(octets(P256_PRIME, 32)) }, "key_point_not_canonical"],
    ["a coordinate of all ones", "ES256", { y: encoded(Buffer.alloc(32, 0xff)) }, "key_point_not_canonical"],
    ["a short coordinate", "ES256", { x: encoded(decoded(x).subarray(1)) }, "key_length"],
    ["a coordinate with a zero before it", "ES256", { x: encoded(Buffer.concat([Buffer.of(0), decoded(x)])) }, "key_length"],
    ["a padded coordinate", "ES256", { x: `${x}=` }, "key_encoding"],
    ["a coordinate that is a number", "ES256", { x: 1 }, "key_member_not_string"],
    ["no y", "ES256", { y: undefined }, "key_member_missing"],
    ["the point of another curve's name", "ES256", { crv: "P-384", alg: undefined }, "key_length"],
    ["secp256k1", "ES256", { crv: "secp256k1" }, "key_curve_unknown"],
    ["X25519", "EdDSA", { crv: "X25519" }, "key_curve_unknown"],
    ["Ed448", "EdDSA", { crv: "Ed448" }, "key_curve_unknown"],
    ["a short Ed25519 key", "EdDSA", { x: encoded(Buffer.alloc(31, 1)) }, "key_length"],
    ["an even modulus", "RS256", { n: encoded(even) }, "key_modulus_even"],
    ["a modulus with a zero before it", "RS256", { n: encoded(Buffer.concat([Buffer.of(0), decoded(n)])) }, "key_leading_zero"],
    ["a modulus of 2,047 bits", "RS256", { n: encoded(octets(bigint(decoded(n)) % 2n ** 2_046n + 2n ** 2_046n, 256)) }, "key_modulus_size"],
    ["a modulus past 8,192 bits", "RS256", { n: encoded(Buffer.alloc(1_025, 0xff)) }, "key_modulus_size"],
    ["an empty modulus", "RS256", { n: "" }, "key_leading_zero"],
    ["an exponent with a zero before it", "RS256", { e: "AAEAAQ" }, "key_leading_zero"],
    ["a secret of 31 octets", "HS256", { k: encoded(Buffer.alloc(31, 7)) }, "key_too_short"],
    ["an empty secret", "HS256", { k: "" }, "key_too_short"],
    ["no secret", "HS256", { k: undefined }, "key_member_missing"],
  ];
  for (const [name, alg, changes, expected] of cases) {
    test(name, async () => assert.equal(await reason(alg, key(alg, changes)), expected));
  }
});

describe("what a key says it is for", () => {
  const cases: [string, Alg, Key, string][] = [
    ["use enc", "ES256", { use: "enc" }, "key_use_not_signature"],
    ["use in upper case", "ES256", { use: "SIG" }, "key_use_not_signature"],
    ["use that is a list", "ES256", { use: ["sig"] }, "key_member_not_string"],
    ["key_ops that only sign", "ES256", { key_ops: ["sign"] }, "key_operation_missing"],
    ["key_ops empty", "ES256", { key_ops: [] }, "key_operation_missing"],
    ["key_ops that also encrypt", "ES256", { key_ops: ["verify", "encrypt"] }, "key_operations_mixed"],
    ["key_ops with one twice", "ES256", { key_ops: ["verify", "verify"] }, "key_operation_twice"],
    ["key_ops that is no list", "ES256", { key_ops: "verify" }, "key_operations_malformed"],
    ["key_ops of numbers", "ES256", { key_ops: [1] }, "key_operations_malformed"],
    ["alg of another curve", "ES256", { alg: "ES384" }, "key_algorithm_mismatch"],
    ["alg of another kind", "ES256", { alg: "RS256" }, "key_algorithm_mismatch"],
    ["alg HS256 on a public key", "RS256", { alg: "HS256" }, "key_algorithm_mismatch"],
    ["alg RS256 on a secret", "HS256", { alg: "RS256" }, "key_algorithm_mismatch"],
    ["alg of encryption", "RS256", { alg: "RSA-OAEP" }, "key_algorithm_unknown"],
    ["alg none", "ES256", { alg: "none" }, "key_algorithm_unknown"],
    ["a type in lower case", "ES256", { kty: "ec" }, "key_type_unknown"],
    ["a type that is missing", "ES256", { kty: undefined }, "key_member_missing"],
    ["a kid that is a number", "ES256", { kid: 7 }, "key_member_not_string"],
    ["a kid of 257 characters", "ES256", { kid: "k".repeat(257) }, "key_id_too_long"],
  ];
  for (const [name, alg, changes, expected] of cases) {
    test(`${name} is refused`, async () => assert.equal(await reason(alg, key(alg, changes)), expected));
  }
  test("use sig and key_ops verify are good", async () =>
    assert.equal(await reason("ES256", key("ES256", { use: "sig", key_ops: ["verify"] })), "verified"));
  test("key_ops of a key that may also sign are good", async () =>
    assert.equal(await reason("ES256", key("ES256", { key_ops: ["sign", "verify"] })), "verified"));
  test("certificates and addresses in a key are not looked at", async () =>
    assert.equal(await reason("ES256", key("ES256", { x5c: ["AA"], x5u: "https://evil.example", "x5t#S256": 1 })), "verified"));
  test("an RSA key for RS256 does not verify PS256", async () => {
    const { secret } = secrets.RS256;
    const token = await signed({ ...secret, alg: "PS256" }, "{}", { kid: undefined });
    const outcome = await verifyCompact(token, { keys: [key("RS256", {}) as JsonWebKey] });
    assert.equal(outcome.ok, false);
  });
  test("private members beside the public ones are not used against them", async () => {
    const other = await freshKey("ES256");
    assert.equal(await reason("ES256", key("ES256", { d: other.secret.d })), "verified");
  });
});

/** THREATS B1 to B4: signatures of the wrong form, or forged by arithmetic. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";
import { freshKey, type PrivateJwk } from "../support/demo.ts";
import { bigint, cubeRoot, octets } from "../support/numbers.ts";
import { encoded, signatureBy } from "../support/tokens.ts";

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const P384_ORDER = 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

async function inputOf(alg: string): Promise<{ key: PrivateJwk; published: JsonWebKey; input: string; signature: Uint8Array }> {
  const { secret: key, published } = await freshKey(alg);
  const input = `${encoded(JSON.stringify({ alg }))}.${encoded("{}")}`;
  return { key, published, input, signature: await signatureBy(key, input) };
}

async function outcome(input: string, signature: Uint8Array, published: JsonWebKey): Promise<string> {
  const verification = await verifyCompact(`${input}.${encoded(signature)}`, { keys: [published] });
  return verification.ok ? "verified" : verification.reason;
}

for (const [alg, order, width] of [["ES256", P256_ORDER, 32], ["ES384", P384_ORDER, 48]] as const) {
  describe(`B1: the two numbers of ${alg}`, async () => {
    const { published, input, signature } = await inputOf(alg);
    const r = bigint(signature.slice(0, width));
    const s = bigint(signature.slice(width));
    const of = (first: bigint, second: bigint): Promise<string> =>
      outcome(input, Buffer.concat([octets(first, width), octets(second, width)]), published);

    test("as signed verify", async () => assert.equal(await of(r, s), "verified"));
    for (const [name, bad] of [["0", 0n], ["n", order], ["n + 1", order + 1n], ["all ones", 2n ** BigInt(8 * width) - 1n]] as const) {
      test(`r = ${name} is out of range`, async () => assert.equal(await of(bad, s), "signature_out_of_range"));
      test(`s = ${name} is out of range`, async () => assert.equal(await of(r, bad), "signature_out_of_range"));
      test(`both ${name} are out of range`, async () => assert.equal(await of(bad, bad), "signature_out_of_range"));
    }
    test("r = s = 1 does not verify", async () => assert.equal(await of(1n, 1n), "signature_mismatch"));
    test("r = n - 1 does not verify", async () => assert.equal(await of(order - 1n, s), "signature_mismatch"));
    test("s = n - 1 does not verify", async () => assert.equal(await of(r, order - 1n), "signature_mismatch"));
    test("exchanged do not verify", async () => assert.equal(await of(s, r), "signature_mismatch"));
    test("B2: n - s in place of s verifies, as RFC 7518 has it", async () => assert.equal(await of(r, order - s), "verified"));
    for (const length of [0, 1, width, 2 * width - 1, 2 * width + 1, 4 * width]) {
      test(`in ${length} octets are refused by their length`, async () => {
        const given = Buffer.concat([signature, signature]).subarray(0, length);
        assert.equal(await outcome(input, given, published), length === 0 ? "signature_missing" : "signature_length");
      });
    }
    test("in DER are refused by their length", async () => assert.equal(await outcome(input, der(r, s), published), "signature_length"));
  });
}

describe("B3: Ed25519", async () => {
  const { published, input, signature } = await inputOf("EdDSA");
  const point = signature.slice(0, 32);
  const scalar = bigint(signature.slice(32).reverse());
  const of = (r: Uint8Array, s: bigint): Promise<string> =>
    outcome(input, Buffer.concat([r, octets(s, 32).reverse()]), published);

  test("as signed verifies", async () => assert.equal(await of(point, scalar), "verified"));
  test("s + L, the same number modulo L, is out of range", async () =>
    assert.equal(await of(point, scalar + ED25519_ORDER), "signature_out_of_range"));
  test("s = L is out of range", async () => assert.equal(await of(point, ED25519_ORDER), "signature_out_of_range"));
  test("s = 0 does not verify", async () => assert.notEqual(await of(point, 0n), "verified"));

  const SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  ];
  const NOT_CANONICAL = [
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  ];
  for (const hex of [...SMALL_ORDER, ...NOT_CANONICAL]) {
    const bad = Buffer.from(hex, "hex");
    test(`the point ${hex.slice(0, 8)}...${hex.slice(-2)} is no R`, async () =>
      assert.equal(await of(bad, 0n), "signature_point"));
    test(`the point ${hex.slice(0, 8)}...${hex.slice(-2)} is no key`, async () => {
      // With a key of small order, R = the neutral element and s = 0 verify over one message in eight.
      const key = { kty: "OKP", crv: "Ed25519", x: encoded(bad) };
      const neutral = Buffer.from(SMALL_ORDER[0] ?? "", "hex");
      const reason = await outcome(input, Buffer.concat([neutral, Buffer.alloc(32)]), key);
      assert.match(reason, /^key_point_/);
    });
  }
});

describe("B4: RSA", async () => {
  const { published, input, signature } = await inputOf("RS256");

  test("as signed verifies", async () => assert.equal(await outcome(input, signature, published), "verified"));
  for (const length of [1, 255, 257, 512]) {
    test(`a signature of ${length} octets is refused by its length`, async () => {
      const given = Buffer.concat([Buffer.alloc(256), signature, signature]).subarray(256, 256 + length);
      assert.equal(await outcome(input, given, published), "signature_length");
    });
  }
  for (const [name, more] of [["n", 0n], ["n + 1", 1n]] as const) {
    test(`s = ${name} is out of range`, async () => {
      const n = bigint(Buffer.from(published.n ?? "", "base64url"));
      assert.equal(await outcome(input, octets(n + more, 256), published), "signature_out_of_range");
    });
  }
  test("s = 0 and s = 1 do not verify", async () => {
    assert.equal(await outcome(input, octets(0n, 256), published), "signature_mismatch");
    assert.equal(await outcome(input, octets(1n, 256), published), "signature_mismatch");
  });
  test("an exponent of 1, under which the padding is its own signature, is refused", async () =>
    assert.equal(await outcome(input, padded(input, 256), { ...published, e: "AQ" }), "key_exponent"));
  for (const [name, e] of [["2", "Ag"], ["4", "BA"], ["2^33 + 1", "AgAAAAE"]]) {
    test(`an exponent of ${name} is refused`, async () =>
      assert.equal(await outcome(input, signature, { ...published, e } as JsonWebKey), "key_exponent"));
  }
  test("a forgery by a cube root, with junk behind the hash, does not verify under an exponent of 3", async () => {
    const start = Buffer.concat([Buffer.from("0001ffffffffffffffff00", "hex"), digestInfo(input)]);
    const goal = bigint(Buffer.concat([start, Buffer.alloc(256 - start.length, 0xff)]));
    const forged = cubeRoot(goal);
    assert.ok(octets(forged ** 3n, 256).subarray(0, start.length).equals(start), "the forgery is a good one");
    assert.equal(await outcome(input, octets(forged, 256), { ...published, e: "Aw" }), "signature_mismatch");
  });
  test("a modulus of 1,024 bits is refused", async () => {
    const pair = await crypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 1_024, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ["sign", "verify"],
    );
    const weak = await crypto.subtle.exportKey("jwk", pair.publicKey);
    const given = new Uint8Array(await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, Buffer.from(input)));
    assert.equal(await outcome(input, given, { kty: "RSA", n: weak.n, e: weak.e } as JsonWebKey), "key_modulus_size");
  });
  test("a signature by PSS is none by PKCS#1", async () => {
    const { key } = await inputOf("RS256");
    const pss = { ...key, alg: "PS256" };
    const { d: _, p: __, q: ___, dp: _4, dq: _5, qi: _6, ...half } = key;
    assert.equal(await outcome(input, await signatureBy(pss, input), half), "signature_mismatch");
  });
});

function der(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
    const positive = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(0x02, positive.length), positive]);
  };
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

function digestInfo(input: string): Buffer {
  const prefix = Buffer.from("3031300d060960864801650304020105000420", "hex");
  return Buffer.concat([prefix, createHash("sha256").update(input).digest()]);
}

/** EMSA-PKCS1-v1_5 of RFC 8017 section 9.2. */
function padded(input: string, length: number): Uint8Array {
  const info = digestInfo(input);
  return Buffer.concat([Buffer.of(0, 1), Buffer.alloc(length - info.length - 3, 0xff), Buffer.of(0), info]);
}

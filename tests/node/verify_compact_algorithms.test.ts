/** Which key verifies which algorithm (THREATS A2): the key decides, the header only chooses among what it permits. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";
import { freshKey, type PrivateJwk } from "../support/demo.ts";
import { encoded, signatureBy, signed, signedVerbatim } from "../support/tokens.ts";

const ALGORITHMS = ["HS256", "ES256", "ES384", "RS256", "PS256", "EdDSA"] as const;
type Algorithm = (typeof ALGORITHMS)[number];

const secrets = Object.fromEntries(
  await Promise.all(ALGORITHMS.map(async (alg) => [alg, (await freshKey(alg)).secret] as const)),
) as Record<Algorithm, PrivateJwk>;

/** What a verifier holds for an algorithm: the public half, or the shared secret. */
function verifying(alg: Algorithm, changes: Record<string, unknown> = {}): JsonWebKey {
  const { d: _, p: __, q: ___, dp: _4, dq: _5, qi: _6, ...rest } = secrets[alg];
  return { ...rest, ...changes } as JsonWebKey;
}

/** The same without what only names the key, so that nothing but its kind can decide. */
const unnamed = (alg: Algorithm): JsonWebKey => verifying(alg, { kid: undefined, alg: undefined, use: undefined });

const payload = JSON.stringify({ sub: "x" });

for (const alg of ALGORITHMS) {
  describe(alg, () => {
    test("as jose signs it verifies", async () => {
      const outcome = await verifyCompact(await signed(secrets[alg], payload), { keys: [verifying(alg)] });
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.equal(outcome.header.alg, alg);
    });
    test("verifies by a key without name, alg and use", async () =>
      assert.ok((await verifyCompact(await signed(secrets[alg], payload), { keys: [unnamed(alg)] })).ok));
    test("verifies without a kid in the token", async () =>
      assert.ok((await verifyCompact(await signed(secrets[alg], payload, { kid: undefined }), { keys: [verifying(alg)] })).ok));
    test("does not verify by another key of its kind", async () => {
      const other = (await freshKey(alg)).secret;
      const token = await signed({ ...other, kid: secrets[alg].kid }, payload);
      const outcome = await verifyCompact(token, { keys: [verifying(alg)] });
      // A signature under another RSA modulus can also be too large for this one.
      assert.match(outcome.ok ? "verified" : outcome.reason, /^signature_(?:mismatch|out_of_range)$/);
    });
    test("does not verify over another payload", async () => {
      const [header, , signature] = (await signed(secrets[alg], payload)).split(".");
      const outcome = await verifyCompact(`${header}.${encoded("{}")}.${signature}`, { keys: [verifying(alg)] });
      assert.equal(outcome.ok, false);
    });
    test("is not found by a kid that no key has, where every key has one", async () => {
      const token = await signed(secrets[alg], payload, { kid: "nobody" });
      assert.deepEqual(await verifyCompact(token, { keys: [verifying(alg)] }), { ok: false, reason: "no_matching_key" });
    });
    for (const claimed of ALGORITHMS.filter((other) => other !== alg)) {
      test(`signed as such does not verify when the header says ${claimed}`, async () => {
        const header = JSON.stringify({ alg: claimed });
        const token = await signedVerbatim(secrets[alg], header, payload);
        assert.equal((await verifyCompact(token, { keys: [unnamed(alg)] })).ok, false);
        assert.equal((await verifyCompact(token, { keys: ALGORITHMS.map(unnamed) })).ok, false);
      });
      test(`does not verify by a key whose alg says ${claimed}`, async () => {
        const token = await signed(secrets[alg], payload);
        assert.equal((await verifyCompact(token, { keys: [verifying(alg, { alg: claimed })] })).ok, false);
      });
    }
  });
}

describe("HS256 with what everybody knows as the secret (A2)", () => {
  const publicParts: [string, (alg: Algorithm) => string | Promise<string>][] = [
    ["the JWK as text", (alg) => JSON.stringify(verifying(alg))],
    ["the modulus, or the x coordinate", (alg) => verifying(alg).n ?? verifying(alg).x ?? ""],
    ["the PEM of the key", async (alg) => pem(alg)],
  ];
  for (const alg of ALGORITHMS.filter((candidate) => candidate !== "HS256")) {
    for (const [name, secretText] of publicParts) {
      test(`${name} of an ${alg} key does not verify`, async () => {
        const key = { kty: "oct", k: encoded(await secretText(alg)), alg: "HS256", kid: secrets[alg].kid } as PrivateJwk;
        const token = await signedVerbatim(key, JSON.stringify({ alg: "HS256", kid: key.kid }), payload);
        assert.equal((await verifyCompact(token, { keys: [verifying(alg)] })).ok, false);
        assert.equal((await verifyCompact(token, { keys: [unnamed(alg)] })).ok, false);
      });
    }
  }
});

describe("the two names of Ed25519 (RFC 9864)", () => {
  for (const [inHeader, inKey] of [["EdDSA", "Ed25519"], ["Ed25519", "EdDSA"], ["Ed25519", "Ed25519"], ["Ed25519", undefined]] as const) {
    test(`${inHeader} in the token and ${inKey} in the key are the same algorithm`, async () => {
      const token = await signed(secrets.EdDSA, payload, { alg: inHeader });
      const outcome = await verifyCompact(token, { keys: [verifying("EdDSA", { alg: inKey })] });
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.equal(outcome.header.alg, inHeader);
    });
  }
  for (const name of ["eddsa", "EDDSA", "ed25519", "Ed448", "EdDSA "]) {
    test(`${JSON.stringify(name)} is none of them`, async () => {
      const token = await signedVerbatim(secrets.EdDSA, JSON.stringify({ alg: name }), payload);
      assert.deepEqual(await verifyCompact(token, { keys: [unnamed("EdDSA")] }), { ok: false, reason: "algorithm_unknown" });
    });
  }
});

describe("an algorithm that is not among the six is refused by name", () => {
  for (const name of ["HS384", "HS512", "ES512", "ES256K", "RS384", "RS512", "PS384", "PS512", "RSA1_5", "dir", "hs256", "Rs256", "", "ES256\u0000"]) {
    test(JSON.stringify(name), async () => {
      const token = await signedVerbatim(secrets.ES256, JSON.stringify({ alg: name }), payload);
      assert.deepEqual(await verifyCompact(token, { keys: [unnamed("ES256")] }), { ok: false, reason: "algorithm_unknown" });
    });
  }
});

describe("several keys", () => {
  test("of one name are tried one after the other", async () => {
    const other = verifying("ES256", { ...(await freshKey("ES256")).published, kid: secrets.ES256.kid });
    const token = await signed(secrets.ES256, payload);
    assert.ok((await verifyCompact(token, { keys: [other, verifying("ES256")] })).ok);
  });
  test("without a name are tried for a token that names none", async () => {
    const others = await Promise.all([1, 2, 3].map(async () => ({ ...(await freshKey("ES256")).published, kid: undefined }) as unknown as JsonWebKey));
    const token = await signed(secrets.ES256, payload, { kid: undefined });
    assert.ok((await verifyCompact(token, { keys: [...others, unnamed("ES256")] })).ok);
  });
  test("are tried up to eight, so that a token cannot cost a hundred verifications", async () => {
    const others = await Promise.all(Array.from({ length: 8 }, async () => ({ ...(await freshKey("ES256")).published, kid: undefined }) as unknown as JsonWebKey));
    const token = await signed(secrets.ES256, payload, { kid: undefined });
    assert.equal((await verifyCompact(token, { keys: [...others, unnamed("ES256")] })).ok, false);
  });
  test("do not lend each other's algorithms", async () => {
    const input = `${encoded('{"alg":"ES256"}')}.${encoded(payload)}`;
    const token = `${input}.${encoded(await signatureBy(secrets.EdDSA, input))}`;
    assert.equal((await verifyCompact(token, { keys: ALGORITHMS.map(unnamed) })).ok, false);
  });
});

async function pem(alg: Algorithm): Promise<string> {
  const { createPublicKey } = await import("node:crypto");
  return createPublicKey({ key: verifying(alg) as never, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}

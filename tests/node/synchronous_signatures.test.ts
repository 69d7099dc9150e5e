/** In Node signatures are checked without leaving the thread, by OpenSSL: with the same outcome as by WebCrypto. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sign, verify } from "../../pkg/dist/signatures.js";
import { verifySynchronously } from "../../pkg/dist/synchronous.js";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]) };
const ALGORITHMS: [string, AlgorithmIdentifier][] = [
  ["ES256", { name: "ECDSA", namedCurve: "P-256" } as AlgorithmIdentifier],
  ["ES384", { name: "ECDSA", namedCurve: "P-384" } as AlgorithmIdentifier],
  ["EdDSA", "Ed25519"],
  ["RS256", RSA as AlgorithmIdentifier],
];

async function pair(algorithm: AlgorithmIdentifier): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}

const message = (seed: number): Uint8Array => new TextEncoder().encode(`message ${seed}`.repeat(1 + (seed % 40)));

for (const [algorithm, parameters] of ALGORITHMS) {
  describe(`a signature by ${algorithm}`, async () => {
    const [{ privateKey, publicKey }, other] = await Promise.all([pair(parameters), pair(parameters)]);
    const signature = await sign(privateKey, algorithm, message(1));
    const checks: [string, CryptoKey, Uint8Array, Uint8Array][] = [
      ["over another message", publicKey, message(2), signature],
      ["by another key", other.publicKey, message(1), signature],
      ["without its last octet", publicKey, message(1), signature.slice(0, -1)],
      ["with two octets more", publicKey, message(1), new Uint8Array([...signature, 0, 0])],
      ["of nothing but zeros", publicKey, message(1), new Uint8Array(signature.length)],
      ["of nothing but ones", publicKey, message(1), new Uint8Array(signature.length).fill(0xff)],
      ["that is empty", publicKey, message(1), new Uint8Array()],
    ];
    for (const [what, key, octets, given] of checks) {
      test(`${what} is refused`, () => assert.equal(verifySynchronously(key, algorithm, octets, given), false));
    }

    test("is right where WebCrypto says so, whatever its numbers begin with", async () => {
      const half = signature.length / 2;
      let short = 0;
      for (let seed = 0; short < (algorithm.startsWith("ES") ? 2 : 0) || seed < 20; seed += 1) {
        const made = await sign(privateKey, algorithm, message(seed));
        if (made[0] !== 0 && made[half] !== 0 && seed >= 20) continue;
        short += Number(made[0] === 0 || made[half] === 0);
        assert.equal(verifySynchronously(publicKey, algorithm, message(seed), made), true);
        const changed = made.with(seed % made.length, (made[seed % made.length] ?? 0) ^ 1);
        const verdict = await verify(publicKey, algorithm, message(seed), changed);
        assert.equal(verifySynchronously(publicKey, algorithm, message(seed), changed), verdict);
        assert.equal(verdict, false);
      }
    });
  });
}

test("PS256 is left to WebCrypto", async () => {
  const { publicKey } = await pair({ ...RSA, name: "RSA-PSS" } as AlgorithmIdentifier);
  assert.equal(verifySynchronously(publicKey, "PS256", message(1), new Uint8Array(256)), undefined);
});

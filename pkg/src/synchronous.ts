/**
 * Checking signatures without leaving the thread, for Node: WebCrypto hands each one to another thread there, which takes
 * longer than the check.
 */
import { KeyObject, verify } from "node:crypto";
import type { VerifySynchronously } from "./signatures.ts";

const keys = new WeakMap<CryptoKey, KeyObject>();

export const verifySynchronously: VerifySynchronously = (key, algorithm, message, signature) => {
  switch (algorithm) {
    case "ES256":
      return verify("sha256", message, keyObject(key), derSignature(signature));
    case "ES384":
      return verify("sha384", message, keyObject(key), derSignature(signature));
    case "RS256":
      return verify("sha256", message, keyObject(key), signature);
    case "EdDSA":
      return verify(null, message, keyObject(key), signature);
    default:
      return undefined;
  }
};

function keyObject(key: CryptoKey): KeyObject {
  let known = keys.get(key);
  if (known === undefined) {
    known = KeyObject.from(key as Parameters<typeof KeyObject.from>[0]);
    keys.set(key, known);
  }
  return known;
}

/** The two numbers of an ECDSA signature, which JWS puts one behind the other (RFC 7518 section 3.4), as OpenSSL reads them. */
function derSignature(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2;
  const numbers = [derInteger(signature.subarray(0, half)), derInteger(signature.subarray(half))];
  const length = numbers.reduce((sum, number) => sum + number.length, 0);
  const sequence = new Uint8Array(2 + length);
  sequence.set([0x30, length]);
  let at = 2;
  for (const number of numbers) {
    sequence.set(number, at);
    at += number.length;
  }
  return sequence;
}

/** A positive integer in DER: no leading zeros but the one that says so. A sum of two stays below 128 octets. */
function derInteger(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) {
    start += 1;
  }
  const digits = octets.subarray(start);
  const sign = (digits[0] ?? 0) >= 0x80 ? 1 : 0;
  const integer = new Uint8Array(2 + sign + digits.length);
  integer.set([0x02, sign + digits.length]);
  integer.set(digits, 2 + sign);
  return integer;
}

/** The raw signature operations, done by the host's WebCrypto with keys that cannot be exported. */

interface Operation {
  readonly key: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams | HmacImportParams;
  readonly signature: AlgorithmIdentifier | EcdsaParams | RsaPssParams;
}

/** By JWS algorithm, as the core names it. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  HS256: { key: { name: "HMAC", hash: "SHA-256" }, signature: { name: "HMAC" } },
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, signature: { name: "ECDSA", hash: "SHA-256" } },
  ES384: { key: { name: "ECDSA", namedCurve: "P-384" }, signature: { name: "ECDSA", hash: "SHA-384" } },
  RS256: { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, signature: { name: "RSASSA-PKCS1-v1_5" } },
  PS256: { key: { name: "RSA-PSS", hash: "SHA-256" }, signature: { name: "RSA-PSS", saltLength: 32 } },
  EdDSA: { key: { name: "Ed25519" }, signature: { name: "Ed25519" } },
};

/** The members that make up a key; names and purposes are the core's business, which has checked them. */
const KEY_MEMBERS = ["kty", "crv", "x", "y", "n", "e", "d", "p", "q", "dp", "dq", "qi", "k"] as const;

/** Imports a JWK for one algorithm and one usage. */
export async function importKey(jwk: JsonWebKey, algorithm: string, usage: "sign" | "verify"): Promise<CryptoKey> {
  const operation = operationOf(algorithm);
  const material: JsonWebKey = {};
  for (const member of KEY_MEMBERS) {
    if (jwk[member] !== undefined) {
      material[member] = jwk[member];
    }
  }
  // Node wants to be able to take a key over that is used in the thread, and a public key is no secret.
  const isPublic = usage === "verify" && material.kty !== "oct";
  return crypto.subtle.importKey("jwk", material, operation.key, isPublic, [usage]);
}

/** A fresh private key as a JWK, JSON text: the core seals it, and nobody else sees it. */
export async function generateKey(algorithm: string): Promise<string> {
  const rsa = { modulusLength: 2_048, publicExponent: new Uint8Array([1, 0, 1]) };
  const parameters = operationOf(algorithm).key as EcKeyAlgorithm;
  const pair = (await crypto.subtle.generateKey(algorithm.startsWith("RS") ? { ...parameters, ...rsa } : parameters, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  return JSON.stringify(await crypto.subtle.exportKey("jwk", pair.privateKey));
}

/** Whether `signature` over `message` is by `key`. */
export async function verify(
  key: CryptoKey,
  algorithm: string,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return crypto.subtle.verify(operationOf(algorithm).signature, key, octets(signature), octets(message));
}

/** The signature over `message`, in the form that JWS carries. */
export async function sign(key: CryptoKey, algorithm: string, message: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(operationOf(algorithm).signature, key, octets(message)));
}

/**
 * Whether `signature` over `message` is by `key`, without leaving the thread; `undefined` where that is left to
 * {@link verify}.
 */
export type VerifySynchronously = (
  key: CryptoKey,
  algorithm: string,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | undefined;

/** Whether an error of WebCrypto says that this host lacks the algorithm, rather than that the input is wrong. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === "NotSupportedError";
}

function operationOf(algorithm: string): Operation {
  const operation = OPERATIONS[algorithm];
  if (operation === undefined) {
    throw new TypeError(`no operation for algorithm ${algorithm}`);
  }
  return operation;
}

/** The core hands out copies, never views of shared memory. */
function octets(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

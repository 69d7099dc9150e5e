/** The signature of a token between the core, which says what is to be checked by which key, and the platform, which does it. */
import type { ImportedKey, LoadedTenant } from "./configuration.ts";
import type { CoreExports } from "./instance.ts";
import { importKey, verify } from "./signatures.ts";

/** Keys that are kept as the platform imported them: other issuers change theirs as often as they like. */
const MAX_IMPORTED_KEYS = 1_000;

/** A signature that is to be checked. */
export interface SignatureCheck {
  type: "signature";
  /** To be given back with the verdict. */
  ticket: number;
  key: ImportedKey | KeyToImport;
  message: Uint8Array;
  signature: Uint8Array;
}

/** A key that is not imported yet. */
interface KeyToImport {
  /** Under which it is kept. */
  name: number | string;
  /** Algorithm and JWK, with a space between. */
  jwk: string;
}

/** The signature that is to be checked. Asking for the key may let the memory grow, so the octets are looked for last. */
export function signatureCheck({ memory }: CoreExports, { handle, keys }: LoadedTenant): SignatureCheck {
  const { ticket } = handle;
  const number = handle.checkKeyNumber();
  const name = number < 0 ? handle.checkKey() : number;
  const key = keys.get(name) ?? { name, jwk: handle.checkKey() };
  const messageLength = handle.messageLength();
  const length = messageLength + handle.signatureLength();
  // A copy, because another request's step may come before it is looked at.
  const octets = new Uint8Array(memory.buffer, handle.checkAddress(), length).slice();
  return { type: "signature", ticket, key, message: octets.subarray(0, messageLength), signature: octets.subarray(messageLength) };
}

/** Whether the signature is right; `later` where that is left to {@link checked}. */
export function checkedNow({ instance }: LoadedTenant, { key, message, signature }: SignatureCheck): boolean | "later" {
  return "jwk" in key
    ? "later"
    : (instance.verifySynchronously?.(key.cryptoKey, key.algorithm, message, signature) ?? "later");
}

/** Whether the signature is right. */
export async function checked(tenant: LoadedTenant, check: SignatureCheck): Promise<boolean> {
  const { message, signature } = check;
  if ("jwk" in check.key) {
    const key = await imported(tenant, check.key);
    const verdict = checkedNow(tenant, { ...check, key });
    return verdict === "later" ? verify(key.cryptoKey, key.algorithm, message, signature) : verdict;
  }
  return verify(check.key.cryptoKey, check.key.algorithm, message, signature);
}

async function imported({ keys }: LoadedTenant, { name, jwk }: KeyToImport): Promise<ImportedKey> {
  const space = jwk.indexOf(" ");
  const algorithm = jwk.slice(0, space);
  const cryptoKey = await importKey(JSON.parse(jwk.slice(space + 1)) as JsonWebKey, algorithm, "verify");
  if (keys.size >= MAX_IMPORTED_KEYS) {
    keys.clear();
  }
  const key = { algorithm, cryptoKey };
  keys.set(name, key);
  return key;
}

/** Signatures of others. */
import type { Effect } from "../../wasm/full_types.js";
import type { Reply } from "../exchange.ts";
import { importKey, isUnsupported, verify } from "../signatures.ts";

/** Checks a signature by a key given as JWK. A key that the host cannot import verifies nothing. */
export async function performVerify(effect: Effect & { type: "verify" }): Promise<Reply> {
  let key: CryptoKey;
  try {
    key = await importKey(effect.jwk, effect.algorithm, "verify");
  } catch (error) {
    return isUnsupported(error) ? { type: "unsupported" } : { type: "verdict", verified: false };
  }
  return { type: "verdict", verified: await verify(key, effect.algorithm, effect.message, effect.signature) };
}

/** Private keys as the platform imported them. */
import { log } from "../log.ts";
import { importKey } from "../signatures.ts";

/** Keys are not extractable, and kept while the secret that held them is the same. */
export class Signers {
  #secretKeys: string | undefined;
  readonly #keys = new Map<string, CryptoKey>();

  /** The key `kid` of the JWK Set `secretKeys`; `undefined` where it has none. */
  async key(secretKeys: string | undefined, kid: string, algorithm: string): Promise<CryptoKey | undefined> {
    if (secretKeys === undefined) {
      log({ event: "no_signing_keys", hint: "the secret `SIGNING_KEYS` is not set" });
      return undefined;
    }
    if (this.#secretKeys !== secretKeys) {
      this.#secretKeys = secretKeys;
      this.#keys.clear();
    }
    const known = this.#keys.get(kid);
    if (known !== undefined) {
      return known;
    }
    const { keys } = JSON.parse(secretKeys) as { keys: (JsonWebKey & { kid?: string })[] };
    const jwk = keys.find((candidate) => candidate.kid === kid);
    if (jwk === undefined) {
      log({ event: "no_signing_key", kid });
      return undefined;
    }
    const key = await importKey(jwk, algorithm, "sign");
    // The secret may have been replaced meanwhile; this request goes on with the one it began with.
    if (this.#secretKeys === secretKeys) {
      this.#keys.set(kid, key);
    }
    return key;
  }
}

/** Private keys as the platform imported them. */
import { log } from "../log.ts";
import { importKey } from "../signatures.ts";

/** Keys are not extractable. Those of the secret are kept while it is the same. */
export class Signers {
  #secretKeys: string | undefined;
  readonly #keys = new Map<string, CryptoKey>();
  readonly #adopted = new Map<string, CryptoKey>();

  /** The key `kid`: one that the directory handed over, or of the JWK Set `secretKeys`; `undefined` for neither. */
  async key(secretKeys: string | undefined, kid: string, algorithm: string): Promise<CryptoKey | undefined> {
    const adopted = this.#adopted.get(kid);
    if (adopted !== undefined || secretKeys === undefined) {
      return adopted;
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

  /** Takes over a private key that the core has opened. Its `kid` is random, so no two tenants have the same. */
  async adopt(kid: string, algorithm: string, jwk: string): Promise<void> {
    this.#adopted.set(kid, await importKey(JSON.parse(jwk) as JsonWebKey, algorithm, "sign"));
  }
}

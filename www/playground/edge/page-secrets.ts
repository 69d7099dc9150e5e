/** Secrets of this page: a signing key and client secrets, made when it opens, gone when it closes, shown to nobody. */

import { base64url, encoded, randomText } from "../tokens/base64url.ts";

/** Fills `${SECRET_HASH:id}` and `${SIGNING_KEYS}` of a document, keeping its lines where they are. */
export class PageSecrets {
  readonly #secrets = new Map<string, string>();
  readonly #hash: (secret: string) => string;
  readonly #publicKeys: string;
  /** The private JWK Set in JSON, for the issuer's option `secretKeys`. */
  readonly signingKeys: string;
  readonly kid: string;
  readonly #key: CryptoKey;

  private constructor(hash: (secret: string) => string, kid: string, key: CryptoKey, jwk: JsonWebKey) {
    const { kty, crv, x, y, d } = jwk;
    const publicJwk = { kty, crv, x, y, kid, alg: "ES256", use: "sig" };
    this.#hash = hash;
    this.#key = key;
    this.kid = kid;
    this.#publicKeys = JSON.stringify([{ state: "current", jwk: publicJwk }]);
    this.signingKeys = JSON.stringify({ keys: [{ kty, crv, x, y, d, kid, alg: "ES256" }] });
  }

  /** `hash` is the core's, so that secrets stand in documents the way it reads them. */
  static async make(hash: (secret: string) => string): Promise<PageSecrets> {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
    const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
    return new PageSecrets(hash, `page-${randomText(4)}`, pair.privateKey, jwk);
  }

  /** The secret of a client, made when it is first asked for. */
  of(clientId: string): string {
    const known = this.#secrets.get(clientId);
    if (known !== undefined) {
      return known;
    }
    const secret = randomText(32);
    this.#secrets.set(clientId, secret);
    return secret;
  }

  /** The document as it can be published. */
  fillIn(document: string): string {
    return document
      .replaceAll(/\$\{SECRET_HASH:([A-Za-z0-9._~-]+)\}/g, (_, clientId: string) => this.#hash(this.of(clientId)))
      .replaceAll('"${SIGNING_KEYS}"', () => this.#publicKeys);
  }

  /** A compact JWS with the key of this page. */
  async sign(header: object, payload: object): Promise<string> {
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`;
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, this.#key, new TextEncoder().encode(input));
    return `${input}.${encoded(new Uint8Array(signature))}`;
  }
}

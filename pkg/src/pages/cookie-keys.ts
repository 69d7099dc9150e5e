/** Seals what the cookies of gated pages hold: AES-GCM under a key that HKDF derives from the deployment's secret. */
import { Misconfigured } from "../options.ts";

/** Separates this derivation from any other use of the same secret, and its form from later ones. */
const PURPOSE = new TextEncoder().encode("audgate/page-cookie/1");
const NONCE_LENGTH = 12;
/** Of 32 random octets fewer differ about once in 10^14 times. */
const LEAST_DIFFERENT_OCTETS = 16;

interface CookieKey {
  readonly version: string;
  readonly key: CryptoKey;
}

/** The keys that one or two versions of a secret give: the newest seals, both open. */
export class CookieKeys {
  readonly #keys: readonly CookieKey[];

  private constructor(keys: readonly CookieKey[]) {
    this.#keys = keys;
  }

  /** Throws where `secret` is none, or none that was drawn at random. */
  static async of(secret: string | undefined): Promise<CookieKeys> {
    const versions = secret?.split(" ") ?? [];
    const keys = await Promise.all(versions.map(derived));
    if (keys.length === 0 || keys.length > 2 || new Set(keys.map(({ version }) => version)).size < keys.length) {
      throw misconfigured();
    }
    return new CookieKeys(keys);
  }

  async seal(context: string, text: string): Promise<string> {
    const { version, key } = this.#keys[0] as CookieKey;
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
    const sealed = new Uint8Array(await crypto.subtle.encrypt(bound(nonce, version, context), key, encoded(text)));
    const octets = new Uint8Array(nonce.length + sealed.length);
    octets.set(nonce);
    octets.set(sealed, nonce.length);
    return `${version}.${base64url(octets)}`;
  }

  /** What was sealed for the same context under a key that is still here; nothing else opens, and why is told to nobody. */
  async open(context: string, sealed: string): Promise<string | null> {
    const [, version, text] = /^(\d{1,3})\.([\w-]+)$/.exec(sealed) ?? [];
    const key = this.#keys.find((candidate) => candidate.version === version)?.key;
    const octets = fromBase64url(text ?? "");
    if (key === undefined || version === undefined || octets === undefined || octets.length <= NONCE_LENGTH) {
      return null;
    }
    try {
      const parameters = bound(octets.subarray(0, NONCE_LENGTH), version, context);
      return new TextDecoder().decode(await crypto.subtle.decrypt(parameters, key, octets.subarray(NONCE_LENGTH)));
    } catch {
      return null;
    }
  }
}

/** The key of one version of a secret: `{version}:{43 characters of base64url}`, as `npx audgate master-key` prints it. */
async function derived(secret: string): Promise<CookieKey> {
  const [, version, text] = /^([1-9]\d{0,2}):([\w-]{43})$/.exec(secret) ?? [];
  const octets = fromBase64url(text ?? "");
  if (version === undefined || octets === undefined || new Set(octets).size < LEAST_DIFFERENT_OCTETS) {
    throw misconfigured();
  }
  const material = await crypto.subtle.importKey("raw", octets, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: PURPOSE };
  const key = await crypto.subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return { version, key };
}

/** A cookie opens as what it was sealed for, and under the version that it names. */
function bound(nonce: Uint8Array<ArrayBuffer>, version: string, context: string): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: encoded(`${version}\n${context}`) };
}

function misconfigured(): Misconfigured {
  return new Misconfigured(
    "gated pages need the secret `GATE_COOKIE_SECRET`: one or two versions, newest first, as `npx audgate master-key` prints them",
  );
}

function encoded(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

function base64url(octets: Uint8Array): string {
  return btoa(String.fromCharCode(...octets)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

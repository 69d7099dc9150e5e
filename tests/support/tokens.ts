/** Access tokens as `jose` makes them, with the demo's claims: good ones, and others that a test makes bad. */
import { randomUUID } from "node:crypto";
import { CompactSign, importJWK, type CompactJWSHeaderParameters } from "jose";
import type { PrivateJwk } from "./demo.ts";

/** Claims by name. `undefined` leaves one out. */
export type Claims = Record<string, unknown>;

/** When a token begins and how long it lives, in seconds. */
const LIFETIME = 300;

/** The claims of a client's token for a resource of the demo at `origin`. */
export function clientClaims(origin: string, resource: string, scope: string, others: Claims = {}): Claims {
  return { ...common(origin, resource, scope), sub: "orders-backend", client_id: "orders-backend", app_id: "shop", ...others };
}

/** The claims of a user's token, obtained through the client `shop-viewer` of the application `shop`. */
export function userClaims(origin: string, resource: string, scope: string, user: string, others: Claims = {}): Claims {
  const session = { sid: "session-1", auth_time: seconds(), amr: ["mail"] };
  return { ...common(origin, resource, scope), sub: user, client_id: "shop-viewer", app_id: "shop", ...session, ...others };
}

function common(origin: string, resource: string, scope: string): Claims {
  const now = seconds();
  return { iss: origin, aud: `${origin}/demo/${resource}`, exp: now + LIFETIME, iat: now, jti: randomUUID(), scope, tid: "demo" };
}

/** Signs `claims` as an access token; `header` adds to the protected header or replaces its members. */
export async function signed(
  key: PrivateJwk,
  claims: Claims | string | Uint8Array,
  header: Claims = {},
): Promise<string> {
  const payload = claims instanceof Uint8Array ? claims : new TextEncoder().encode(textOf(claims));
  const { alg, kid } = key;
  const complete = { alg, typ: "at+jwt", kid, ...header } as unknown as CompactJWSHeaderParameters;
  return new CompactSign(payload).setProtectedHeader(complete).sign(await importJWK(key, complete.alg));
}

/** A compact JWS of any header text and payload whatever, with a signature by `key` that is right for both. */
export async function signedVerbatim(key: PrivateJwk, header: string | Uint8Array, payload: string | Uint8Array): Promise<string> {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${encoded(await signatureBy(key, input))}`;
}

/** The signature over `input` by the algorithm that `key` is for. */
export async function signatureBy(key: PrivateJwk, input: string): Promise<Uint8Array> {
  const imported = await importJWK(key, key.alg);
  const { subtle } = crypto;
  if (imported instanceof Uint8Array) {
    const secret = await subtle.importKey("raw", imported as BufferSource, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", secret, Buffer.from(input)));
  }
  const parameters = SIGNATURES[key.alg] ?? imported.algorithm.name;
  return new Uint8Array(await subtle.sign(parameters, imported, Buffer.from(input)));
}

const SIGNATURES: Record<string, EcdsaParams | RsaPssParams> = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  ES384: { name: "ECDSA", hash: "SHA-384" },
  PS256: { name: "RSA-PSS", saltLength: 32 },
};

/** Base64url without padding. */
export function encoded(part: string | Uint8Array): string {
  return Buffer.from(part as string).toString("base64url");
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Claims;
}

/** The protected header of a token, unverified. */
export function headerOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as Claims;
}

/** Now, in seconds since the Unix epoch. */
export function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}

function textOf(claims: Claims | string): string {
  return typeof claims === "string" ? claims : JSON.stringify(claims);
}

/** Access tokens of virtual time, and what looks like them. They are signed at once: there are many of them. */
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { freshKey, type PrivateJwk } from "../support/demo.ts";
import { encoded } from "../support/tokens.ts";

export const ORIGIN = "http://localhost:8787";

export interface Minted {
  readonly text: string;
  readonly jti: string;
  /** In seconds since the Unix epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Whom a token is for: a user who came through a client. */
export interface Holder {
  readonly user: string;
  readonly client: string;
  readonly sid: string;
  readonly gid: string;
}

/** Somebody else's key. */
const foreign = (await freshKey("ES256")).secret;
const imported = new WeakMap<PrivateJwk, KeyObject>();

/** A token for the orders, issued at `at`. */
export function minted(key: PrivateJwk, { user, client, sid, gid }: Holder, jti: string, at: number, lifetime = 3_600): Minted {
  const claims = {
    ...{ iss: ORIGIN, aud: `${ORIGIN}/demo/orders`, iat: at, exp: at + lifetime, jti, scope: "orders:read", tid: "demo" },
    ...{ sub: user, client_id: client, app_id: "shop", sid, gid, auth_time: at, amr: ["mail"] },
  };
  return { text: signedBy(key, claims), jti, issuedAt: at, expiresAt: at + lifetime };
}

/** Tokens that nobody may be admitted by, at `now`. */
export const HOSTILE: Record<string, (key: PrivateJwk, now: number) => string> = {
  forged: (key, now) => signedBy({ ...foreign, kid: key.kid }, claims(now)),
  unsigned: (key, now) => `${signedBy(key, claims(now), { alg: "none" }).split(".").slice(0, 2).join(".")}.`,
  unknown_key: (_, now) => signedBy(foreign, claims(now)),
  other_tenant: (key, now) => signedBy(key, { ...claims(now), tid: "other" }),
  other_issuer: (key, now) => signedBy(key, { ...claims(now), iss: "http://localhost:8788" }),
  expired: (key, now) => signedBy(key, { ...claims(now - 400), exp: now - 11 }),
  other_resource: (key, now) => signedBy(key, { ...claims(now), aud: `${ORIGIN}/demo/payments` }),
  truncated: (key, now) => signedBy(key, claims(now)).slice(0, -2),
};

function claims(now: number): Record<string, unknown> {
  const names = { sub: "mallory", client_id: "shop-web", app_id: "shop", sid: "s-mallory", gid: "g-mallory" };
  const common = { iss: ORIGIN, aud: `${ORIGIN}/demo/orders`, iat: now, exp: now + 300, jti: `m-${now}`, tid: "demo" };
  return { ...common, ...names, scope: "orders:read orders:cancel", auth_time: now, amr: ["mail"] };
}

function signedBy(key: PrivateJwk, claims: object, header: object = {}): string {
  const input = `${encoded(JSON.stringify({ alg: key.alg, typ: "at+jwt", kid: key.kid, ...header }))}.${encoded(JSON.stringify(claims))}`;
  const signer = imported.get(key) ?? createPrivateKey({ key: { ...key }, format: "jwk" });
  imported.set(key, signer);
  return `${input}.${encoded(sign("sha256", Buffer.from(input), { key: signer, dsaEncoding: "ieee-p1363" }))}`;
}

/** Tokens as the visitor looks at them, and spoils them. What they are worth is the gate's to say. */
import { base64url, decoded } from "./base64url.ts";

/** The claims of an access token that the page reads; the others are shown as they are. */
export interface Claims extends Record<string, unknown> {
  iss: string;
  sub: string;
  aud: string;
  exp: number;
  iat: number;
  client_id: string;
  scope?: string;
}

export interface Token {
  encoded: string;
  header: Record<string, unknown>;
  claims: Claims;
}

/** Reads a token that this page has just made. */
export function decode(encoded: string): Token {
  const [header, payload] = encoded.split(".").slice(0, 2).map(part);
  return { encoded, header: header as Token["header"], claims: payload as Claims };
}

/** The token with more scopes than it was given, under the signature that it had. */
export function tampered(token: Token, wanted: string[]): Token {
  const scope = [...new Set([...(token.claims.scope ?? "").split(" ").filter(Boolean), ...wanted, "everything"])].join(" ");
  const claims = { ...token.claims, scope };
  const [header, , signature] = token.encoded.split(".");
  return { ...token, claims, encoded: `${header}.${base64url(JSON.stringify(claims))}.${signature}` };
}

function part(text: string): unknown {
  return JSON.parse(new TextDecoder().decode(decoded(text)));
}

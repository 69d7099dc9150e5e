/** Requests of all kinds at the demo's gate, and what is decided about each: any way in has to decide alike. */
import { signingKey } from "./demo.ts";
import { type Claims, clientClaims, signed, userClaims } from "./tokens.ts";

export interface RequestRow {
  /** As it stands on the wire. */
  path: string;
  method?: string;
  /** Another one at each call, so that nobody has seen it before. */
  token?: () => Promise<string>;
  /** Header fields as they stand on the wire. */
  fields?: string[];
  /** `allow`, `respond` or the reason of the refusal. */
  outcome: string;
}

const SHOP = "Origin: https://shop.example";

/** By name; for the demo at `origin`, at `now` seconds since the Unix epoch. */
export function requestTable(origin: string, now: number): Record<string, RequestRow> {
  const client = (resource: string, scope: string, claims: Claims = {}, alg = "ES256") => (): Promise<string> =>
    signed(signingKey(alg), clientClaims(origin, resource, scope, claims));
  const user = (resource: string, scope: string, name: string, claims: Claims = {}, alg = "EdDSA") => (): Promise<string> =>
    signed(signingKey(alg), userClaims(origin, resource, scope, name, claims));
  const orders = client("orders", "orders:read");

  return {
    "a client that views an order": { path: "/demo/orders/42", token: orders, outcome: "allow" },
    "the order of a query": { path: "/demo/orders/42?full=1&x=%20y", token: orders, outcome: "allow" },
    "the resource itself": { path: "/demo/orders", token: orders, outcome: "allow" },
    "the resource with a slash": { path: "/demo/orders/", token: orders, outcome: "allow" },
    "a client that may cancel": { path: "/demo/orders/42", method: "DELETE", token: client("orders", "orders:read orders:cancel"), outcome: "allow" },
    "a client that may not": { path: "/demo/orders/42", method: "DELETE", token: orders, outcome: "insufficient_scope" },
    "a method without a rule": { path: "/demo/orders/42", method: "POST", token: orders, outcome: "no_rule" },
    "a method that nobody knows": { path: "/demo/orders/42", method: "PROPFIND", token: orders, outcome: "no_rule" },
    "no token": { path: "/demo/orders/42", outcome: "no_token" },
    "another scheme": { path: "/demo/orders/42", fields: ["Authorization: Basic b3JkZXJzOng="], outcome: "no_token" },
    "no token after the scheme": { path: "/demo/orders/42", fields: ["Authorization: Bearer"], outcome: "malformed_credentials" },
    "two tokens": { path: "/demo/orders/42", fields: ["Authorization: Bearer a b"], outcome: "malformed_credentials" },
    "text that is no token": { path: "/demo/orders/42", fields: ["Authorization: Bearer abc"], outcome: "not_three_parts" },
    "a token of another resource": { path: "/demo/payments/7", token: orders, outcome: "audience_mismatch" },
    "a token of another issuer": { path: "/demo/orders/42", token: client("orders", "orders:read", { iss: "https://evil.example" }), outcome: "issuer_mismatch" },
    "a token of another tenant": { path: "/demo/orders/42", token: client("orders", "orders:read", { tid: "other" }), outcome: "tenant_mismatch" },
    "a list of audiences": { path: "/demo/orders/42", token: client("orders", "orders:read", { aud: ["a", "b"] }), outcome: "malformed_claim" },
    "an expired token": { path: "/demo/orders/42", token: client("orders", "orders:read", { iat: now - 400, exp: now - 100 }), outcome: "expired" },
    "a token from the future": { path: "/demo/orders/42", token: client("orders", "orders:read", { iat: now + 100, exp: now + 300 }), outcome: "not_yet_valid" },
    "a token that lives too long": { path: "/demo/orders/42", token: client("orders", "orders:read", { exp: now + 90_000_000 }), outcome: "lifetime_exceeded" },
    "a token without identifier": { path: "/demo/orders/42", token: client("orders", "orders:read", { jti: undefined }), outcome: "missing_claim" },
    "a token bound to a key": { path: "/demo/orders/42", token: client("orders", "orders:read", { cnf: { jkt: "x" } }), outcome: "possession_not_proved" },
    "a token whose signature is another's": {
      path: "/demo/orders/42",
      token: async () => `${(await orders()).split(".").slice(0, 2).join(".")}.${(await orders()).split(".")[2]}`,
      outcome: "signature_mismatch",
    },
    "an unknown key": {
      path: "/demo/orders/42",
      token: () => signed(signingKey("ES256"), clientClaims(origin, "orders", "orders:read"), { kid: "nobody" }),
      outcome: "unknown_key",
    },
    "an ID token": {
      path: "/demo/orders/42",
      token: () => signed(signingKey("ES256"), clientClaims(origin, "orders", "orders:read"), { typ: "JWT" }),
      outcome: "not_an_access_token",
    },
    "a token signed with EdDSA": { path: "/demo/orders/42", token: client("orders", "orders:read", {}, "EdDSA"), outcome: "allow" },
    "a token signed with RS256": { path: "/demo/orders/42", token: client("orders", "orders:read", {}, "RS256"), outcome: "allow" },
    "a user at its own profile": { path: "/demo/profile/users/ada", token: user("profile", "profile:read", "ada"), outcome: "allow" },
    "a user at another's": { path: "/demo/profile/users/grace", token: user("profile", "profile:read", "ada"), outcome: "wrong_subject" },
    "a user where clients go": { path: "/demo/profile/apps/shop", token: user("profile", "profile:read", "ada"), outcome: "wrong_subject_kind" },
    "a client where users go": { path: "/demo/profile/users/ada", token: client("profile", "profile:read"), outcome: "wrong_subject_kind" },
    "management anywhere": { path: "/demo/profile/users/grace", token: client("profile", "profile:read", { management: true }), outcome: "allow" },
    "a path that no rule names": { path: "/demo/profile/elsewhere", token: user("profile", "profile:read", "ada"), outcome: "no_rule" },
    "a public rule": { path: "/demo/payments/status", outcome: "allow" },
    "a public rule with a token that is none": { path: "/demo/payments/status", fields: ["Authorization: Bearer abc"], outcome: "allow" },
    "a path under no resource": { path: "/demo/ordersx/42", token: orders, outcome: "no_resource" },
    "an encoded slash": { path: "/demo/orders/a%2Fb", token: orders, outcome: "ambiguous_path" },
    "dots that are encoded": { path: "/demo/orders/%2e%2e/payments/status", outcome: "ambiguous_path" },
    "an empty segment": { path: "/demo/orders//42", token: orders, outcome: "ambiguous_path" },
    "a page of an allowed origin": { path: "/demo/orders/42", token: orders, fields: [SHOP], outcome: "allow" },
    "a page of an allowed origin, refused": { path: "/demo/orders/42", fields: [SHOP], outcome: "no_token" },
    "a preflight": { path: "/demo/orders/42", method: "OPTIONS", fields: [SHOP, "Access-Control-Request-Method: DELETE"], outcome: "respond" },
    "a preflight of another origin": {
      path: "/demo/orders/42",
      method: "OPTIONS",
      fields: ["Origin: https://evil.example", "Access-Control-Request-Method: DELETE"],
      outcome: "cors_not_allowed",
    },
    "the metadata of a resource": { path: "/.well-known/oauth-protected-resource/demo/orders", outcome: "respond" },
  };
}

/** Members of the wire as people read them. */
import { grouped, spanText } from "../../time/spans.ts";

const NAMES: Readonly<Record<string, string>> = {
  access_token_ttl: "access token expiration",
  refresh_token_ttl: "refresh token expiration",
  max_refresh_rotate: "session expiration",
  uri: "URI",
  app_id: "application",
  role_ids: "roles",
  redirect_uris: "redirect URIs",
  post_logout_redirect_uris: "redirect URIs after logout",
  backchannel_logout_uri: "back-channel logout URI",
  token_endpoint_auth_method: "authentication method",
  protocol_scopes: "protocol scopes",
  third_party: "third party",
  access_token_signing_alg: "signing algorithm",
  introspection_client_id: "introspecting client",
  cors: "other origins (CORS)",
};

const SPANS = new Set(["access_token_ttl", "refresh_token_ttl", "max_refresh_rotate"]);

export function memberName(member: string): string {
  return NAMES[member] ?? member.replaceAll("_", " ");
}

/** Any value of the wire, for people to compare. */
export function asText(value: unknown, member = ""): string {
  if (value === undefined || value === null || value === "") {
    return "–";
  }
  if (typeof value === "number" && SPANS.has(member)) {
    return `${spanText(value)} (${grouped(value)} s)`;
  }
  if (typeof value === "string" || typeof value === "number") {
    return String(value);
  }
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return value.length === 0 ? "none" : value.join("\n");
  }
  return JSON.stringify(value, null, 1);
}

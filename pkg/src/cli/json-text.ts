/** A tenant document as text that changes only where the document does, so that files of it can be compared. */
import { inline } from "./printable.ts";

/** Longest line that an object or array is written on, in characters. */
const WIDTH = 118;

/** Members of the document in the order in which people look for them; others follow by name. */
const OF_DOCUMENT = placed([
  ...["$schema", "tenant_id", "issuer", "hosts", "settings", "default_resource", "resources", "roles"],
  ...["applications", "clients", "users", "signing_keys"],
]);
/** Members of what is in it. */
const OF_ENTITY = placed([
  ...["preset", "resource_id", "role_id", "client_id", "user_id", "app_id", "name", "description", "kind", "email"],
  ...["status", "uri", "type", "grants", "token_endpoint_auth_method", "secret_hashes", "secrets", "jwks"],
  ...["redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri", "third_party"],
  ...["access_token_ttl", "refresh_token_ttl", "max_refresh_rotate", "methods", "path", "public", "scopes"],
  ...["subjects", "acr_values", "max_age", "rules", "applications", "resources", "protocol_scopes", "role_ids"],
  ...["state", "jwk", "kid", "kty", "alg"],
]);

/** `document` as text with a final line feed. */
export function documentText(document: unknown): string {
  return `${written(ordered(document, OF_DOCUMENT), "", 0, true)}\n`;
}

/** The same with its members in order, as those of an entity unless said otherwise. */
export function ordered<T>(value: T, order?: ReadonlyMap<string, number>): T;
export function ordered(value: unknown, order: ReadonlyMap<string, number> = OF_ENTITY): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => ordered(item));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const place = (name: string): number => order.get(name) ?? order.size;
  const members = Object.entries(value).sort(
    ([one], [other]) => place(one) - place(other) || (one < other ? -1 : one > other ? 1 : 0),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]));
}

function placed(names: string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, place) => [name, place]));
}

/** `before` is how much of the line is taken by what stands in front of the value. */
function written(value: unknown, indent: string, before: number, broken: boolean): string {
  const line = inline(value);
  if (typeof value !== "object" || value === null || (!broken && indent.length + before + line.length <= WIDTH)) {
    return line;
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length === 0
      ? "[]"
      : `[\n${value.map((item) => `${inner}${written(item, inner, 0, false)}`).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(([name, member]) => {
    const label = `${JSON.stringify(name)}: `;
    return `${inner}${label}${written(member, inner, label.length, false)}`;
  });
  return members.length === 0 ? "{}" : `{\n${members.join(",\n")}\n${indent}}`;
}

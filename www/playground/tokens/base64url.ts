/** Base64url without padding (RFC 4648 section 5). */

export function encoded(octets: Uint8Array): string {
  const binary = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Throws where `text` is no base64. */
export function decoded(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The base64url of a text in UTF-8. */
export function base64url(text: string): string {
  return encoded(new TextEncoder().encode(text));
}

/** So many random octets as base64url. */
export function randomText(octets: number): string {
  return encoded(crypto.getRandomValues(new Uint8Array(octets)));
}

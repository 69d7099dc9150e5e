/** How to ask for a resource, as commands to try. */
import type { Client } from "../api/wire.ts";

type Method = Client["token_endpoint_auth_method"];

/** A client for itself: client credentials. */
export function askingByItself(issuer: string, clientId: string, method: Method, uri: string, scopes: readonly string[]): string {
  return [
    `curl ${base(issuer)}/oidc/token \\`,
    ...authentication(clientId, method),
    "  -d grant_type=client_credentials \\",
    ...asked(uri, scopes).map((line, index, lines) => (index + 1 < lines.length ? `${line} \\` : line)),
  ].join("\n");
}

/** A client for a user: the address to send the browser to. */
export function askingForUser(issuer: string, client: Client, uri: string, scopes: readonly string[]): string {
  const isPublic = client.token_endpoint_auth_method === "none" || client.type !== "backend";
  const parameters = [
    ["response_type", "code"],
    ["client_id", client.client_id],
    ["redirect_uri", client.redirect_uris?.[0] ?? "REDIRECT_URI"],
    ["resource", uri],
    ["scope", scopes.join(" ")],
    ["state", "STATE"],
    ...(isPublic ? [["code_challenge", "CHALLENGE"], ["code_challenge_method", "S256"]] : []),
  ].filter(([, value]) => value !== "");
  const query = parameters.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`);
  return `${base(issuer)}/oidc/auth?${query.join("\n  &")}`;
}

function base(issuer: string): string {
  return issuer.replace(/\/$/, "");
}

function authentication(clientId: string, method: Method): string[] {
  switch (method) {
    case "client_secret_basic":
      return [`  -u '${clientId}:SECRET' \\`];
    case "client_secret_post":
      return [`  -d client_id=${clientId} -d client_secret=SECRET \\`];
    case "private_key_jwt":
      return [
        `  -d client_id=${clientId} \\`,
        "  -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \\",
        "  -d client_assertion=ASSERTION \\",
      ];
    case "none":
      return [`  -d client_id=${clientId} \\`];
  }
}

function asked(uri: string, scopes: readonly string[]): string[] {
  const resource = `  --data-urlencode 'resource=${uri}'`;
  return scopes.length === 0 ? [resource] : [resource, `  --data-urlencode 'scope=${scopes.join(" ")}'`];
}

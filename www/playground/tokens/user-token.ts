/**
 * A user's token, signed in this page. Nobody can log in to a page without a server; so that the gate can be met as a user all
 * the same, the page stands in for the login and for the issuer's decision on scopes.
 */
import { randomText } from "./base64url.ts";
import type { PageSecrets } from "../edge/page-secrets.ts";
import type { Subject } from "../tenant/subjects.ts";
import type { Resource, TenantDocument } from "../tenant/tenant-document.ts";

/** What the issuer would refuse, in the words in which it refuses a client. */
export class UserTokenRefused extends Error {
  readonly error: string;

  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

export async function userToken(
  subject: Subject & { kind: "user" },
  document: TenantDocument,
  resource: Resource,
  requestedScope: string[],
  now: number,
  secrets: PageSecrets,
): Promise<string> {
  const scope = effectiveScope(subject, document, resource, requestedScope);
  const { user, client } = subject;
  const header = { alg: "ES256", typ: "at+jwt", kid: secrets.kid };
  const claims = {
    iss: document.issuer,
    sub: user.user_id,
    aud: resource.uri,
    exp: now + Number(resource.access_token_ttl),
    iat: now,
    jti: randomText(16),
    client_id: client.client_id,
    ...(scope.length > 0 && { scope: scope.join(" ") }),
    tid: document.tenant_id,
    app_id: client.app_id,
    sid: randomText(12),
    roles: user.role_ids ?? [],
    auth_time: now,
    amr: ["email"],
  };
  return secrets.sign(header, claims);
}

/** Requested and allowed to the client and defined by the resource and granted by a role of the user. */
function effectiveScope(
  { user, client }: Subject & { kind: "user" },
  document: TenantDocument,
  resource: Resource,
  requested: string[],
): string[] {
  const here = ({ resource_id }: { resource_id: string }): boolean => resource_id === resource.resource_id;
  const allowed = client.resources.find(here)?.scopes;
  if (allowed === undefined) {
    throw new UserTokenRefused("invalid_target", "the resource is not one that this client may ask for");
  }
  const roles = document.roles.filter(({ role_id }) => user.role_ids?.includes(role_id));
  const granted = new Set(roles.flatMap(({ resources }) => resources.filter(here).flatMap(({ scopes }) => scopes)));
  const effective = resource.scopes
    .map(({ name }) => name)
    .filter((name) => allowed.includes(name) && granted.has(name) && (requested.length === 0 || requested.includes(name)));
  if (requested.length > 0 && effective.length === 0) {
    throw new UserTokenRefused("invalid_scope", "none of the requested scopes can be granted");
  }
  return effective;
}

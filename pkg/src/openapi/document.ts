/** The OpenAPI 3.1 document of the management API and the backend authentication API. */
import { authenticationPaths, authenticationSchemas } from "./authentication.ts";
import { entityPaths, withSecret } from "./entities.ts";
import { commonSchemas, headers, parameters, responses } from "./responses.ts";
import { entitySchemas, type Schema } from "./schemas.ts";
import { sessionAndKeyPaths, sessionSchemas } from "./sessions-and-keys.ts";
import { tenantPaths, tenantSchemas } from "./tenant.ts";

const token = (description: string): Schema => ({ type: "http", scheme: "bearer", bearerFormat: "at+jwt", description });

const TAGS = {
  resources: "Protected resources: URIs with their token lifetimes, scopes and rules.",
  roles: "Roles: per resource, the scopes that they grant to users and clients.",
  applications: "Applications, and the users assigned to them.",
  clients: "OAuth clients of the applications, what they may ask for, and their secrets.",
  users: "Users of the tenant.",
  sessions: "Logins of users.",
  keys: "Keys that sign tokens, where the tenant's directory makes them.",
  tenant: "The tenant as a whole: its document, publication, audit log and explanations.",
  "backend authentication": "An application's server logs its users in, without redirects.",
};

const DESCRIPTION = `Access tokens of the tenant's default resource open it, and only those
(\`grant_type=client_credentials\` at \`/oidc/token\`, without \`resource\`). Clients of a management application manage the
whole tenant; clients of other applications read what is their own application's, and log its users in. Users' tokens
open nothing here.

A change is checked as a tenant document is, kept at once, and then published: \`publication\` tells within how many
seconds gates and issuers everywhere go by it. All times are seconds since the Unix epoch, all spans are seconds. A query
parameter without a value counts as absent, and one that is not known is refused.`;

const parts = {
  tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
  paths: { ...entityPaths, ...tenantPaths, ...sessionAndKeyPaths, ...authenticationPaths },
  components: {
    securitySchemes: {
      management_token: token("An access token for the default resource, of a client of a management application."),
      client_token: token("An access token for the default resource, of any other client that is not somebody else's."),
    },
    schemas: {
      ...entitySchemas,
      client_with_secret: withSecret(entitySchemas.client_read ?? {}),
      ...commonSchemas,
      ...tenantSchemas,
      ...sessionSchemas,
      ...authenticationSchemas,
    },
    parameters,
    headers,
    responses,
  },
};

/** The document of a tenant whose issuer that is. */
export function openApiDocument(issuer: string): Record<string, unknown> {
  return {
    openapi: "3.1.1",
    info: {
      title: "Audgate",
      version: "1",
      summary: "Resources, roles, applications, clients and users of a tenant",
      description: DESCRIPTION,
      license: { name: "MIT OR Apache-2.0", identifier: "MIT OR Apache-2.0" },
    },
    servers: [{ url: issuer, description: "The tenant's issuer." }],
    ...parts,
  };
}

/** What is about a tenant as a whole: its document, publication, audit log and explanations. */
import { listOf } from "./entities.ts";
import * as examples from "./examples.ts";
import { managed, PAGED } from "./operation.ts";
import { field, json, parameter, result } from "./responses.ts";
import { object, ref, type Schema, time } from "./schemas.ts";

const count = (description: string): Schema => ({ type: "integer", minimum: 0, description });
const text = (description: string): Schema => ({ type: "string", description });
const orNull = (schema: Schema, description: string): Schema => ({ anyOf: [schema, { type: "null" }], description });
const words = (values: string[], description: string): Schema => ({ type: "string", enum: values, description });
const ANYTHING: Schema = { type: "object" };

const REASONS = {
  effective: "it is granted",
  not_defined: "the resource defines no such scope",
  not_allowed_to_client: "the client may not ask for it there",
  not_granted_by_role: "no role of the user or client grants it",
  for_users_only: "it is about a user, and the subject is a client",
  no_public_key: "the tenant signs nothing that a client could verify",
  no_refresh_grant: "the client may not refresh",
};
const reasons = Object.entries(REASONS)
  .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
  .join("; ");

/** Their schemas. */
export const tenantSchemas: Record<string, Schema> = {
  change: object(
    {
      action: words(["create", "update", "delete"], "What is done."),
      kind: ref("kind"),
      id: text("Its identifier; `tenant` of settings."),
      before: orNull(ANYTHING, "Its members before; `null` of what is new. Hashes of secrets are not among them."),
      after: orNull(ANYTHING, "Its members afterwards; `null` of what goes."),
    },
    "A difference between a tenant and a document.",
  ),
  audit_entry: object(
    {
      audit_id: count("Grows with each entry."),
      at: time("When."),
      client_id: orNull(ref("identifier"), "The client that asked; `null` for what the server did by itself."),
      act: orNull(ref("identifier"), "The user for whom it acted, such as one of the console."),
      action: words(
        ["create", "update", "delete", "read", "read_sessions", "end_sessions", "end_session", "announce_key", "advance_key"],
        "What was done.",
      ),
      kind: ref("kind"),
      id: text("To which one; empty for a list."),
      before: orNull(ANYTHING, "Its members before."),
      after: orNull(ANYTHING, "Its members afterwards."),
      request_id: text("The request, as the platform names it."),
    },
    "An entry of the audit log, which is kept for 400 days.",
  ),
  publication_state: object(
    {
      version: count("The newest version."),
      pending: count("How many entries of the key-value store are not written yet."),
      published_at: time("When the last one was written; 0 for never."),
      failures: count("How often in a row writing has failed."),
      reliable_at: orNull(
        { type: "integer", minimum: 0 },
        "From when on gates and issuers everywhere go by it; `null` while something is pending. Seconds since the Unix epoch.",
      ),
    },
    "How far publication is.",
  ),
  explanation: object(
    {
      client_id: ref("identifier"),
      "user_id?": ref("identifier"),
      resource_id: orNull(ref("identifier"), "The resource that is meant; `null` for none of the tenant's."),
      granted: { type: "array", items: ref("scope"), description: "The scopes of the token that would be issued." },
      scopes: {
        type: "array",
        items: ref("scope_verdict"),
        description: "The scopes that were asked for, or else all of the resource.",
      },
      "refusal?": text(
        "Why no token would be issued: an OAuth error such as `invalid_target`, or a reason such as `user_not_assigned`.",
      ),
    },
    "Why a user or client gets, or does not get, scopes at a resource.",
  ),
  scope_verdict: object(
    {
      scope: ref("scope"),
      granted: { type: "boolean", description: "Whether it is effective." },
      reason: words(Object.keys(REASONS), `What stands in the way first. ${reasons}.`),
      roles: { type: "array", items: ref("identifier"), description: "The roles of the subject that grant it." },
    },
    "What was decided about one scope.",
  ),
};

const dryRun = {
  name: "dry_run",
  in: "query",
  description: "Whether to tell the changes only.",
  schema: { type: "boolean", default: false },
};
const named = (name: string, description: string, schema: Schema, more: Schema = {}): Schema => ({
  name,
  in: "query",
  description,
  schema,
  ...more,
});

const change = {
  action: "update",
  kind: "resource",
  id: "orders",
  before: { access_token_ttl: 3_600 },
  after: { access_token_ttl: 300 },
};

/** Their paths. */
export const tenantPaths: Record<string, Schema> = {
  "/v1/tenant": {
    get: managed({
      id: "export_tenant",
      tag: "tenant",
      summary: "Export the tenant as a document",
      description:
        "Everything but keys that the directory makes: it can be imported again. It holds hashes of secrets, and " +
        "addresses of users.",
      opens: "management",
      answers: {
        200: {
          description: "The document, and its revision.",
          headers: field("ETag"),
          content: json(ref("tenant_document"), examples.DOCUMENT),
        },
      },
      refusals: { 409: "DirectoryEmpty" },
    }),
    put: managed({
      id: "import_tenant",
      tag: "tenant",
      summary: "Make the tenant equal to a document",
      description:
        "Wholly or not at all. What the document does not have goes, but for users: a document without `users` " +
        "leaves them as they are. `tenant_id`, `issuer` and `hosts` belong to the deployment and are fixed. The " +
        "first import gives an empty directory its tenant.",
      opens: "management",
      parameters: [dryRun, parameter("IfMatch")],
      body: { schema: ref("tenant_document"), example: examples.DOCUMENT },
      answers: {
        200: {
          description: "What it changed; with `dry_run`, what it would change, and no `publication`.",
          content: json(
            result(object({ changes: { type: "array", items: ref("change") } }), { "publication?": ref("publication") }),
            { result: { changes: [change] }, publication: examples.PUBLICATION },
          ),
        },
      },
      refusals: { 409: "Conflict", 412: "Stale" },
    }),
  },
  "/v1/tenant/refresh-tokens/revocation": {
    post: managed({
      id: "revoke_refresh_tokens",
      tag: "tenant",
      summary: "Revoke every refresh token of the tenant",
      description:
        "As it must be once a tenant is put back to what it was: tokens of a later state would go on without what " +
        "was taken back since.",
      opens: "management",
      answers: { 204: { description: "None that began before now obtains tokens any more, once that is published." } },
      refusals: { 409: "DirectoryEmpty" },
    }),
  },
  "/v1/publication": {
    get: managed({
      id: "read_publication",
      tag: "tenant",
      summary: "Tell how far publication is",
      opens: "management",
      answers: {
        200: {
          description: "How far it is.",
          content: json(result(ref("publication_state")), {
            result: {
              version: 1_790_000_600,
              pending: 0,
              published_at: 1_790_000_601,
              failures: 0,
              reliable_at: 1_790_000_701,
            },
          }),
        },
      },
    }),
  },
  "/v1/audit": {
    get: managed({
      id: "list_audit_entries",
      tag: "tenant",
      summary: "Read the audit log",
      opens: "management",
      parameters: [
        ...PAGED,
        named("kind", "Only entries about this kind.", ref("kind")),
        named("id", "Only entries about what has this identifier.", ref("identifier")),
      ],
      answers: listOf(ref("audit_entry"), "A page of entries, newest first.", {
        audit_id: 42,
        at: 1_790_000_600,
        client_id: "tenant-admin",
        act: null,
        ...change,
        request_id: "8c1f0a2b3d4e5f60",
      }),
      refusals: { 409: "DirectoryEmpty" },
    }),
  },
  "/v1/explain": {
    get: managed({
      id: "explain",
      tag: "tenant",
      summary: "Tell why a user or client gets a scope, or does not",
      description: "By the code that decides it, and from the published records that it decides by.",
      opens: "management",
      parameters: [
        named("client_id", "The client.", ref("identifier"), { required: true, example: "shop-backend" }),
        named("user_id", "The user; without it, the client acts for itself.", ref("identifier")),
        named(
          "resource",
          "The URI of the resource; without it, the default resource.",
          { type: "string" },
          { example: "https://api.acme.example/orders" },
        ),
        named(
          "scope",
          "Scopes, separated by single spaces; without it, all of the resource.",
          { type: "string", pattern: "^[!#-\\[\\]-~]{1,128}( [!#-\\[\\]-~]{1,128})*$" },
          { example: "orders:read" },
        ),
      ],
      answers: {
        200: {
          description: "The decision, and what stood in the way of each scope.",
          content: json(result(ref("explanation")), {
            result: {
              client_id: "shop-backend",
              resource_id: "orders",
              granted: ["orders:read"],
              scopes: [
                { scope: "orders:read", granted: true, reason: "effective", roles: [] },
                { scope: "orders:cancel", granted: false, reason: "not_allowed_to_client", roles: [] },
              ],
            },
          }),
        },
      },
      refusals: { 404: "NotFound" },
    }),
  },
};

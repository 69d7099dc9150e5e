/** Resources, roles, applications, clients and users: each a list and its elements, in the same way. */
import * as examples from "./examples.ts";
import { inPath, managed, type Opens, PAGED } from "./operation.ts";
import { field, json, parameter, publication, type Response, result } from "./responses.ts";
import { type Kind, KINDS, object, ref, type Schema, shown } from "./schemas.ts";

interface Named {
  kind: Kind;
  /** The last segment of the list's path. */
  path: string;
  /** What several of it are called in summaries. */
  several: string;
  reads: Opens;
  /** Filters of the list besides the search. */
  filters?: Schema[];
  /** What is said of operations beyond the common. */
  notes?: Partial<Record<"create" | "update" | "delete" | "list" | "read", string>>;
}

const ENTITIES: Named[] = [
  {
    kind: "resource",
    path: "resources",
    several: "resources",
    reads: "management",
    notes: {
      list: "The default resource, `default`, is among them.",
      update: "`max_refresh_rotate` is counted from the first refresh token of a family; families of before keep to it too.",
      delete:
        "A resource that is assigned to a client or named by a role is in use. Tokens that are still alive do not count.",
    },
  },
  { kind: "role", path: "roles", several: "roles", reads: "management" },
  {
    kind: "application",
    path: "applications",
    several: "applications",
    reads: "management and clients",
    notes: { list: "A client's own token sees its own application.", update: "`kind` is fixed." },
  },
  {
    kind: "client",
    path: "clients",
    several: "clients",
    reads: "management",
    filters: [parameter("OfApplication")],
    notes: {
      create:
        "A client that authenticates by a secret and brings no `secret_hashes` is given one: `client_secret` in " +
        "the answer is shown this once.",
      delete: "Everything that was issued to it is revoked.",
    },
  },
  {
    kind: "user",
    path: "users",
    several: "users",
    reads: "management and clients",
    filters: [parameter("OfApplication")],
    notes: {
      list: "A client's own token sees the users of its own application. Reading by management is in the audit log.",
      update: "`suspended` works at once: sessions end, and everything that was issued for the user is revoked.",
      delete: "Their sessions end, and everything that was issued for them is revoked.",
    },
  },
];

/** What answers with one entity. */
function one(
  kind: Kind,
  status: string,
  description: string,
  beside: Record<string, Schema> = {},
): Record<string, Response> {
  return {
    [status]: {
      description,
      headers: { ...field("ETag"), ...(status === "201" ? field("Location") : {}) },
      content: json(result(status === "201" && kind === "client" ? created : shown(kind), beside), {
        result: examples.READ[kind],
        ...(beside.publication === undefined ? {} : { publication: examples.PUBLICATION }),
      }),
      ...(status === "201" ? { links: linksTo(kind) } : {}),
    },
  };
}

/** A client that was made, with its secret where one was made for it. */
const created: Schema = {
  anyOf: [ref("client_read"), ref("client_with_secret")],
};

function linksTo(kind: Kind): Schema {
  const named = { [KINDS[kind]]: `$response.body#/result/${KINDS[kind]}` };
  const operations = ["read", "update", "delete"].map((verb) => `${verb}_${kind}`);
  return Object.fromEntries(operations.map((operationId) => [operationId, { operationId, parameters: named }]));
}

function pathsOf({ kind, path, several, reads, filters = [], notes = {} }: Named): Record<string, Schema> {
  const note = (name: keyof typeof notes): { description?: string } =>
    notes[name] === undefined ? {} : { description: notes[name] };
  const tag = several;
  const member = KINDS[kind];
  return {
    [`/v1/${path}`]: {
      get: managed({
        id: `list_${path}`,
        tag,
        summary: `List ${several}`,
        ...note("list"),
        opens: reads,
        parameters: [...PAGED, parameter("Search"), ...filters],
        answers: listOf(shown(kind), `A page of ${several}, in the order of their identifiers.`, examples.READ[kind]),
        refusals: { 409: "DirectoryEmpty" },
      }),
      post: managed({
        id: `create_${kind}`,
        tag,
        summary: `Create ${article(kind)}`,
        ...note("create"),
        opens: "management",
        parameters: [parameter("IdempotencyKey")],
        body: { schema: ref(`${kind}_creation`), example: examples.CREATION[kind] },
        answers: one(kind, "201", "It was made.", publication),
        refusals: { 409: "Conflict", 422: "IdempotencyKeyReused" },
      }),
    },
    [`/v1/${path}/{${member}}`]: {
      parameters: [inPath(member, `Names the ${kind}.`, ref("identifier"))],
      get: managed({
        id: `read_${kind}`,
        tag,
        summary: `Read ${article(kind)}`,
        ...note("read"),
        opens: reads,
        answers: one(kind, "200", "It, and its revision."),
        refusals: { 404: "NotFound", 409: "DirectoryEmpty" },
      }),
      put: managed({
        id: `update_${kind}`,
        tag,
        summary: `Change ${article(kind)}`,
        description: described(kind, notes.update),
        opens: "management",
        parameters: [parameter("IfMatch")],
        body: { schema: ref(`${kind}_changes`), example: examples.CHANGES[kind] },
        answers: one(kind, "200", "As it is now.", publication),
        refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
      }),
      delete: managed({
        id: `delete_${kind}`,
        tag,
        summary: `Delete ${article(kind)}`,
        ...note("delete"),
        opens: "management",
        parameters: [parameter("IfMatch")],
        answers: { 204: { description: "It is gone." } },
        refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
      }),
    },
  };
}

/** What a change does, and what is to be said of it besides. */
function described(kind: Kind, note = ""): string {
  return `The members of the body replace those of the ${kind}, \`null\` removes one, and the others stay. ${note}`.trimEnd();
}

const article = (kind: Kind): string => `${kind === "application" ? "an" : "a"} ${kind}`;

/** The answer with a page of a list. */
export function listOf(element: Schema, description: string, example: unknown): Record<string, Response> {
  const next = { "next_cursor?": { type: "string", description: "The `cursor` of the next page; none on the last one." } };
  return { 200: { description, content: json(result({ type: "array", items: element }, next), { result: [example] }) } };
}

const client = inPath("client_id", "Names the client.", ref("identifier"));
const application = inPath("app_id", "Names the application.", ref("identifier"));
const clientTag = "clients";

const more: Record<string, Schema> = {
  "/v1/resources/uri": {
    get: managed({
      id: "read_resource_by_uri",
      tag: "resources",
      summary: "Read a resource by its URI",
      description:
        "In whatever spelling: case and default port of the authority, a trailing slash and the case of " +
        "percent-encoding do not count.",
      opens: "management",
      parameters: [
        {
          name: "resourceUri",
          in: "query",
          required: true,
          description: "The URI.",
          schema: { type: "string", minLength: 1 },
          example: "https://api.acme.example/orders",
        },
      ],
      answers: one("resource", "200", "It, and its revision."),
      refusals: { 404: "NotFound", 409: "DirectoryEmpty" },
    }),
  },
  "/v1/management/applications": {
    get: managed({
      id: "list_management_applications",
      tag: "applications",
      summary: "List management applications",
      opens: "management",
      parameters: [...PAGED, parameter("Search")],
      answers: listOf(
        shown("application"),
        "A page of the applications of kind `management`.",
        examples.MANAGEMENT_APPLICATION,
      ),
      refusals: { 409: "DirectoryEmpty" },
    }),
  },
  "/v1/applications/{app_id}/users": {
    parameters: [application],
    get: managed({
      id: "list_application_users",
      tag: "applications",
      summary: "List the users of an application",
      opens: "management and clients",
      parameters: [...PAGED, parameter("Search")],
      answers: listOf(shown("user"), "A page of the users who may enter it.", examples.READ.user),
      refusals: { 404: "NotFound", 409: "DirectoryEmpty" },
    }),
  },
  "/v1/applications/{app_id}/users/{user_id}": {
    parameters: [application, inPath("user_id", "Names the user.", ref("identifier"))],
    put: managed({
      id: "assign_user",
      tag: "applications",
      summary: "Assign a user to an application",
      opens: "management",
      parameters: [parameter("IfMatch")],
      answers: one("user", "200", "The user, who may enter the application.", publication),
      refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
    }),
    delete: managed({
      id: "unassign_user",
      tag: "applications",
      summary: "Take a user out of an application",
      opens: "management",
      parameters: [parameter("IfMatch")],
      answers: { 204: { description: "The user may not enter it, and has not been told apart from one who never could." } },
      refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
    }),
  },
  "/v1/clients/{client_id}/resources": {
    parameters: [client],
    put: managed({
      id: "assign_resources",
      tag: clientTag,
      summary: "Assign resources to a client",
      description: "These and no others. Those that it had keep their allowed scopes, new ones get all of theirs.",
      opens: "management",
      parameters: [parameter("IfMatch")],
      body: {
        schema: object({
          resource_ids: {
            type: "array",
            items: ref("identifier"),
            uniqueItems: true,
            maxItems: 10_001,
            description: "The resources.",
          },
        }),
        example: { resource_ids: ["orders", "payments"] },
      },
      answers: one("client", "200", "The client with its assignments.", publication),
      refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
    }),
  },
  "/v1/clients/{client_id}/secrets": {
    parameters: [client],
    post: managed({
      id: "create_secret",
      tag: clientTag,
      summary: "Give a client a new secret",
      description: "The newest that it had stays good beside it until it is deleted; older ones do not.",
      opens: "management",
      parameters: [parameter("IdempotencyKey")],
      answers: {
        201: {
          description: "The secret, shown this once: a repetition under the same idempotency key has its name only.",
          content: json(
            result(
              object({ "client_secret?": { type: "string", minLength: 32 }, secret_id: ref("identifier") }),
              publication,
            ),
            {
              result: { client_secret: "8nXk0yq1mYv3b5c7d9e2f4g6h8j0k2m4n6p8q0r2s4t", secret_id: "pQ3f8xZk1A" },
              publication: examples.PUBLICATION,
            },
          ),
        },
      },
      refusals: { 404: "NotFound", 409: "Conflict", 422: "IdempotencyKeyReused" },
    }),
  },
  "/v1/clients/{client_id}/secrets/{secret_id}": {
    parameters: [client, inPath("secret_id", "Names the secret.", ref("identifier"))],
    delete: managed({
      id: "delete_secret",
      tag: clientTag,
      summary: "Take a secret from a client",
      description: "The only one cannot go.",
      opens: "management",
      parameters: [parameter("IfMatch")],
      answers: { 204: { description: "It opens nothing any more, once that is published." } },
      refusals: { 404: "NotFound", 409: "Conflict", 412: "Stale" },
    }),
  },
};

/** The paths of what a tenant consists of. */
export const entityPaths: Record<string, Schema> = { ...Object.assign({}, ...ENTITIES.map(pathsOf)), ...more };

/** A client with its secret, which is shown where it was made and nowhere else. */
export function withSecret(read: Schema): Schema {
  const { properties, required } = read as { properties: Schema; required: string[] };
  const secret = { type: "string", minLength: 32, description: "The secret, shown this once. Its hash is what is kept." };
  return { ...read, properties: { ...properties, client_secret: secret }, required: [...required, "client_secret"] };
}

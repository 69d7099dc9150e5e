/** What responses have in common: refusals, header fields, and what tells how far publication is. */
import { KINDS, object, ref, type Schema, time } from "./schemas.ts";

export type Response = { description: string; headers?: Record<string, Schema>; content?: Schema; links?: Schema };

/** A component of this document. */
const component = (section: string, name: string): Schema => ({ $ref: `#/components/${section}/${name}` });

/** A parameter that several operations take. */
export const parameter = (name: string): Schema => component("parameters", name);

const header = (description: string, schema: Schema): Schema => ({ description, required: true, schema });

const text = (description: string): Schema => ({ type: "string", description });

const texts = (description: string): Schema => ({ type: "array", items: { type: "string" }, minItems: 1, description });

/** The body of a response. */
export const json = (schema: Schema, example?: unknown): Schema => ({
  "application/json": { schema, ...(example === undefined ? {} : { example }) },
});

/** The schema of `{"result": ...}` and what stands beside it. */
export const result = (schema: Schema, beside: Record<string, Schema> = {}): Schema => object({ result: schema, ...beside });

/** What a change tells of its publication. */
export const publication = { publication: ref("publication") };

const used = ["settings", ...Object.keys(KINDS)];

/** The schemas of refusals and of what accompanies a result. */
export const commonSchemas: Record<string, Schema> = {
  fault: object(
    {
      message: texts("For people: every fault at once, each as `path: problem (expected: ...)` where it is about a value."),
      error_code: text("For programs."),
      "used_by?": { type: "array", items: ref("mention"), description: "With `in_use`: what names it, at most 100 of it." },
      "allowed_at?": time("With `too_early`: from when on the step is allowed."),
    },
    "Why the management API refuses.",
  ),
  mention: object({ kind: ref("kind"), id: text("Its identifier.") }, "One of what a tenant consists of, by name."),
  kind: { type: "string", enum: used, description: "A kind of what a tenant consists of." },
  token_refusal: object(
    {
      "error?": {
        type: "string",
        enum: ["invalid_token", "insufficient_scope"],
        description: "The OAuth error (RFC 6750 section 3.1).",
      },
      reason: text("What is wrong with the token or its subject, in one word."),
    },
    "Why an access token does not open this path.",
  ),
  oauth_error: object(
    {
      error: text("The OAuth error (RFC 6749 section 5.2, RFC 8707 section 2)."),
      "error_description?": text("What is wrong, for people who develop a client."),
      "reason?": text("What is wrong, in one word."),
    },
    "Why the backend authentication API refuses.",
  ),
  no_such_endpoint: object(
    { reason: { const: "no_such_endpoint" } },
    "The path is none of the API's; an identifier in it may not be one.",
  ),
  publication: object(
    {
      version: { type: "integer", minimum: 0, description: "The version that has the change in it." },
      reliable_within: {
        type: "integer",
        minimum: 0,
        description: "How long after this response, at most, gates and issuers everywhere go by it. Seconds.",
      },
    },
    "When a change can be relied on: it is written into the key-value store within moments, and read anew within a bound.",
  ),
};

const FAULT = json(ref("fault"));

/** Refusals by status, as the management API gives them. */
export const responses: Record<string, Response> = {
  Invalid: {
    description: "The request has faults: all of them are told, as `audgate check` tells those of a document.",
    content: json(
      { anyOf: [ref("fault"), ref("oauth_error")] },
      {
        message: [
          "$.uri: is `/orders`: a resource URI is absolute, such as `https://api.example/orders` (expected: an " +
            "absolute https URI in its plain form, without query and fragment)",
        ],
        error_code: "invalid_request",
      },
    ),
  },
  Unauthenticated: {
    description: "There is no access token, or none that is good here (RFC 6750 section 3).",
    headers: { "WWW-Authenticate": header("The challenge.", { type: "string" }) },
    content: json(ref("token_refusal"), { error: "invalid_token", reason: "token_expired" }),
  },
  WrongSubject: {
    description: "The token is good, and its subject has no business here. More scope would not help.",
    content: json(ref("token_refusal"), { reason: "wrong_subject" }),
  },
  NotFound: {
    description: "There is no such thing in this tenant.",
    content: json(
      { anyOf: [ref("fault"), ref("no_such_endpoint")] },
      { message: ["there is no such thing in this tenant"], error_code: "not_found" },
    ),
  },
  Conflict: {
    description:
      "`duplicate`: the identifier, URI or address is taken. `in_use`: something names it, and `used_by` tells " +
      "what. `fixed`: it cannot change. `directory_empty`: no tenant document has been imported yet.",
    content: json(ref("fault"), {
      message: ["it cannot go while something else names it"],
      error_code: "in_use",
      used_by: [{ kind: "client", id: "shop-web" }],
    }),
  },
  DirectoryEmpty: {
    description: "`directory_empty`: no tenant document has been imported yet.",
    content: json(ref("fault"), {
      message: ["the directory has no tenant yet: import a tenant document"],
      error_code: "directory_empty",
    }),
  },
  KeyConflict: {
    description:
      "`too_early`: verifiers may not know the key yet, or hold tokens that it signed; `allowed_at` tells the " +
      "moment. `key_step`: it cannot go to that state. `key_exists`: a key of that algorithm is announced already.",
    content: json(ref("fault"), {
      message: ["this step is allowed from 1800000000 on (seconds since the Unix epoch)"],
      error_code: "too_early",
      allowed_at: 1_800_000_000,
    }),
  },
  Stale: {
    description:
      "It has changed since it had the revision that `If-Match` names (RFC 9110 section 13.1.1). Nothing was changed.",
    content: FAULT,
  },
  BodyTooLong: { description: "The body is longer than 256 KiB; a tenant document, than 4 MiB.", content: FAULT },
  NotJson: { description: "The body is not `application/json`.", content: FAULT },
  IdempotencyKeyReused: { description: "The idempotency key came before with another request.", content: FAULT },
  Unavailable: {
    description: "Something that this server depends on is out of reach. Repeating the request is safe.",
    headers: { "Retry-After": header("When to try again. Seconds.", { type: "integer", minimum: 1 }) },
    content: json(
      { anyOf: [ref("fault"), ref("oauth_error"), ref("token_refusal")] },
      { message: ["the service is unavailable for the moment"], error_code: "temporarily_unavailable" },
    ),
  },
  CallRefused: {
    description:
      "The call cannot be done: a parameter is missing or malformed (`invalid_request`), the code, session or " +
      "refresh token is not good (`invalid_grant`), the resource is not the client's (`invalid_target`), or none " +
      "of the scopes can be granted (`invalid_scope`).",
    content: json(ref("oauth_error"), { error: "invalid_grant", error_description: "the code is invalid" }),
  },
  CallTooLong: { description: "The body is longer than 16 KiB.", content: json(ref("oauth_error")) },
  CallTooOften: {
    description: "Too many calls of this kind for this client and user.",
    headers: { "Retry-After": header("When to try again. Seconds.", { type: "integer", minimum: 1 }) },
    content: json(ref("oauth_error")),
  },
  UnknownPath: { description: "An identifier in the path is none.", content: json(ref("no_such_endpoint")) },
};

/** Header fields of responses. */
export const headers: Record<string, Schema> = {
  ETag: header("The revision (RFC 9110 section 8.8.3): what `If-Match` takes.", {
    type: "string",
    pattern: '^"[0-9]+"$',
    examples: ['"17"'],
  }),
  Location: header("The path of what was made (RFC 9110 section 10.2.2).", {
    type: "string",
    pattern: "^/v1/",
    examples: ["/v1/resources/orders"],
  }),
};

/** A header field of a response. */
export const field = (name: string): Record<string, Schema> => ({ [name]: component("headers", name) });

/** A refusal. */
export const refusal = (name: string): Schema => component("responses", name);

const query = (name: string, description: string, schema: Schema): Schema => ({ name, in: "query", description, schema });

/** Parameters that several operations take. */
export const parameters: Record<string, Schema> = {
  IfMatch: {
    name: "If-Match",
    in: "header",
    description:
      "The `ETag` that was read, so that nobody else's change is overwritten; `*`, nothing and no field stand for any revision.",
    schema: { type: "string", pattern: '^(\\*|"[0-9]{1,15}")?$' },
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "A text of one's own in printable ASCII. The same request under the same key within a day is not done again " +
      "and has the same answer, but for a secret in it.",
    schema: { type: "string", pattern: "^[ -~]*$", maxLength: 255 },
    example: "3f0c1a52-6f1e-4a51-9c53-0d4f1f6f2a11",
  },
  Limit: query("limit", "How many at most.", { type: "integer", minimum: 1, maximum: 100, default: 50 }),
  Cursor: query("cursor", "The `next_cursor` of the page before.", { type: "string", pattern: "^[A-Za-z0-9_-]+$" }),
  Search: query("search", "Only what has this text in its identifier, name, description, address or URI.", {
    type: "string",
    maxLength: 254,
  }),
  OfApplication: query("app_id", "Only what belongs to this application.", ref("identifier")),
};

/** The backend authentication API: an application's server logs its users in, without redirects. */
import { call, inPath } from "./operation.ts";
import { json, result } from "./responses.ts";
import { object, ref, type Schema } from "./schemas.ts";

const tag = "backend authentication";
const text = (description: string, more: Schema = {}): Schema => ({ type: "string", minLength: 1, description, ...more });
/** A member that may be absent, and is where it is `null`. */
const optional = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });

const resource = optional(
  text("The URI of the resource that the tokens are for (RFC 8707); the default resource where there is none."),
);
const scope = optional(
  text(
    "Scopes, separated by single spaces (RFC 6749 section 3.3); all that the user has at the resource where there " +
      "are none. `offline_access` asks for a refresh token.",
  ),
);
const session = text("The secret of the session, as it was given.");
const seconds = (description: string): Schema => ({ type: "integer", minimum: 0, description: `${description} Seconds.` });

const tokens = {
  access_token: text("The access token (RFC 9068)."),
  token_type: { const: "Bearer" },
  expires_in: seconds("How long the access token lives."),
  "scope?": text("The scopes that were granted; absent where there are none."),
  "refresh_token?": text("Obtains the next tokens, once. With `offline_access` only."),
  "refresh_token_expires_in?": seconds(
    "How long the refresh token lives, at most until the maximum rotation time of the resource has passed.",
  ),
  "id_token?": text("The ID token. With `openid` only."),
};

/** Its schemas. */
export const authenticationSchemas: Record<string, Schema> = {
  tokens: object(tokens, "Tokens (RFC 6749 section 5.1)."),
  tokens_and_session: object(
    {
      ...tokens,
      session_id: text("The secret of the session, which obtains further tokens. The server of the application keeps it."),
    },
    "Tokens and the session that they belong to.",
  ),
};

const example = {
  access_token: "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
  token_type: "Bearer",
  expires_in: 3_600,
  scope: "orders:read",
};
const withSession = { ...example, session_id: "AZf0c2Vzc2lvbiBvZiBhIGJhY2tlbmQ" };
const limited = { 429: "CallTooOften" };

const user = inPath("user_id", "Names a user of the caller's application.", ref("identifier"));

/** Its paths. */
export const authenticationPaths: Record<string, Schema> = {
  "/v1/auth/link/email/send": {
    post: call({
      id: "send_login_link",
      tag,
      summary: "Send a login link by mail",
      description:
        "The answer is the same whether there is such a user or not. The link leads to `redirect_uri`, with `code` and `state`.",
      body: {
        schema: object({
          email: text("The user's address.", {
            maxLength: 254,
            pattern: "^[^\\u0000-\\u001F\\u007F-\\u009F@]+@[^\\u0000-\\u001F\\u007F-\\u009F@]+$",
          }),
          redirect_uri: { ...ref("redirect_uri"), description: "Where the link leads: one of the client's redirect URIs." },
          "state?": optional({ type: "string", maxLength: 2_048, description: "Comes back with the code." }),
          "create_new_user?": optional({
            type: "boolean",
            default: false,
            description: "Whether an address that is nobody's makes a user, once its link is used.",
          }),
          "email_expiration?": optional({
            type: "integer",
            minimum: 1,
            maximum: 1_440,
            description: "How long the link works. Minutes.",
          }),
        }),
        example: { email: "ada@shop.example", redirect_uri: "https://shop.acme.example/callback", state: "basket-17" },
      },
      answers: {
        200: {
          description: "Sent, if there is somebody to send it to.",
          content: json(object({ status: { const: "sent" } }), { status: "sent" }),
        },
      },
      refusals: limited,
    }),
  },
  "/v1/auth/link/email/authenticate": {
    post: call({
      id: "authenticate_by_link",
      tag,
      summary: "Log a user in by the code of a link",
      description: "The code works once. With `session_id` the session goes on, under a new secret.",
      body: {
        schema: object({
          code: text("The code, as it came to `redirect_uri`."),
          "resource?": resource,
          "scope?": scope,
          "session_id?": optional(session),
        }),
        example: {
          code: "AQx0aGUgY29kZSBvZiBhIGxpbms",
          resource: "https://api.acme.example/orders",
          scope: "orders:read offline_access",
        },
      },
      answers: { 200: { description: "The user is logged in.", content: json(ref("tokens_and_session"), withSession) } },
      refusals: limited,
    }),
  },
  "/v1/auth/session/authenticate": {
    post: call({
      id: "authenticate_by_session",
      tag,
      summary: "Obtain tokens by a session",
      description: "Silent authentication: the session lives for 14 days from now.",
      body: {
        schema: object({ session_id: session, "resource?": resource, "scope?": scope }),
        example: { session_id: "AZf0c2Vzc2lvbiBvZiBhIGJhY2tlbmQ", resource: "https://api.acme.example/orders" },
      },
      answers: { 200: { description: "Tokens.", content: json(ref("tokens_and_session"), withSession) } },
      refusals: limited,
    }),
  },
  "/v1/auth/token/refresh": {
    post: call({
      id: "refresh",
      tag,
      summary: "Obtain tokens by a refresh token",
      description: "For the same resource. The refresh token is replaced by a new one; a session is not touched.",
      body: {
        schema: object({ refresh_token: text("The refresh token.") }),
        example: { refresh_token: "AVx0aGUgcmVmcmVzaCB0b2tlbg" },
      },
      answers: {
        200: {
          description: "Tokens.",
          content: json(ref("tokens"), {
            ...example,
            refresh_token: "AVx0aGUgbmV4dCByZWZyZXNoIHRva2Vu",
            refresh_token_expires_in: 1_209_600,
          }),
        },
      },
      refusals: limited,
    }),
  },
  "/v1/auth/session/logout": {
    post: call({
      id: "log_out",
      tag,
      summary: "End a session",
      description: "With its refresh tokens. One that has ended already is as good.",
      body: { schema: object({ session_id: session }), example: { session_id: "AZf0c2Vzc2lvbiBvZiBhIGJhY2tlbmQ" } },
      answers: { 204: { description: "It has ended." } },
    }),
  },
  "/v1/auth/users/{user_id}/sessions": {
    parameters: [user],
    get: call({
      id: "list_backend_sessions",
      tag,
      summary: "List the live sessions of a user",
      description: "Those of this API; sessions of browsers are not among them.",
      answers: {
        200: {
          description: "The sessions.",
          content: json(result({ type: "array", items: ref("session") }), {
            result: [
              {
                session_id: "Yk2p0mVfJ8sQ1xZa4tC7dA",
                client_id: "shop-backend",
                start_time: 1_790_000_000,
                expiration_time: 1_791_209_600,
                amr: ["mail"],
                auth_time: 1_790_000_000,
              },
            ],
          }),
        },
      },
      refusals: { 404: "UnknownPath" },
    }),
    delete: call({
      id: "end_backend_sessions",
      tag,
      summary: "End the sessions of a user",
      answers: { 204: { description: "They have ended, with their refresh tokens." } },
      refusals: { 404: "UnknownPath" },
    }),
  },
};

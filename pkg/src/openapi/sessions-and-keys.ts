/** Sessions of users, and signing keys that the tenant's directory makes. */
import { inPath, managed } from "./operation.ts";
import { json, result } from "./responses.ts";
import { listedKey, object, ref, type Schema, time } from "./schemas.ts";

/** Their schemas. */
export const sessionSchemas: Record<string, Schema> = {
  listed_key: listedKey,
  session: object(
    {
      session_id: { ...ref("identifier"), description: "The public identifier, the claim `sid`. It opens nothing." },
      client_id: { ...ref("identifier"), description: "The client at which the login was." },
      start_time: time("When it began."),
      expiration_time: time("When it ends unless there is an authentication before; silent ones count."),
      amr: { type: "array", items: { type: "string" }, description: "How the user authenticated (RFC 8176)." },
      auth_time: time("When the user authenticated last."),
    },
    "A login of a user. Its length is fixed at 1,209,600 s (14 days).",
  ),
};

const session = {
  session_id: "Yk2p0mVfJ8sQ1xZa4tC7dA",
  client_id: "shop-web",
  start_time: 1_790_000_000,
  expiration_time: 1_791_209_600,
  amr: ["mail"],
  auth_time: 1_790_000_000,
};
const key = {
  state: "current",
  jwk: {
    kty: "EC",
    crv: "P-256",
    kid: "es256-1f3a",
    alg: "ES256",
    use: "sig",
    x: "KS_XOsS81yv3MShjtKb9LPt8rdFHUSZ3CFIzmtvI0L8",
    y: "77olVdiq73eusAniDIx14Z2FtF8ar71VzRX76f7geuc",
  },
};
const signingAlgorithm = {
  type: "string",
  enum: ["ES256", "EdDSA", "Ed25519", "RS256"],
  description: "One by which the tenant signs.",
};

/** Their paths. */
export const sessionAndKeyPaths: Record<string, Schema> = {
  "/v1/sessions/{user_id}": {
    parameters: [inPath("user_id", "Names the user.", ref("identifier"))],
    get: managed({
      id: "list_sessions",
      tag: "sessions",
      summary: "List the live sessions of a user",
      description: "Of both integration styles.",
      opens: "management and clients",
      answers: {
        200: {
          description: "The sessions.",
          content: json(result({ type: "array", items: ref("session") }), { result: [session] }),
        },
      },
      refusals: { 404: "NotFound" },
    }),
    delete: managed({
      id: "end_sessions",
      tag: "sessions",
      summary: "End all sessions of a user",
      description: "And every refresh token of theirs.",
      opens: "management",
      answers: {
        204: {
          description:
            "They have ended. Gates honour it within the published bound, or at once where the resource asks for it.",
        },
      },
      refusals: { 404: "NotFound" },
    }),
  },
  "/v1/sessions/{user_id}/{session_id}": {
    parameters: [
      inPath("user_id", "Names the user.", ref("identifier")),
      inPath("session_id", "The public identifier of the session.", ref("identifier")),
    ],
    delete: managed({
      id: "end_session",
      tag: "sessions",
      summary: "End a session of a user",
      opens: "management",
      answers: { 204: { description: "It has ended, with its refresh tokens." } },
      refusals: { 404: "NotFound" },
    }),
  },
  "/v1/keys": {
    get: managed({
      id: "list_keys",
      tag: "keys",
      summary: "List signing keys",
      description: "Those that are not disabled, of a tenant whose directory makes them; of another it is 404.",
      opens: "management",
      answers: {
        200: {
          description: "The keys with their states.",
          content: json(result({ type: "array", items: ref("listed_key") }), { result: [key] }),
        },
      },
      refusals: { 404: "NotFound" },
    }),
    post: managed({
      id: "announce_key",
      tag: "keys",
      summary: "Announce a fresh signing key",
      description: "It is published, and signs nothing yet.",
      opens: "management",
      body: { schema: object({ algorithm: signingAlgorithm }), example: { algorithm: "ES256" } },
      answers: {
        201: {
          description: "The key.",
          content: json(
            result(object({ kid: { ...ref("identifier"), description: "Names the key." }, state: { const: "next" } })),
            { result: { kid: "es256-1f3a", state: "next" } },
          ),
          links: { advance_key: { operationId: "advance_key", parameters: { kid: "$response.body#/result/kid" } } },
        },
      },
      refusals: { 404: "NotFound", 409: "KeyConflict" },
    }),
  },
  "/v1/keys/{kid}": {
    parameters: [inPath("kid", "Names the key.", ref("identifier"))],
    put: managed({
      id: "advance_key",
      tag: "keys",
      summary: "Move a signing key to its next state",
      description: "`next` to `current`, which retires the one before; `retiring` to `disabled`.",
      opens: "management",
      body: {
        schema: object({ state: { type: "string", enum: ["current", "disabled"], description: "Its state afterwards." } }),
        example: { state: "current" },
      },
      answers: { 204: { description: "It is in that state." } },
      refusals: { 404: "NotFound", 409: "KeyConflict" },
    }),
  },
};

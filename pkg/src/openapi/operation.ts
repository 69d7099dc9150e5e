/** One operation: what is common to all stands here once. */
import { parameter, refusal, type Response } from "./responses.ts";
import type { Schema } from "./schemas.ts";

/** Whose access token opens an operation. */
export type Opens = "management" | "management and clients" | "clients";

/** An operation without what follows from the rest of it. */
export interface Operation {
  id: string;
  tag: string;
  summary: string;
  description?: string;
  opens: Opens;
  /** Parameters but for those of the path. */
  parameters?: Schema[];
  /** The schema of the body, with an example of it. */
  body?: { schema: Schema; example: unknown };
  answers: Record<string, Response | Schema>;
  /** Refusals by status, besides those that every operation has. */
  refusals?: Record<string, string>;
}

const SECURITY: Record<Opens, Schema[]> = {
  management: [{ management_token: [] }],
  "management and clients": [{ management_token: [] }, { client_token: [] }],
  clients: [{ client_token: [] }],
};

const TOKEN_REFUSALS = { 401: "Unauthenticated", 403: "WrongSubject", 503: "Unavailable" };
const REFUSALS = { 400: "Invalid", ...TOKEN_REFUSALS };
const REFUSALS_OF_BODIES = { 413: "BodyTooLong", 415: "NotJson" };

/** An operation of the management API. */
export function managed(operation: Operation): Schema {
  const refusals = { ...REFUSALS, ...(operation.body === undefined ? {} : REFUSALS_OF_BODIES), ...operation.refusals };
  return described(operation, refusals);
}

/** An operation of the backend authentication API. */
export function call(operation: Omit<Operation, "opens">): Schema {
  const refusals = {
    400: "CallRefused",
    ...TOKEN_REFUSALS,
    ...(operation.body === undefined ? {} : { 413: "CallTooLong" }),
  };
  return described({ ...operation, opens: "clients" }, { ...refusals, ...operation.refusals });
}

function described(operation: Operation, refusals: Record<string, string>): Schema {
  const { id, tag, summary, description, opens, parameters, body, answers } = operation;
  const content = body === undefined ? undefined : { "application/json": { schema: body.schema, example: body.example } };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[opens],
    ...(parameters === undefined ? {} : { parameters }),
    ...(content === undefined ? {} : { requestBody: { required: true, content } }),
    responses: {
      ...answers,
      ...Object.fromEntries(Object.entries(refusals).map(([status, name]) => [status, refusal(name)])),
    },
  };
}

/** A parameter of the path. */
export const inPath = (name: string, description: string, schema: Schema): Schema => ({
  name,
  in: "path",
  required: true,
  description,
  schema,
});

/** Parameters of a list. */
export const PAGED = [parameter("Limit"), parameter("Cursor")];

/** What the core says of an admitted request, made into what a handler is told. It is handed out frozen, because requests share it. */
import type { Access, GateDecision } from "../wasm/full_types.js";

/** Stands between the core's values, and in none of them. */
const SEPARATOR = "\u001f";

/** The core's values. Behind them stand names and values of header fields, in turn. */
type Values = [
  kind: Access["kind"],
  issuer: string,
  subject: string,
  clientId: string,
  applicationId: string,
  tenantId: string,
  sessionId: string,
  resource: string,
  scopes: string,
  expiresAt: string,
  claims: string,
  ...fields: string[],
];

/** How many values stand before the header fields. */
const VALUES = 11;

const NO_HEADERS = Object.freeze([]) as unknown as [string, string][];

/** The decision by which a request is admitted, from the core's values; empty is absent. */
export function admitted(text: string): GateDecision {
  const values = text.split(SEPARATOR) as Values;
  const [kind, resource] = [values[0], values[7]];
  if (kind === "public") {
    return Object.freeze({ type: "allow", access: Object.freeze({ kind, resource }), headers: headersOf(values) });
  }
  const access: Extract<Access, { subject: string }> = {
    kind,
    issuer: values[1],
    subject: values[2],
    tenantId: values[5],
    resource,
    scopes: scopesOf(values[8]),
    expiresAt: Number(values[9]),
    claims: frozen(JSON.parse(values[10]) as Record<string, unknown>),
  };
  if (values[3] !== "") {
    access.clientId = values[3];
  }
  if (values[4] !== "") {
    access.applicationId = values[4];
  }
  if (values[6] !== "") {
    access.sessionId = values[6];
  }
  return Object.freeze({ type: "allow", access: Object.freeze(access), headers: headersOf(values) });
}

function scopesOf(text: string): string[] {
  return Object.freeze(text === "" ? [] : text.split(" ")) as string[];
}

function headersOf(values: Values): [string, string][] {
  if (values.length === VALUES) {
    return NO_HEADERS;
  }
  const headers: [string, string][] = [];
  for (let at = VALUES; at < values.length; at += 2) {
    headers.push(Object.freeze([values[at] ?? "", values[at + 1] ?? ""]) as [string, string]);
  }
  return Object.freeze(headers) as [string, string][];
}

/** One decision may be handed to several requests, so none of them can change it. */
export function frozen<T extends object>(value: T): T {
  for (const name in value) {
    const member: unknown = value[name];
    if (typeof member === "object" && member !== null) {
      frozen(member);
    }
  }
  return Object.freeze(value);
}

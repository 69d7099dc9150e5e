/** The tenant document as the visitor edits it: text first, because text is what the core checks. */
import type { Rule } from "../../rules/rule-row.tsx";

export interface ScopeDefinition {
  name: string;
  description?: string;
}

/** Lifetimes are what was typed where that is no number: the core says what is wrong with it. */
export interface Resource {
  resource_id: string;
  name: string;
  uri: string;
  access_token_ttl: number | string;
  refresh_token_ttl: number | string;
  max_refresh_rotate: number | string;
  scopes: ScopeDefinition[];
  rules: Rule[];
}

interface Grant {
  resource_id: string;
  scopes: string[];
}

export interface Role {
  role_id: string;
  resources: Grant[];
}

export interface Client {
  client_id: string;
  name: string;
  description?: string;
  app_id: string;
  grants: string[];
  resources: Grant[];
  role_ids?: string[];
}

export interface User {
  user_id: string;
  email: string;
  status: string;
  applications?: string[];
  role_ids?: string[];
}

export interface TenantDocument {
  tenant_id: string;
  issuer: string;
  settings?: { clock_tolerance?: number };
  resources: Resource[];
  roles: Role[];
  applications: { app_id: string; name: string; kind: string }[];
  clients: Client[];
  users: User[];
}

const LISTS = ["resources", "roles", "applications", "clients", "users"] as const;

/**
 * The document for forms and labels: the members that the page reads are there with their types, or it is `undefined`.
 * Whether it is a good document is the core's to say.
 */
export function readable(text: string): TenantDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) {
    return undefined;
  }
  const lists = LISTS.map((name) => [name, (Array.isArray(value[name]) ? value[name] : []).filter(isObject)]);
  const document = { ...value, ...Object.fromEntries(lists) } as TenantDocument;
  for (const resource of document.resources) {
    resource.scopes ??= [];
    resource.rules ??= [];
  }
  for (const holder of [...document.clients, ...document.roles]) {
    holder.resources ??= [];
  }
  const wellFormed =
    document.resources.every(
      ({ resource_id, uri, scopes, rules }) =>
        isText(resource_id) &&
        isText(uri) &&
        isListOf(scopes, (scope) => isObject(scope) && isText(scope["name"])) &&
        isListOf(rules, (rule) => isObject(rule) && isListOf(rule["methods"], isText) && isText(rule["path"])),
    ) &&
    document.clients.every(({ client_id, grants, resources, role_ids }) =>
      isText(client_id) && isListOf(grants, isText) && areGrants(resources) && isListOf(role_ids ?? [], isText),
    ) &&
    document.roles.every(({ role_id, resources }) => isText(role_id) && areGrants(resources)) &&
    document.users.every(({ user_id, role_ids }) => isText(user_id) && isListOf(role_ids ?? [], isText));
  return wellFormed ? document : undefined;
}

/** `document` as text; what is short stands on one line, and so do all or none of a list. */
export function format(value: unknown, indent = "", alone = false): string {
  const line = onOneLine(value);
  const inner = `${indent}  `;
  if ((!alone && indent !== "" && fits(line, indent)) || typeof value !== "object" || value === null) {
    return line;
  }
  const allFit = Array.isArray(value) && value.every((item) => fits(onOneLine(item), inner));
  const parts = Array.isArray(value)
    ? value.map((item) => inner + format(item, inner, !allFit))
    : Object.entries(value).map(([name, member]) => `${inner}${JSON.stringify(name)}: ${format(member, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

/** Gives a new scope to the resource, and to every client and role that has any other scope of it. */
export function addScope(document: TenantDocument, resource: Resource, name: string): void {
  resource.scopes.push({ name, description: name });
  for (const grant of grantsOf(document, resource)) {
    grant.scopes.push(name);
  }
}

/** Renames a scope wherever it stands, or removes it where there is no new name. */
export function renameScope(document: TenantDocument, resource: Resource, from: string, to: string | undefined): void {
  const renamed = (names: string[]): string[] =>
    names.flatMap((name) => (name !== from ? [name] : to === undefined ? [] : [to]));
  resource.scopes = resource.scopes.flatMap((scope) =>
    scope.name !== from ? [scope] : to === undefined ? [] : [{ ...scope, name: to }],
  );
  for (const rule of resource.rules) {
    if (rule.scopes !== undefined) {
      rule.scopes = renamed(rule.scopes);
    }
  }
  for (const grant of grantsOf(document, resource)) {
    grant.scopes = renamed(grant.scopes);
  }
}

function grantsOf(document: TenantDocument, resource: Resource): Grant[] {
  const holders = [...document.clients, ...document.roles];
  return holders.flatMap(({ resources }) => resources.filter((grant) => grant.resource_id === resource.resource_id));
}

function fits(line: string, indent: string): boolean {
  return line.length + indent.length <= 84;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(onOneLine).join(", ")}]`;
  }
  if (isObject(value)) {
    const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${onOneLine(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  return JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function areGrants(value: unknown): boolean {
  return isListOf(value, (grant) => isObject(grant) && isText(grant["resource_id"]) && isListOf(grant["scopes"], isText));
}

/** What the management API speaks of. Times and spans are in seconds. */

export interface Stamped {
  created_at?: number;
  updated_at?: number;
}

export interface ScopeDefinition {
  name: string;
  description?: string;
}

export type SubjectKind = "user" | "client" | "management";

export interface Rule {
  methods: string[];
  path: string;
  scopes?: string[];
  subjects?: SubjectKind[];
  public?: boolean;
  acr_values?: string[];
  /** Seconds. */
  max_age?: number;
}

export interface Resource extends Stamped {
  resource_id: string;
  tenant_id?: string;
  name: string;
  description?: string | null;
  uri: string;
  access_token_ttl: number;
  refresh_token_ttl: number;
  max_refresh_rotate: number;
  scopes?: ScopeDefinition[];
  rules?: Rule[];
  revocation?: "bounded" | "strong" | null;
  access_token_signing_alg?: string | null;
  introspection_client_id?: string | null;
  cors?: unknown;
}

/** The three spans that a resource configures. */
export type Span = "access_token_ttl" | "refresh_token_ttl" | "max_refresh_rotate";

export interface Application extends Stamped {
  app_id: string;
  name: string;
  description?: string | null;
  kind: "application" | "management";
}

/** A resource with scopes of it: what a role grants, or what is allowed to a client. */
export interface ScopeGrant {
  resource_id: string;
  scopes: string[];
}

export interface Client extends Stamped {
  client_id: string;
  name: string;
  description?: string | null;
  app_id: string;
  type: "web" | "native" | "backend";
  grants: string[];
  token_endpoint_auth_method: "client_secret_basic" | "client_secret_post" | "private_key_jwt" | "none";
  secrets?: { secret_id: string }[];
  /** Only in the answer that made it. */
  client_secret?: string;
  jwks?: unknown;
  redirect_uris?: string[];
  post_logout_redirect_uris?: string[];
  backchannel_logout_uri?: string | null;
  third_party?: boolean;
  resources?: ScopeGrant[];
  role_ids?: string[];
  protocol_scopes?: string[];
}

export interface Role extends Stamped {
  role_id: string;
  name: string;
  description?: string | null;
  resources?: ScopeGrant[];
}

export interface User extends Stamped {
  user_id: string;
  email: string;
  status: "active" | "suspended";
  applications?: string[];
  role_ids?: string[];
}

export interface Session {
  /** The public identifier, which opens nothing. */
  session_id: string;
  client_id: string;
  start_time: number;
  expiration_time: number;
  amr?: string[];
  auth_time?: number;
}

export interface SigningKey {
  state: "next" | "current" | "retiring" | "disabled";
  kid?: string;
  alg?: string;
  jwk?: { kid?: string; alg?: string };
  /** Since when its state is known; 0 while it is being published. */
  published_at?: number | null;
  /** From when on it may take the next step. */
  allowed_at?: number | null;
}

export interface AuditEntry {
  audit_id: number;
  at: number;
  client_id?: string | null;
  act?: string | null;
  action: string;
  kind: string;
  id: string;
  before?: unknown;
  after?: unknown;
  request_id: string;
}

export interface Publication {
  version: number;
  pending: number;
  published_at: number;
  failures: number;
  reliable_at: number | null;
}

/** What an answer to a change says about its publication. */
export interface Promised {
  version: number;
  /** Within so many seconds everybody goes by it. */
  reliable_within: number;
}

export interface Explanation {
  client_id: string;
  user_id?: string;
  /** None where no resource has the URI that was named. */
  resource_id: string | null;
  granted: string[];
  scopes: { scope: string; granted: boolean; reason: string; roles?: string[] }[];
  refusal?: string;
}

/** Who is logged in to the console. */
export interface ConsoleSession {
  user_id: string;
  email: string;
  tenant_id: string;
  /** The issuer. */
  tenant: string;
  expires_at: number;
}

export interface Entities {
  resource: Resource;
  application: Application;
  client: Client;
  role: Role;
  user: User;
}

export type Kind = keyof Entities;

interface KindFacts {
  /** Below `/v1/`, and below `/console/`. */
  path: string;
  /** The member that names one. */
  id: string;
  one: string;
  many: string;
}

export const KINDS: Readonly<Record<Kind, KindFacts>> = {
  resource: { path: "resources", id: "resource_id", one: "resource", many: "resources" },
  application: { path: "applications", id: "app_id", one: "application", many: "applications" },
  client: { path: "clients", id: "client_id", one: "client", many: "clients" },
  role: { path: "roles", id: "role_id", one: "role", many: "roles" },
  user: { path: "users", id: "user_id", one: "user", many: "users" },
};

export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

/** The identifier of one. */
export function idOf<K extends Kind>(kind: K, entity: Entities[K]): string {
  return String((entity as unknown as Record<string, unknown>)[KINDS[kind].id] ?? "");
}

/** What people call one. */
export function nameOf<K extends Kind>(kind: K, entity: Entities[K]): string {
  const { name, email } = entity as { name?: string; email?: string };
  return name || email || idOf(kind, entity);
}

/** Every call of the management API in one table: how it is made so that it would succeed, and who may make it. */
import { BYSTANDER, documentOf, type Tenancy } from "./tenants.ts";

/** Who may besides management: nobody, clients of the application that the call is about, or every client. */
export type Readers = "nobody" | "its own clients" | "every client";

/** A request that nothing speaks against but whoever makes it. */
export interface Made {
  path: string;
  body?: unknown;
}

export interface Call {
  method: string;
  /** The path with its parameters as the OpenAPI document names them. */
  path: string;
  readers: Readers;
  /** What management is answered. */
  status: number;
  /** Prepares one request: what it changes or removes is made for it. */
  make: (tenant: Tenancy) => Promise<Made> | Made;
}

let names = 0;
/** An identifier that nothing had before. */
const fresh = (): string => `n${(names += 1)}`;

const bodies: Record<string, (id: string, tenant: Tenancy) => Record<string, unknown>> = {
  resources: (id, { origin }) => ({
    ...{ resource_id: id, name: id, uri: `${origin}/demo/${id}` },
    ...{ access_token_ttl: 300, refresh_token_ttl: 3_600, max_refresh_rotate: 3_600, scopes: [{ name: `${id}:read` }] },
  }),
  roles: (id) => ({ role_id: id, name: id, resources: [{ resource_id: "orders", scopes: ["orders:read"] }] }),
  applications: (id) => ({ app_id: id, name: id, kind: "application" }),
  clients: (id) => ({
    ...{ client_id: id, name: id, app_id: "shop", type: "backend", grants: ["client_credentials"] },
    ...{ token_endpoint_auth_method: "client_secret_basic", resources: [{ resource_id: "orders", scopes: ["orders:read"] }] },
  }),
  users: (id) => ({ user_id: id, email: `${id}@shop.example`, applications: ["shop"], role_ids: ["order-viewer"] }),
};

/** The members of something new, by the list that it belongs to. */
export function members(list: string, id: string, tenant: Tenancy): Record<string, unknown> {
  const body = bodies[list];
  if (body === undefined) throw new Error(`there is no list ${list}`);
  return body(id, tenant);
}

/** Makes something new in a list; its identifier. */
export async function created(tenant: Tenancy, list: string): Promise<string> {
  const id = fresh();
  await tenant.manage("POST", `/v1/${list}`, members(list, id, tenant));
  return id;
}

/** One call; `make` prepares it. */
function call(method: string, path: string, status: number, make: Call["make"], readers: Readers = "nobody"): Call {
  return { method, path, readers, status, make };
}

/** Always the same request. */
const always = (path: string, body?: unknown): Call["make"] => () => (body === undefined ? { path } : { path, body });

/** What a call's parameter names is made for it. */
function of(list: string, rest = "", body?: unknown): Call["make"] {
  return async (tenant) => {
    const path = `/v1/${list}/${await created(tenant, list)}${rest}`;
    return body === undefined ? { path } : { path, body };
  };
}

/** The five calls of a list and of one of it. */
function ofList(list: string, parameter: string, changes: object, readers: { list?: Readers; one?: Readers; read?: string } = {}): Call[] {
  const path = `/v1/${list}`;
  const one = `${path}/{${parameter}}`;
  return [
    call("GET", path, 200, always(path), readers.list),
    call("POST", path, 201, (tenant) => ({ path, body: members(list, fresh(), tenant) })),
    call("GET", one, 200, readers.read === undefined ? of(list) : always(readers.read), readers.one),
    call("PUT", one, 200, of(list, "", changes)),
    call("DELETE", one, 204, of(list)),
  ];
}

/** A session of the bystander's, which has just begun. */
async function session(tenant: Tenancy): Promise<string> {
  await tenant.userTokens(BYSTANDER);
  const { result } = (await tenant.manage("GET", `/v1/sessions/${BYSTANDER}`)) as { result: { session_id: string }[] };
  return result[0]?.session_id ?? "";
}

async function nextKey(tenant: Tenancy): Promise<string> {
  const { result } = (await tenant.manage("GET", "/v1/keys")) as { result: { state: string; jwk: { kid: string } }[] };
  return result.find(({ state }) => state === "next")?.jwk.kid ?? "";
}

/** Each has one key that comes next. */
const algorithms = ["ES256", "EdDSA", "RS256"];
const ordersOf = ({ origin }: Tenancy): string => encodeURIComponent(`${origin}/demo/orders`);
const applicationUser = "/v1/applications/{app_id}/users/{user_id}";
const clientSecret = "/v1/clients/{client_id}/secrets/{secret_id}";
const userSession = "/v1/sessions/{user_id}/{session_id}";
const revocation = "/v1/tenant/refresh-tokens/revocation";

/** Every call, in the order of the contract. */
export const CALLS: Call[] = [
  ...ofList("resources", "resource_id", { access_token_ttl: 60 }),
  call("GET", "/v1/resources/uri", 200, (tenant) => ({ path: `/v1/resources/uri?resourceUri=${ordersOf(tenant)}` })),
  ...ofList("applications", "app_id", { name: "changed" }, { list: "every client", one: "its own clients", read: "/v1/applications/shop" }),
  call("GET", "/v1/applications/{app_id}/users", 200, always("/v1/applications/shop/users"), "its own clients"),
  call("PUT", applicationUser, 200, async (tenant) => ({ path: `/v1/applications/partners/users/${await created(tenant, "users")}` })),
  call("DELETE", applicationUser, 204, async (tenant) => ({ path: `/v1/applications/shop/users/${await created(tenant, "users")}` })),
  call("GET", "/v1/management/applications", 200, always("/v1/management/applications")),
  ...ofList("clients", "client_id", { role_ids: ["order-manager"] }),
  call("PUT", "/v1/clients/{client_id}/resources", 200, of("clients", "/resources", { resource_ids: ["payments"] })),
  call("POST", "/v1/clients/{client_id}/secrets", 201, of("clients", "/secrets")),
  call("DELETE", clientSecret, 204, async (tenant) => {
    const path = `/v1/clients/${await created(tenant, "clients")}/secrets`;
    const { result } = (await tenant.manage("POST", path)) as { result: { secret_id: string } };
    return { path: `${path}/${result.secret_id}` };
  }),
  ...ofList("roles", "role_id", { resources: [{ resource_id: "orders", scopes: ["orders:cancel"] }] }),
  ...ofList("users", "user_id", { status: "suspended" }, { list: "every client", one: "its own clients", read: `/v1/users/${BYSTANDER}` }),
  call("GET", "/v1/sessions/{user_id}", 200, always(`/v1/sessions/${BYSTANDER}`), "its own clients"),
  call("DELETE", "/v1/sessions/{user_id}", 204, async (tenant) => (await session(tenant), { path: `/v1/sessions/${BYSTANDER}` })),
  call("DELETE", userSession, 204, async (tenant) => ({ path: `/v1/sessions/${BYSTANDER}/${await session(tenant)}` })),
  call("GET", "/v1/keys", 200, always("/v1/keys")),
  call("POST", "/v1/keys", 201, () => ({ path: "/v1/keys", body: { algorithm: algorithms.shift() } })),
  // Nobody can have fetched that key yet, so it is too early.
  call("PUT", "/v1/keys/{kid}", 409, async (tenant) => ({ path: `/v1/keys/${await nextKey(tenant)}`, body: { state: "current" } })),
  call("GET", "/v1/audit", 200, always("/v1/audit")),
  call("GET", "/v1/tenant", 200, always("/v1/tenant")),
  call("PUT", "/v1/tenant", 200, (tenant) => {
    const document = documentOf(tenant, tenant.worker.port);
    return { path: "/v1/tenant", body: { ...document, roles: [...(document["roles"] as object[]), members("roles", fresh(), tenant)] } };
  }),
  call("POST", revocation, 204, always(revocation)),
  call("GET", "/v1/publication", 200, always("/v1/publication")),
  call("GET", "/v1/explain", 200, (tenant) => ({ path: `/v1/explain?client_id=orders-backend&resource=${ordersOf(tenant)}` })),
];

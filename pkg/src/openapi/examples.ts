/** Examples of what a tenant consists of. */
import type { Kind } from "./schemas.ts";

const TIMES = { created_at: 1_790_000_000, updated_at: 1_790_000_600 };

/** Of what is told of publication. */
export const PUBLICATION = { version: 1_790_000_600, reliable_within: 114 };

const resource = {
  resource_id: "orders",
  name: "Orders",
  description: "The orders of the shop",
  uri: "https://api.acme.example/orders",
  access_token_ttl: 3_600,
  refresh_token_ttl: 1_209_600,
  max_refresh_rotate: 1_209_600,
  scopes: [
    { name: "orders:read", description: "View orders" },
    { name: "orders:cancel", description: "Cancel orders" },
  ],
  rules: [
    { methods: ["GET", "HEAD"], path: "/**", scopes: ["orders:read"] },
    { methods: ["DELETE"], path: "/*", scopes: ["orders:cancel"] },
  ],
};
const role = {
  role_id: "order-viewer",
  name: "Order viewer",
  description: "May view orders, not cancel them",
  resources: [{ resource_id: "orders", scopes: ["orders:read"] }],
};
const application = { app_id: "shop", name: "Shop", description: "The shop itself", kind: "application" };
const client = {
  client_id: "shop-backend",
  name: "Shop backend",
  app_id: "shop",
  type: "backend",
  grants: ["client_credentials"],
  token_endpoint_auth_method: "client_secret_basic",
  resources: [{ resource_id: "orders", scopes: ["orders:read"] }],
};
const user = {
  user_id: "ada",
  email: "ada@shop.example",
  status: "active",
  applications: ["shop"],
  role_ids: ["order-viewer"],
};

/** A management application, as a response has it. */
export const MANAGEMENT_APPLICATION = { app_id: "admin", name: "Administration", kind: "management", ...TIMES };

/** As a response has them. */
export const READ: Record<Kind, object> = {
  resource: { ...resource, tenant_id: "acme", ...TIMES },
  role: { ...role, ...TIMES },
  application: { ...application, ...TIMES },
  client: { ...client, secrets: [{ secret_id: "pQ3f8xZk1A" }], ...TIMES },
  user: { ...user, ...TIMES },
};

/** As a request creates them. */
export const CREATION: Record<Kind, object> = { resource, role, application, client, user };

/** As a request changes them. */
export const CHANGES: Record<Kind, object> = {
  resource: { access_token_ttl: 300 },
  role: { name: "Viewer of orders" },
  application: { description: null },
  client: { protocol_scopes: ["openid", "offline_access"] },
  user: { status: "suspended" },
};

/** A tenant as a document. */
export const DOCUMENT = {
  tenant_id: "acme",
  issuer: "https://login.acme.example",
  hosts: ["login.acme.example"],
  settings: { clock_tolerance: 10, access_token_signing_alg: "ES256" },
  default_resource: { preset: "standard" },
  resources: [resource],
  roles: [
    role,
    { role_id: "order-manager", name: "Order manager", resources: [{ resource_id: "orders", scopes: ["orders:cancel"] }] },
  ],
  applications: [application, { app_id: "admin", name: "Administration", kind: "management" }],
  clients: [
    { ...client, secret_hashes: ["sha256:YbyDgRG_GcBQJT0dKwSF8CZUPV9mJ7h1o9kz9YI6WtE"] },
    {
      client_id: "tenant-admin",
      name: "Tenant administration",
      app_id: "admin",
      type: "backend",
      grants: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
      secret_hashes: ["sha256:4vK2ZyR7w0o8bD1tqYwV5c3n9sXhJfQeLmUaTgPiRk8"],
    },
  ],
  users: [user],
};

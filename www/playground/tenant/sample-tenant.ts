/** The tenant that the playground begins with. */
import { format } from "./tenant-document.ts";

/** Where its resources live. Nothing is sent there: requests meet the gate in this page. */
export const API = "https://api.shop.example";

/**
 * What stands as `${…}` is made in this page and filled in when the document is published: the hashes of client secrets
 * and the public key of the issuer.
 */
export const SAMPLE_TENANT = `${format({
  tenant_id: "demo",
  issuer: "https://login.shop.example",
  hosts: ["login.shop.example", "api.shop.example"],
  settings: { clock_tolerance: 10, access_token_signing_alg: "ES256" },
  resources: [
    {
      resource_id: "orders",
      name: "Orders",
      uri: `${API}/orders`,
      access_token_ttl: 3600,
      refresh_token_ttl: 1209600,
      max_refresh_rotate: 1209600,
      scopes: [
        { name: "orders:read", description: "View orders" },
        { name: "orders:cancel", description: "Cancel orders" },
      ],
      rules: [
        { methods: ["GET", "HEAD"], path: "/**", scopes: ["orders:read"] },
        { methods: ["DELETE"], path: "/*", scopes: ["orders:cancel"] },
        { methods: ["GET"], path: "/status", public: true },
      ],
    },
    {
      resource_id: "profile",
      name: "Profile",
      uri: `${API}/profile`,
      access_token_ttl: 3600,
      refresh_token_ttl: 1209600,
      max_refresh_rotate: 31536000,
      scopes: [
        { name: "profile:read", description: "View profiles" },
        { name: "profile:write", description: "Change profiles" },
      ],
      rules: [
        {
          methods: ["GET"],
          path: "/users/{sub}/**",
          scopes: ["profile:read"],
          subjects: ["user", "management"],
        },
        {
          methods: ["PUT", "PATCH"],
          path: "/users/{sub}/**",
          scopes: ["profile:write"],
          subjects: ["user", "management"],
        },
        {
          methods: ["GET"],
          path: "/apps/{app_id}/**",
          scopes: ["profile:read"],
          subjects: ["client", "management"],
        },
      ],
    },
    {
      resource_id: "payments",
      name: "Payments",
      uri: `${API}/payments`,
      access_token_ttl: 300,
      refresh_token_ttl: 86400,
      max_refresh_rotate: 604800,
      scopes: [
        { name: "payments:read", description: "View payments" },
        { name: "payments:make", description: "Make payments" },
      ],
      rules: [
        { methods: ["GET"], path: "/**", scopes: ["payments:read"] },
        { methods: ["POST"], path: "/", scopes: ["payments:make"] },
      ],
    },
  ],
  roles: [
    {
      role_id: "order-viewer",
      name: "Order viewer",
      resources: [{ resource_id: "orders", scopes: ["orders:read"] }],
    },
    {
      role_id: "customer",
      name: "Customer",
      resources: [
        { resource_id: "profile", scopes: ["profile:read", "profile:write"] },
        { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
      ],
    },
  ],
  applications: [
    { app_id: "shop", name: "Shop", kind: "application" },
    { app_id: "admin", name: "Administration", kind: "management" },
  ],
  clients: [
    {
      client_id: "orders-backend",
      name: "Orders backend",
      description: "May view and cancel orders",
      app_id: "shop",
      type: "backend",
      grants: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
      secret_hashes: ["${SECRET_HASH:orders-backend}"],
      resources: [{ resource_id: "orders", scopes: ["orders:read", "orders:cancel"] }],
    },
    {
      client_id: "shop-viewer",
      name: "Shop viewer",
      description: "Its role lets it view orders only",
      app_id: "shop",
      type: "backend",
      grants: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
      secret_hashes: ["${SECRET_HASH:shop-viewer}"],
      resources: [{ resource_id: "orders", scopes: ["orders:read", "orders:cancel"] }],
      role_ids: ["order-viewer"],
    },
    {
      client_id: "tenant-admin",
      name: "Tenant administration",
      description: "Management: every resource, every application",
      app_id: "admin",
      type: "backend",
      grants: ["client_credentials"],
      token_endpoint_auth_method: "client_secret_basic",
      secret_hashes: ["${SECRET_HASH:tenant-admin}"],
      resources: [
        { resource_id: "orders", scopes: ["orders:read", "orders:cancel"] },
        { resource_id: "profile", scopes: ["profile:read", "profile:write"] },
        { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
      ],
    },
    {
      client_id: "shop-web",
      name: "Shop, in the browser",
      app_id: "shop",
      type: "web",
      grants: ["authorization_code", "refresh_token"],
      token_endpoint_auth_method: "client_secret_basic",
      secret_hashes: ["${SECRET_HASH:shop-web}"],
      redirect_uris: ["https://www.shop.example/callback"],
      resources: [
        { resource_id: "orders", scopes: ["orders:read", "orders:cancel"] },
        { resource_id: "profile", scopes: ["profile:read", "profile:write"] },
        { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
      ],
    },
  ],
  users: [
    {
      user_id: "ada",
      email: "ada@shop.example",
      status: "active",
      applications: ["shop"],
      role_ids: ["order-viewer", "customer"],
    },
  ],
  signing_keys: "${SIGNING_KEYS}",
})}\n`;

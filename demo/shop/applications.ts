/** The applications of the demo that people log in to. All three are clients of the one tenant. */

/** A resource that an application may ask for. */
export interface Target {
  /** Its identifier in the tenant document, and its path below `/demo/`. */
  id: "profile" | "orders" | "payments";
  name: string;
}

/** Something that an application does with its access token. */
export interface GateRequest {
  id: string;
  label: string;
  method: "GET" | "DELETE";
  path: string;
}

export interface Application {
  /** Its path below `/demo/`. */
  id: "shop" | "insights" | "partners";
  name: string;
  summary: string;
  clientId: string;
  /** The binding with its client secret; a public client has none. */
  secret?: "INSIGHTS_SECRET";
  /** The first one is asked for unless the user chooses another. */
  targets: readonly [Target, ...Target[]];
  scope: string;
  requests: readonly GateRequest[];
}

const PROFILE: Target = { id: "profile", name: "Profile" };
const ORDERS: Target = { id: "orders", name: "Orders" };
const PAYMENTS: Target = { id: "payments", name: "Payments" };

/** `{sub}` stands for the user who is logged in, `{other}` for another one. */
const MY_PROFILE: GateRequest = { id: "my-profile", label: "My profile", method: "GET", path: "/demo/profile/users/{sub}" };
const ANOTHER_PROFILE: GateRequest = {
  id: "another-profile",
  label: "{other}’s profile",
  method: "GET",
  path: "/demo/profile/users/{other}",
};
const VIEW_ORDER: GateRequest = { id: "view-order", label: "View an order", method: "GET", path: "/demo/orders/42" };
const CANCEL_ORDER: GateRequest = {
  id: "cancel-order",
  label: "Cancel an order",
  method: "DELETE",
  path: "/demo/orders/42",
};
const VIEW_PAYMENTS: GateRequest = { id: "payments", label: "View payments", method: "GET", path: "/demo/payments" };

export const applications: readonly Application[] = [
  {
    id: "shop",
    name: "Shop",
    summary:
      "The shop itself: a public client with code and PKCE. It asks nobody for consent, because it is the tenant’s own.",
    clientId: "shop-web",
    targets: [PROFILE, ORDERS, PAYMENTS],
    scope: "openid profile email offline_access profile:read profile:write orders:read orders:cancel payments:read",
    requests: [MY_PROFILE, ANOTHER_PROFILE, VIEW_ORDER, CANCEL_ORDER, VIEW_PAYMENTS],
  },
  {
    id: "insights",
    name: "Insights",
    summary:
      "Somebody else’s software for the users of the shop: they are asked before it gets anything, and it is told when " +
      "they log out.",
    clientId: "shop-insights",
    secret: "INSIGHTS_SECRET",
    targets: [PROFILE, ORDERS],
    scope: "openid email offline_access profile:read orders:read",
    requests: [MY_PROFILE, ANOTHER_PROFILE, VIEW_ORDER, CANCEL_ORDER],
  },
  {
    id: "partners",
    name: "Partners",
    summary: "Another application of the tenant. Whoever is not assigned to it does not enter: Grace is, Ada is not.",
    clientId: "partner-web",
    targets: [PROFILE],
    scope: "openid email offline_access profile:read",
    requests: [MY_PROFILE, ANOTHER_PROFILE, VIEW_ORDER],
  },
];

export function applicationOf(id: string): Application | undefined {
  return applications.find((application) => application.id === id);
}

/** The resource of `application` with that identifier, or its first. */
export function targetOf(application: Application, id: string | null): Target {
  return application.targets.find((target) => target.id === id) ?? application.targets[0];
}

/** The path of a request of the user `subject`. */
export function pathOf({ path }: GateRequest, subject: string): string {
  return path.replace("{sub}", encodeURIComponent(subject)).replace("{other}", otherUser(subject).toLowerCase());
}

/** What the button of a request says to the user `subject`. */
export function labelOf({ label }: GateRequest, subject: string): string {
  return label.replace("{other}", otherUser(subject));
}

function otherUser(subject: string): string {
  return subject === "grace" ? "Ada" : "Grace";
}

/** Gated pages as a deployment has them, and the browser of somebody who visits them. */
import { randomBytes } from "node:crypto";
import { request as sendRequest } from "node:http";
import { document, type Entry, records, type TenantDocument } from "./demo.ts";
import { UserAgent, elsewhere } from "./user_agent.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

/** A secret `GATE_COOKIE_SECRET`. */
export const cookieSecret = `1:${randomBytes(32).toString("base64url")}`;

/**
 * The demo with a client for its pages. Ada may read payments, profiles ask the objects on every request, and an order is
 * confirmed by who has just logged in.
 */
function pagesDocument(port: number): TenantDocument {
  const tenant = document(port);
  const origin = `http://localhost:${port}`;
  tenant.clients.push({
    ...{ client_id: "shop-pages", name: "Pages", app_id: "shop", type: "web" },
    grants: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
    redirect_uris: ["/.audgate", "/.refreshing"].map((path) => `${origin}${path}/callback`),
    post_logout_redirect_uris: [`${origin}/demo/payments/status`],
    resources: [
      { resource_id: "orders", scopes: ["orders:read", "orders:cancel"] },
      { resource_id: "profile", scopes: ["profile:read"] },
      { resource_id: "payments", scopes: ["payments:read", "payments:make"] },
    ],
    protocol_scopes: ["openid", "offline_access"],
  });
  const resource = (id: string): Record<string, unknown> => tenant.resources.find(({ resource_id: own }) => own === id) ?? {};
  const confirmation = { methods: ["GET"], path: "/confirm", scopes: ["orders:read"], max_age: 60 };
  (resource("orders")["rules"] as object[]).push(confirmation);
  Object.assign(resource("profile"), { revocation: "strong", access_token_ttl: 300 });
  (tenant["roles"] as object[]).push({
    ...{ role_id: "payer", name: "Payer", description: "May see and make payments" },
    resources: [{ resource_id: "payments", scopes: ["payments:read", "payments:make"] }],
  });
  const ada = tenant.users.find(({ user_id: id }) => id === "ada");
  (ada?.["role_ids"] as string[]).push("payer");
  return tenant;
}

/** The resources {@link startLargePages} has besides: three tokens for them are more than the cookies of a host may hold. */
export const LARGE = ["large-1", "large-2", "large-3", "large-4"];

/** The demo of the pages with resources whose tokens are long, and with Ada having all that they define. */
function largeEntries(port: number): Entry[] {
  const tenant = pagesDocument(port);
  const resources = LARGE.map((id) => {
    const names = Array.from({ length: 22 }, (_, index) => `${id}:${"a-scope-with-a-long-name-that-fills-a-token".padEnd(40, "-")}-${index}`);
    return { id, names };
  });
  for (const { id, names } of resources) {
    tenant.resources.push({
      ...{ resource_id: id, name: id, uri: `http://localhost:${port}/demo/${id}` },
      ...{ access_token_ttl: 600, refresh_token_ttl: 86_400, max_refresh_rotate: 604_800 },
      scopes: names.map((name) => ({ name, description: name })),
      rules: [
        { methods: ["GET"], path: "/**", scopes: [names[0]] },
        { methods: ["GET"], path: "/status", public: true },
      ],
    });
  }
  const assigned = resources.map(({ id, names }) => ({ resource_id: id, scopes: names }));
  (tenant["roles"] as object[]).push({ role_id: "all", name: "All", description: "All of what is long", resources: assigned });
  (tenant.users.find(({ user_id: id }) => id === "ada")?.["role_ids"] as string[]).push("all");
  (tenant.clients.find(({ client_id: id }) => id === "shop-pages")?.["resources"] as object[]).push(...assigned);
  return records(tenant);
}

/** The worker with gated pages; `null` for none of the secret. */
export function startPages(secret: string | null = cookieSecret): Promise<RunningWorker> {
  const entries = (port: number): Entry[] => records(pagesDocument(port));
  return startWorker({ entry: "tests/support/workers/pages.ts", entries, cookieSecret: secret });
}

/** The same with {@link LARGE}. */
export function startLargePages(): Promise<RunningWorker> {
  return startWorker({ entry: "tests/support/workers/pages.ts", entries: largeEntries, cookieSecret });
}

const NAVIGATION = {
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

/** What a page of the worker says of the request that reached it. */
export interface Seen {
  path: string;
  method: string;
  cookie: string | null;
  authorization: boolean;
  subject: string | null;
  resource: string;
  expiresAt: number | null;
}

/** A browser in front of the pages. It sends what only browsers may send, which `fetch` of Node does not. */
export class PageVisitor extends UserAgent {
  readonly #origin: string;

  constructor(worker: RunningWorker) {
    super(worker, sent);
    this.#origin = worker.origin;
  }

  /** Navigates, and stays where it is sent to. */
  navigate(target: URL | string, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(target, { headers: { ...NAVIGATION, "sec-fetch-site": "none", ...headers } });
  }

  /** Navigates with these cookies instead of the browser's own; nothing of the answer is kept. */
  navigateWith(target: string, cookie: string): Promise<Response> {
    const headers = { ...NAVIGATION, "sec-fetch-site": "none", ...(cookie === "" ? {} : { cookie }) };
    return sent(new URL(target, this.#origin), { headers });
  }

  /** Posts a form of a page of this host. */
  post(target: string, headers: Record<string, string> = {}): Promise<Response> {
    const own = { ...NAVIGATION, "sec-fetch-site": "same-origin", origin: this.#origin };
    return this.fetch(target, { method: "POST", headers: { ...own, ...headers }, body: new URLSearchParams({ amount: "1" }) });
  }

  /** Where the issuer sends the browser that was sent to it from `target`; it logs in where it is asked to. */
  async authorized(target: string, email = "ada@shop.example"): Promise<URL> {
    const begun = await this.navigate(target);
    const location = begun.headers.get("location");
    if (location === null) throw new Error(`nobody was sent to the issuer: ${begun.status} ${await begun.text()}`);
    const arrival = await this.open(location);
    return arrival.kind === "elsewhere" ? arrival.url : elsewhere(await this.logIn(location, email));
  }

  /** From a page to the issuer and back to the page, with a login where one is asked for. */
  async visit(target: string, email?: string): Promise<Response> {
    const callback = await this.authorized(target, email);
    const back = await this.navigate(callback, { "sec-fetch-site": "cross-site" });
    const location = back.headers.get("location");
    return location === null ? back : this.navigate(location, { "sec-fetch-site": "cross-site" });
  }
}

/** What the page in `response` says. */
export async function seen(response: Response): Promise<Seen> {
  const html = await response.text();
  const text = /<pre id="seen">(.*?)<\/pre>/.exec(html)?.[1];
  if (text === undefined) throw new Error(`no page of the handler: ${response.status} ${html}`);
  return JSON.parse(text.replaceAll("&lt;", "<").replaceAll("&amp;", "&")) as Seen;
}

/** One request as it is given, over a socket of its own. */
function sent(url: URL, { method = "GET", headers = {}, body }: RequestInit): Promise<Response> {
  const form = body === undefined || body === null ? undefined : String(body);
  const type = form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  return new Promise((resolve, reject) => {
    const options = { method, headers: { ...(headers as Record<string, string>), ...type }, agent: false };
    const request = sendRequest(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        const fields = new Headers();
        for (const [name, values] of Object.entries(answer.headersDistinct)) {
          for (const value of values ?? []) fields.append(name, value);
        }
        resolve(new Response(Buffer.concat(parts), { status: answer.statusCode ?? 0, headers: fields }));
      });
    });
    request.on("error", reject);
    request.end(form);
  });
}

/**
 * Two tenants of one deployment, told apart by host name: `localhost` and `127.0.0.1` of one port. They have the demo's
 * document with the same identifiers and addresses, and share nothing else; whatever has a name is called after its tenant.
 */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { secretHash } from "audgate";
import { type Entry, document, records, secretOf, type TenantDocument } from "./demo.ts";
import { basic } from "./http.ts";
import { elsewhere, UserAgent } from "./user_agent.ts";
import { type RunningWorker, startWorker } from "./worker.ts";

/** A client of somebody else's that has a token of its own, which the demo has not. */
export const THIRD_PARTY = "shop-auditor";
/** Somebody whose sessions a test may end. */
export const BYSTANDER = "mary";

/** A response as tests compare it. */
export interface Answered {
  status: number;
  headers: Headers;
  text: string;
  /** The body, where it is JSON; an empty object otherwise. */
  body: unknown;
}

/** Tokens of one login. */
export interface Tokens {
  access_token: string;
  id_token: string;
  refresh_token: string;
}

/** What goes with a request besides its path. */
export interface Sent {
  body?: unknown;
  token?: string | undefined;
  headers?: Record<string, string>;
}

export class Tenancy {
  readonly id: string;
  /** The host name that leads to it. */
  readonly host: string;
  readonly origin: string;
  readonly worker: RunningWorker;
  /** The secret of a client of its document, in clear. */
  readonly secret: (clientId: string) => string;
  #management: string | undefined;

  constructor(worker: RunningWorker, { id, host, secret }: TenancyOptions) {
    this.worker = worker;
    this.id = id;
    this.host = host;
    this.origin = `http://${host}:${worker.port}`;
    this.secret = secret;
  }

  /** The mails of this tenant, oldest first: both write to the same people. */
  async outbox() {
    return (await this.worker.outbox()).filter(({ link }) => link.startsWith(`${this.origin}/`));
  }

  /** A request of whomever `token` is, or of nobody. */
  async send(method: string, path: string, { body, token, headers = {} }: Sent = {}): Promise<Answered> {
    const response = await fetch(`${this.origin}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return answered(response);
  }

  /** A request of management, which has to succeed: what the body says. */
  async manage(method: string, path: string, body?: unknown): Promise<unknown> {
    const { status, text, body: told } = await this.send(method, path, { body, token: await this.management() });
    assert.ok(status >= 200 && status < 300, `${method} ${path}: ${status} ${text}`);
    return told;
  }

  /** The token of management, always the same. */
  async management(): Promise<string> {
    return (this.#management ??= await this.clientToken("tenant-admin"));
  }

  /** A client's own token; for the default resource unless `parameters` say otherwise. */
  async clientToken(clientId: string, parameters: Record<string, string> = {}): Promise<string> {
    const { access_token: token } = await this.#tokens(clientId, { grant_type: "client_credentials", ...parameters });
    return token;
  }

  /** Logs a user in to a public client by the redirect flow. */
  async userTokens(userId: string, { client = "shop-web", callback = "/demo/callback", scope = "openid offline_access" } = {}): Promise<Tokens> {
    const verifier = randomBytes(32).toString("base64url");
    const redirect = `${this.origin}${callback}`;
    const url = new URL(`${this.origin}/oidc/auth`);
    url.search = new URLSearchParams({
      ...{ response_type: "code", client_id: client, redirect_uri: redirect, state: "state" },
      ...{ code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256" },
      ...(scope === "" ? {} : { scope }),
    }).toString();
    const answer = await new UserAgent(this).authorize(url, `${userId}@shop.example`);
    const code = answer.searchParams.get("code");
    assert.ok(code, `no code for ${userId}: ${answer.search}`);
    return this.#tokens(client, { grant_type: "authorization_code", code, redirect_uri: redirect, code_verifier: verifier });
  }

  /** A browser in which a user has logged in to the console. */
  async administrator(userId = "hedy"): Promise<ConsoleAgent> {
    const agent = new ConsoleAgent(this);
    const { status, headers } = await agent.logInToConsole(userId);
    assert.equal(status, 303, `${userId} was not let in to the console`);
    assert.equal(headers.get("location"), "/console/");
    return agent;
  }

  /** Asks the token endpoint. */
  ask(clientId: string, parameters: Record<string, string>, secret?: string): Promise<Response> {
    const isPublic = secret === undefined && ["shop-web", "console"].includes(clientId);
    return fetch(`${this.origin}/oidc/token`, {
      method: "POST",
      headers: isPublic ? {} : { authorization: basic(clientId, secret ?? this.secret(clientId)) },
      body: new URLSearchParams({ ...parameters, ...(isPublic ? { client_id: clientId } : {}) }),
    });
  }

  /** Waits until everything that was changed is published. Each question lets the directory go on. */
  async settled(): Promise<void> {
    for (;;) {
      const { result } = (await this.manage("GET", "/v1/publication")) as { result: { pending: number } };
      if (result.pending === 0) return;
    }
  }

  /** Everything that the tenant's directory holds, and the sessions of `users`; what only follows from it left out. */
  async stored(users: string[] = []): Promise<Record<string, unknown>> {
    const directories = this.worker.objects("Directory");
    const all: Record<string, unknown> = {};
    for (const table of ["entity", "declared", "reference", "audit", "idempotency"]) {
      all[table] = await directories.query(this.id, `SELECT * FROM ${table}`);
    }
    all["state"] = await directories.query(this.id, "SELECT * FROM state WHERE name <> 'published_at'");
    const rows = (await directories.rows(this.id)).filter(({ key }) => key.startsWith("key/"));
    all["keys"] = rows.map(({ value }) => ({ ...(JSON.parse(value) as object), published_at: undefined }));
    for (const user of users) all[user] = await this.worker.objects("Account").rows(`${this.id}/user/${user}`);
    return all;
  }

  async #tokens(clientId: string, parameters: Record<string, string>): Promise<Tokens> {
    const answer = await this.ask(clientId, parameters);
    assert.equal(answer.status, 200, `no token for ${clientId}: ${await answer.clone().text()}`);
    return (await answer.json()) as Tokens;
  }
}

/** A browser that looks at the console. */
export class ConsoleAgent extends UserAgent {
  readonly #tenant: Tenancy;

  constructor(tenant: Tenancy) {
    super(tenant);
    this.#tenant = tenant;
  }

  /** From the console's login to the answer of its callback. */
  async logInToConsole(userId: string, query = ""): Promise<Response> {
    return this.fetch(await this.authorizeConsole(userId, query));
  }

  /** From the console's login to where the authorization server sends the browser. */
  async authorizeConsole(userId: string, query = ""): Promise<URL> {
    const begun = await this.fetch(`/console/login${query}`);
    const location = begun.headers.get("location") ?? "";
    return elsewhere(await this.logIn(location, `${userId}@shop.example`));
  }

  /** A call of the console's API, as the page makes it. */
  async call(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answered> {
    const response = await this.fetch(`/console/api${path}`, {
      method,
      headers: {
        ...{ origin: this.#tenant.origin, "sec-fetch-site": "same-origin" },
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return answered(response);
  }
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
}

/** What makes a tenant. */
type TenancyOptions = Pick<Tenancy, "id" | "host" | "secret">;

/** The first tenant has the demo's secrets, the second has its own. */
const SECOND_SECRETS = new Map<string, string>();

function secretOfSecond(clientId: string): string {
  const secret = SECOND_SECRETS.get(clientId) ?? randomBytes(32).toString("base64url");
  SECOND_SECRETS.set(clientId, secret);
  return secret;
}

const auditorSecret = randomBytes(32).toString("base64url");
const secretOfFirst = (clientId: string): string => (clientId === THIRD_PARTY ? auditorSecret : secretOf(clientId));

const TENANTS = [
  { id: "first", host: "localhost", secret: secretOfFirst },
  { id: "second", host: "127.0.0.1", secret: secretOfSecond },
] as const;

/** The document of a tenant, whose keys its directory makes. */
export function documentOf({ id, host, secret }: TenancyOptions, port: number): TenantDocument {
  const demo = JSON.parse(JSON.stringify(document(port)).replaceAll(`http://localhost:${port}`, `http://${host}:${port}`)) as TenantDocument;
  const { signing_keys: _, $schema: __, ...rest } = demo;
  const named = <T>(list: T[]): T[] => list.map((one) => ({ ...one, description: `of the ${id} tenant` }));
  return {
    ...rest,
    tenant_id: id,
    hosts: [host],
    resources: named(demo.resources),
    roles: named(demo["roles"] as object[]),
    applications: named(demo["applications"] as object[]),
    clients: [
      ...named(demo.clients).map((client) =>
        client["secret_hashes"] === undefined ? client : { ...client, secret_hashes: [secretHash(secret(client.client_id))] },
      ),
      {
        ...{ client_id: THIRD_PARTY, name: "Auditor", description: `of the ${id} tenant`, app_id: "shop", type: "backend" },
        ...{ grants: ["client_credentials"], token_endpoint_auth_method: "client_secret_basic", third_party: true },
        ...{ secret_hashes: [secretHash(secret(THIRD_PARTY))], resources: [{ resource_id: "orders", scopes: ["orders:read"] }] },
      },
    ],
    users: [...demo.users, { user_id: BYSTANDER, email: `${BYSTANDER}@shop.example`, status: "active", applications: ["shop"] }],
  } as unknown as TenantDocument;
}

export interface Tenants {
  worker: RunningWorker;
  first: Tenancy;
  second: Tenancy;
  stop(): Promise<void>;
}

/** Starts a worker for both, whose directories are empty yet. */
export async function startTenants({ entry, change = (document) => document }: StartOptions = {}): Promise<Tenants> {
  const entries = (port: number): Entry[] => TENANTS.flatMap((tenant) => records(change(documentOf(tenant, port))));
  const worker = await startWorker({ entries, ...(entry === undefined ? {} : { entry }) });
  const [first, second] = TENANTS.map((tenant) => new Tenancy(worker, tenant)) as [Tenancy, Tenancy];
  return { worker, first, second, stop: () => worker.stop() };
}

/** Waits until the isolate knows the keys of the tenant, which its directory makes when they are first asked for. */
export async function healthy(tenant: Tenancy): Promise<void> {
  for (let asked = 0; asked < 1_000; asked += 1) if ((await tenant.send("GET", "/healthz")).status === 200) return;
  throw new Error(`the ${tenant.id} tenant does not become healthy`);
}

/** Gives the directory of a tenant its document, and waits until that is published. */
export async function imported(tenant: Tenancy, change: StartOptions["change"] = (document) => document): Promise<void> {
  await tenant.manage("PUT", "/v1/tenant", change(documentOf(tenant, tenant.worker.port)));
  await tenant.settled();
  await healthy(tenant);
}

export interface StartOptions {
  /** The worker's source; the demo's unless said otherwise. */
  entry?: string;
  /** What is different in the documents of both. */
  change?: (document: TenantDocument) => TenantDocument;
}

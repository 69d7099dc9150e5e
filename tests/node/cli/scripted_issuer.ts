/**
 * An issuer that answers as a test wants, for what no real one does on demand: redirects, failures, somebody else's
 * change between plan and apply. It keeps what it was sent.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

export interface Sent {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A response; `undefined` as `body` is none, and status 0 a connection that breaks off. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

type Answer = Reply | ((sent: Sent) => Reply);

export const CLIENT = "tenant-admin";
export const SECRET = "the secret: of 100% certainty+0123456789abcdef";
export const TOKEN = "a.token.of-the-issuer";

export class ScriptedIssuer {
  readonly sent: Sent[] = [];
  /** By method and path without query, such as `GET /v1/tenant`. */
  readonly answers = new Map<string, Answer>();
  readonly #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const sent = { method, path, headers, body: Buffer.concat(parts).toString() };
      this.sent.push(sent);
      this.#reply(sent, response);
    });
  });
  #origin = "";

  /** Starts one, which gives tokens to the right client. It stops when the tests have ended. */
  static async start(): Promise<ScriptedIssuer> {
    const issuer = new ScriptedIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, "127.0.0.1", resolve));
    issuer.#origin = `http://127.0.0.1:${(issuer.#server.address() as AddressInfo).port}`;
    after(() => issuer.stop());
    issuer.reset();
    return issuer;
  }

  get origin(): string {
    return this.#origin;
  }

  /** What tells a command of this issuer and its client. */
  get options(): string[] {
    return ["--issuer", this.#origin, "--client-id", CLIENT];
  }

  get env(): Record<string, string> {
    return { AUDGATE_CLIENT_SECRET: SECRET };
  }

  reset(): void {
    this.sent.length = 0;
    this.answers.clear();
    const right = `Basic ${Buffer.from(`${CLIENT}:${new URLSearchParams({ "": SECRET }).toString().slice(1)}`).toString("base64")}`;
    this.answers.set("POST /oidc/token", ({ headers }) =>
      headers.authorization === right
        ? { status: 200, body: { access_token: TOKEN, token_type: "Bearer", expires_in: 3_600 } }
        : { status: 401, body: { error: "invalid_client", error_description: "client authentication failed" } },
    );
  }

  /** What was sent to it, such as `PUT /v1/tenant?dry_run=true`. */
  get calls(): string[] {
    return this.sent.map(({ method, path }) => `${method} ${path}`);
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #reply(sent: Sent, response: ServerResponse): void {
    const answer = this.answers.get(`${sent.method} ${sent.path.split("?")[0]}`) ?? {
      status: 404,
      body: { message: ["there is no such thing in this tenant"], error_code: "not_found" },
    };
    const { status, headers = {}, body } = typeof answer === "function" ? answer(sent) : answer;
    if (status === 0) {
      response.destroy();
      return;
    }
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    response.writeHead(status, { ...(text === "" ? {} : { "content-type": "application/json" }), ...headers }).end(text);
  }
}

/** A tenant that is managed at an issuer, as far as plans and changes need it. */
export class ScriptedTenant {
  revision = 7;
  /** What a document changes. */
  changes: object[] = [
    { action: "update", kind: "resource", id: "payments", before: { resource_id: "payments", access_token_ttl: 300 }, after: { resource_id: "payments", access_token_ttl: 600 } },
  ];
  /** Run before a request is answered, by its call as `calls` has it. */
  readonly before = new Map<string, () => void>();
  /** Whether a tenant was ever given to it. */
  empty = false;
  pending = 0;

  constructor(issuer: ScriptedIssuer) {
    const path = "/v1/tenant";
    issuer.answers.set(`GET ${path}`, () =>
      this.empty
        ? { status: 409, body: { message: ["nobody has given this tenant"], error_code: "directory_empty" } }
        : { status: 200, headers: { etag: `"${this.revision}"` }, body: { tenant_id: "demo" } },
    );
    issuer.answers.set(`PUT ${path}`, ({ path: asked, headers }) => {
      this.before.get(`PUT ${asked}`)?.();
      const revision = this.empty ? 0 : this.revision;
      if (headers["if-match"] !== `"${revision}"`) {
        return { status: 412, body: { message: ["it has changed"], error_code: "precondition_failed" } };
      }
      const { changes } = this;
      if (!asked.includes("dry_run")) {
        this.revision = revision + 1;
        this.changes = [];
        this.empty = false;
      }
      return { status: 200, body: { result: { changes }, publication: { version: this.revision, reliable_within: 40 } } };
    });
    issuer.answers.set("GET /v1/publication", () => {
      const left = this.pending;
      this.pending = Math.max(0, left - 1);
      const state = { version: this.revision, pending: left, published_at: 1_795_000_000, failures: 0 };
      return { status: 200, body: { result: { ...state, reliable_at: left === 0 ? 1_795_000_040 : null } } };
    });
  }
}

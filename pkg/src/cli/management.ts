/** The management API of a tenant, as far as the commands use it. */
import { Failure } from "./failure.ts";
import { type Answer, clientToken, credentials, type CredentialOptions, issuerUrl, refusalOf, send } from "./issuer.ts";
import type { Terminal } from "./terminal.ts";

/** The options of every command that manages a tenant. */
export interface ManagementOptions extends CredentialOptions {
  issuer: string;
}

/** One difference between what is there and a document. */
export interface Change {
  action: "create" | "update" | "delete";
  kind: string;
  id: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** What a document changes. */
export interface Imported {
  changes: Change[];
  publication: { version: number; reliable_within?: number } | undefined;
}

/** How far publication is. Times are seconds since the Unix epoch. */
export interface Publication {
  version: number;
  /** How many records are still to be written. */
  pending: number;
  published_at: number;
  /** How often in a row writing has failed. */
  failures: number;
  /** From when on every gate goes by it; `null` while something is pending. */
  reliable_at: number | null;
}

/** The revision of a directory that nobody has given a tenant yet. */
const EMPTY = '"0"';

export class Management {
  readonly issuer: string;
  readonly #token: string;

  private constructor(issuer: string, token: string) {
    this.issuer = issuer;
    this.#token = token;
  }

  /** Authenticates. What the default resource's tokens open is this API. */
  static async connect(options: ManagementOptions, terminal: Terminal): Promise<Management> {
    const issuer = issuerUrl(options.issuer);
    const { access_token: token } = await clientToken(issuer, await credentials(options, terminal), issuer);
    return new Management(issuer, token);
  }

  /** The tenant document, and its revision as an entity tag. */
  async tenant(): Promise<{ document: Record<string, unknown>; revision: string }> {
    const { headers, body } = await this.call("GET", "/v1/tenant");
    const revision = headers.get("etag");
    if (revision === null) {
      throw new Failure("no_revision", `${this.issuer} does not name the revision of the tenant`);
    }
    return { document: body as Record<string, unknown>, revision };
  }

  /** The revision to plan against. */
  async revision(): Promise<string> {
    try {
      return (await this.tenant()).revision;
    } catch (error) {
      if (error instanceof Failure && error.code === "directory_empty") return EMPTY;
      throw error;
    }
  }

  /** Makes the tenant equal to `document`, or tells what that would change, if its revision is still `revision`. */
  async importDocument(document: string, revision: string, dryRun: boolean): Promise<Imported> {
    const headers = { "content-type": "application/json", "if-match": revision };
    const path = dryRun ? "/v1/tenant?dry_run=true" : "/v1/tenant";
    const { body } = await this.call("PUT", path, { headers, body: document }).catch(tooLarge);
    const { result, publication } = body as { result?: { changes?: Change[] }; publication?: Imported["publication"] };
    if (!Array.isArray(result?.changes)) {
      throw new Failure("no_changes_told", `${this.issuer} does not tell what changes`);
    }
    return { changes: result.changes, publication };
  }

  async publication(): Promise<Publication> {
    return this.result("GET", "/v1/publication");
  }

  /** Calls, and answers the member `result`. */
  async result<T>(method: string, path: string, body?: unknown): Promise<T> {
    const json = { "content-type": "application/json" };
    const init = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
    const answer = (await this.call(method, path, init)).body as { result?: T } | undefined;
    if (answer?.result === undefined) {
      throw new Failure("no_result", `${this.issuer} answers ${method} ${path.split("?")[0]} without a result`);
    }
    return answer.result;
  }

  /** Calls. Whatever is no success is a {@link Failure} with the `error_code` of the answer. */
  async call(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const headers = { accept: "application/json", ...init.headers, authorization: `Bearer ${this.#token}` };
    const answer = await send(this.issuer, path, { method, ...init, headers });
    if (answer.status < 200 || answer.status > 299) {
      throw refusalOf(answer, `${this.issuer} refuses ${method} ${path.split("?")[0]}`);
    }
    return answer;
  }
}

/** What to do about a document that the issuer does not read. */
function tooLarge(error: unknown): never {
  if (!(error instanceof Failure) || error.details.status !== 413) throw error;
  const problem = "the document is larger than the issuer reads; one without `users` leaves users as they are";
  throw new Failure(error.code, problem, { details: error.details });
}

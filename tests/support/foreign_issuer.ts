/** Somebody else's issuer: a real HTTP server on the loopback interface, which answers as the test wants. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { freshKey, type PrivateJwk } from "./demo.ts";
import { type Claims, seconds, signed } from "./tokens.ts";

/** Where its documents are. */
export const KEYS = "/jwks";
export const METADATA = "/.well-known/oauth-authorization-server";
export const OPENID = "/.well-known/openid-configuration";

export class ForeignIssuer {
  /** `http://127.0.0.1:{port}`, which is its `iss` too. */
  readonly origin: string;
  /** What it signs with, unless a test says otherwise. */
  readonly key: PrivateJwk;
  /** The keys of its JWK Set. */
  keys: JsonWebKey[];
  /** What its documents are served with. */
  headers: Record<string, string> = {};
  /** What its metadata says, and where that is. */
  metadata: Record<string, unknown>;
  metadataAt: string[] = [METADATA, OPENID];
  /** Answers in its place, where it is set: a status, or by itself. */
  answer: ((path: string, response: ServerResponse) => number | void) | undefined;
  /** Every path that was asked for, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(server: Server, { secret, published }: { secret: PrivateJwk; published: PrivateJwk }) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.key = secret;
    this.keys = [published];
    this.metadata = { issuer: this.origin, jwks_uri: `${this.origin}${KEYS}` };
    server.on("request", (request: { url?: string }, response: ServerResponse) => this.#serve(request.url ?? "", response));
  }

  static async start(): Promise<ForeignIssuer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ForeignIssuer(server, await freshKey("ES256"));
  }

  #serve(path: string, response: ServerResponse): void {
    this.asked.push(path);
    if (this.answer !== undefined) {
      const status = this.answer(path, response);
      if (status !== undefined) response.writeHead(status).end();
      return;
    }
    const document = path === KEYS ? { keys: this.keys } : this.metadataAt.includes(path) ? this.metadata : undefined;
    response.writeHead(document === undefined ? 404 : 200, this.headers).end(JSON.stringify(document ?? {}));
  }

  /** How often its keys were asked for since this was last looked at. */
  takeFetches(): number {
    return this.asked.splice(0).filter((path) => path === KEYS).length;
  }

  /** A user's token of its own for `audience`, at a moment in seconds. */
  token(audience: string, { key = this.key, now = seconds(), header = {}, ...claims }: TokenOptions = {}): Promise<string> {
    const own = { iss: this.origin, sub: "their|user", aud: audience, client_id: "their-app", scope: "orders:read" };
    return signed(key, { ...own, iat: now, exp: now + 300, ...claims }, header);
  }

  /** A fresh key, which is in the JWK Set from now on. */
  async rotate(alg = "ES256"): Promise<PrivateJwk> {
    const { secret, published } = await freshKey(alg);
    this.keys = [...this.keys, published];
    return secret;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

export interface TokenOptions extends Claims {
  key?: PrivateJwk;
  now?: number;
  header?: Claims;
}

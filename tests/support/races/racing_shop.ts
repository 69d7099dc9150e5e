/**
 * The shop and its users inside the worker that is tested: every request is a call of the issuer's handler, so that
 * contenders meet at the objects and not at a socket.
 */
import { UserAgent } from "../user_agent.ts";

/** Clients of the demo that take part, by the way in which they authenticate. */
export type Contender = "orders-backend" | "partner-app" | "shop-insights" | "shop-web";

/** What the test tells the worker: the issuer's origin, the clients' secrets, how many users there are. */
export interface Setting {
  origin: string;
  secrets: Partial<Record<Contender, string>>;
  users: number;
}

/** What a request comes to. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** An authorization code with what its client needs to redeem it. */
export interface Code {
  code: string;
  verifier: string;
}

export type Send = (request: Request) => Promise<Response>;

/** A user's identifier. */
export function userId(user: number): string {
  return `racer-${user}`;
}

export function emailOf(user: number): string {
  return `${userId(user)}@shop.example`;
}

/** The client whose codes, links and refresh tokens are raced for. */
export const OWNER = "orders-backend";
const SCOPE = "orders:read offline_access";

export class RacingShop {
  readonly #setting: Setting;
  readonly #send: Send;
  readonly #mails: { to: string; link: string }[];
  readonly #browsers = new Map<number, UserAgent>();
  readonly #sessions = new Map<number, string>();
  readonly #bearers = new Map<Contender, string>();

  /** `mails` is where the worker's mail ends up. */
  constructor(setting: Setting, send: Send, mails: { to: string; link: string }[]) {
    this.#setting = setting;
    this.#send = send;
    this.#mails = mails;
  }

  get users(): number {
    return this.#setting.users;
  }

  /** A fresh code for `user`, who is logged in. */
  async code(user: number): Promise<Code> {
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const challenge = base64url(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
    const query = new URLSearchParams({
      client_id: OWNER,
      redirect_uri: this.#redirectUri(),
      response_type: "code",
      code_challenge: challenge,
      code_challenge_method: "S256",
      state: "any",
      scope: SCOPE,
      resource: this.#resource(),
    });
    const browser = this.#browsers.get(user);
    const url = `${this.#setting.origin}/oidc/auth?${query.toString()}`;
    const location = browser === undefined ? await this.#firstLogin(user, url) : await arrival(browser, url);
    const code = location.searchParams.get("code");
    if (code === null) throw new Error(`no code for ${userId(user)}: ${location.search}`);
    return { code, verifier };
  }

  /** Presents a code at the token endpoint. */
  redeemCode(client: Contender, { code, verifier }: Code): Promise<Answer> {
    const redirect_uri = this.#redirectUri();
    return this.token(client, { grant_type: "authorization_code", code, code_verifier: verifier, redirect_uri });
  }

  /** The code of a fresh magic link for `user`. */
  async link(user: number): Promise<string> {
    const email = emailOf(user);
    await this.#call(OWNER, "/v1/auth/link/email/send", { email, redirect_uri: this.#redirectUri() });
    // Nobody else is sent a link meanwhile, and no mail is kept that was read.
    const mail = this.#mails.splice(0).findLast(({ to }) => to === email);
    const code = new URL(mail?.link ?? "http://none/").searchParams.get("code");
    if (code === null) throw new Error(`no link for ${email}`);
    return code;
  }

  /** Presents the code of a link at the backend API. */
  redeemLink(client: Contender, code: string): Promise<Answer> {
    const wanted = client === OWNER ? { resource: this.#resource(), scope: SCOPE } : {};
    return this.#call(client, "/v1/auth/link/email/authenticate", { code, ...wanted });
  }

  /** The first refresh token of a fresh grant for `user`. */
  async refreshToken(user: number): Promise<string> {
    let session = this.#sessions.get(user);
    if (session === undefined) {
      const { session_id: begun } = (await this.redeemLink(OWNER, await this.link(user))).body;
      session = String(begun);
      this.#sessions.set(user, session);
    }
    const wanted = { session_id: session, resource: this.#resource(), scope: SCOPE };
    const { status, body } = await this.#call(OWNER, "/v1/auth/session/authenticate", wanted);
    if (typeof body["refresh_token"] !== "string") throw new Error(`no refresh token for ${userId(user)}: ${status}`);
    return body["refresh_token"];
  }

  /** Presents a refresh token at the token endpoint. */
  refresh(client: Contender, token: string): Promise<Answer> {
    return this.token(client, { grant_type: "refresh_token", refresh_token: token });
  }

  /** Whether introspection calls a token active. */
  async isActive(token: unknown): Promise<boolean> {
    const { body } = await this.#form(OWNER, "/oidc/introspect", { token: String(token) });
    return body["active"] === true;
  }

  /** How many sessions of the backend API `user` has. */
  async countSessions(user: number): Promise<number> {
    const { body } = await this.#answer(`/v1/auth/users/${userId(user)}/sessions`, {
      headers: { authorization: `Bearer ${await this.#bearer(OWNER)}` },
    });
    const listed = Object.values(body).find((value) => Array.isArray(value));
    if (listed === undefined) throw new Error(`no list of sessions: ${JSON.stringify(body)}`);
    return listed.length;
  }

  /** A request to the token endpoint. */
  token(client: Contender, parameters: Record<string, string>): Promise<Answer> {
    return this.#form(client, "/oidc/token", parameters);
  }

  async #firstLogin(user: number, url: string): Promise<URL> {
    const { origin } = this.#setting;
    const outbox = () => Promise.resolve(this.#mails.map((mail) => ({ ...mail, subject: "", sent_at: 0 })));
    const browser = new UserAgent({ origin, outbox }, (target, init) => this.#send(new Request(target, init)));
    this.#browsers.set(user, browser);
    const location = await browser.authorize(url, emailOf(user));
    this.#mails.splice(0);
    return location;
  }

  async #call(client: Contender, path: string, body: object): Promise<Answer> {
    return this.#answer(path, {
      method: "POST",
      headers: { authorization: `Bearer ${await this.#bearer(client)}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  #form(client: Contender, path: string, parameters: Record<string, string>): Promise<Answer> {
    const secret = this.#setting.secrets[client];
    const body = new URLSearchParams({ ...parameters, client_id: client });
    const headers = new Headers();
    if (client === "shop-insights") body.set("client_secret", secret ?? "");
    else if (secret !== undefined) headers.set("authorization", `Basic ${btoa(`${client}:${secret}`)}`);
    return this.#answer(path, { method: "POST", headers, body });
  }

  /** The client's own token, which opens the backend API. */
  async #bearer(client: Contender): Promise<string> {
    const known = this.#bearers.get(client);
    if (known !== undefined) return known;
    const { body } = await this.token(client, { grant_type: "client_credentials" });
    const token = String(body["access_token"]);
    this.#bearers.set(client, token);
    return token;
  }

  async #answer(path: string, init: RequestInit): Promise<Answer> {
    const response = await this.#send(new Request(`${this.#setting.origin}${path}`, { redirect: "manual", ...init }));
    const text = await response.text();
    return { status: response.status, body: text.startsWith("{") ? (JSON.parse(text) as Answer["body"]) : {} };
  }

  #redirectUri(): string {
    return `${this.#setting.origin}/demo/callback`;
  }

  #resource(): string {
    return `${this.#setting.origin}/demo/orders`;
  }
}

async function arrival(browser: UserAgent, url: string): Promise<URL> {
  const arrived = await browser.open(url);
  if (arrived.kind !== "elsewhere") throw new Error(`a page instead of a code: ${arrived.heading}`);
  return arrived.url;
}

function base64url(octets: Uint8Array | ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(octets))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

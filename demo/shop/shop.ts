/**
 * The applications of the demo, relying parties of its issuer: they log users in, show their tokens at the gate, refresh
 * them and log out again. Their pages lie below `/demo/` and are not gated.
 */
import { type Application, applicationOf, applications, pathOf, targetOf } from "./applications.ts";
import { applicationPage, refusedPage, strayPage } from "./pages.ts";
import { type Issuer, isRefused, RelyingParty } from "./relying-party.ts";
import type { GateAnswer, Visit, Visits } from "./visits.ts";

export interface ShopEnv {
  VISITS: DurableObjectNamespace<Visits>;
  /** The client secret of Insights. */
  INSIGHTS_SECRET: string;
}

/** How the applications reach the rest of the demo, which is in the same worker. */
export interface Surroundings {
  issuer(request: Request): Promise<Response>;
  gated(request: Request): Promise<Response>;
}

const CALLBACK = "/demo/callback";
const PAGES = new RegExp(`^/demo/(${applications.map(({ id }) => id).join("|")})(?:/([a-z]+))?$`);
const COOKIE = "audgate-demo-visitor";

export function isOfTheShop(pathname: string): boolean {
  return pathname === CALLBACK || PAGES.test(pathname);
}

export async function shopResponse(request: Request, env: ShopEnv, surroundings: Surroundings): Promise<Response> {
  const url = new URL(request.url);
  if (url.hostname !== "localhost") {
    // The redirect URI is registered for this name, and cookies are kept for a name.
    url.hostname = "localhost";
    return Response.redirect(url.href, 302);
  }
  const desk = new Desk(request, url, env, surroundings);
  if (url.pathname === CALLBACK) {
    return request.method === "GET" ? desk.callback() : notAllowed("GET");
  }
  const [, id = "", action] = PAGES.exec(url.pathname) ?? [];
  const application = applicationOf(id);
  if (application === undefined) {
    return refusedPage(404, "There is no such page", "None of the demo’s applications has it.");
  }
  if (action === undefined) {
    return request.method === "GET" ? desk.show(application) : notAllowed("GET");
  }
  if (request.method !== "POST") {
    return notAllowed("POST");
  }
  // The issuer posts there by itself, without a browser.
  return action === "logout" ? desk.logoutToken(application) : desk.act(application, action);
}

/** One request of a browser, and what the applications know of its visitor. */
class Desk {
  readonly #isKnown: boolean;
  readonly #request: Request;
  readonly #url: URL;
  readonly #env: ShopEnv;
  readonly #surroundings: Surroundings;
  readonly #visits: DurableObjectStub<Visits>;
  readonly #visitor: string;

  constructor(request: Request, url: URL, env: ShopEnv, surroundings: Surroundings) {
    const known = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{36})(?:;|$)`).exec(request.headers.get("cookie") ?? "")?.[1];
    this.#isKnown = known !== undefined;
    this.#visitor = known ?? crypto.randomUUID();
    this.#request = request;
    this.#url = url;
    this.#env = env;
    this.#surroundings = surroundings;
    this.#visits = env.VISITS.getByName("visits");
  }

  async show(application: Application): Promise<Response> {
    const visit = await this.#visit(application);
    const sid = visit.tokens?.sid ?? null;
    const toldAt = sid === null ? undefined : await this.#visits.toldAt(application.id, sid);
    // Good and bad news are shown once.
    if (visit.refused !== null || visit.news !== null) {
      await this.#visits.remember(this.#visitor, application.id, { ...visit, refused: null, news: null });
    }
    return applicationPage(application, visit, toldAt);
  }

  /** What a button of a page asks for. */
  async act(application: Application, action: string): Promise<Response> {
    const { headers } = this.#request;
    const site = headers.get("sec-fetch-site") ?? "same-origin";
    if (site !== "same-origin" || (headers.get("origin") ?? this.#url.origin) !== this.#url.origin) {
      return refusedPage(403, "This did not work", "The form was not sent from a page of this site.");
    }
    const form = new URLSearchParams(await this.#request.text());
    switch (action) {
      case "login":
        return this.#login(application, form);
      case "request":
        return this.#send(application, form.get("request"));
      case "refresh":
        return this.#refresh(application);
      case "leave":
        return this.#leave(application);
      default:
        return refusedPage(404, "There is no such page", "No button of the demo leads here.");
    }
  }

  /** The browser comes back from the issuer, or somebody has opened a link of the backend API. */
  async callback(): Promise<Response> {
    const { origin, searchParams } = this.#url;
    const login = await this.#visits.take(this.#visitor, searchParams.get("state") ?? "");
    const application = login && applicationOf(login.application);
    if (login === undefined || application === undefined) {
      return strayPage(origin, searchParams);
    }
    const outcome = await this.#party(application).finish(login, this.#url);
    const before = await this.#visit(application);
    return isRefused(outcome)
      ? this.#back(application, { ...before, refused: outcome })
      : this.#back(application, { tokens: outcome, answer: null, refused: null, news: null });
  }

  /** The issuer tells that a session has ended: OpenID Connect Back-Channel Logout 1.0, section 2.8. */
  async logoutToken(application: Application): Promise<Response> {
    const token = new URLSearchParams(await this.#request.text()).get("logout_token") ?? "";
    const read = await this.#party(application).readLogoutToken(token);
    const headers = { "cache-control": "no-store" };
    if (!read.ok) {
      return Response.json({ error: "invalid_request", error_description: read.reason }, { status: 400, headers });
    }
    await this.#visits.told(application.id, read.sid);
    return new Response(null, { status: 200, headers });
  }

  async #login(application: Application, form: URLSearchParams): Promise<Response> {
    const target = targetOf(application, form.get("target"));
    const { location, login } = await this.#party(application).begin(target.id, form.has("silently"));
    await this.#visits.begin(this.#visitor, login);
    return this.#to(location);
  }

  async #send(application: Application, id: string | null): Promise<Response> {
    const visit = await this.#visit(application);
    const request = application.requests.find((candidate) => candidate.id === id);
    if (visit.tokens === null || request === undefined) {
      return this.#to(`/demo/${application.id}`);
    }
    const { accessToken, subject } = visit.tokens;
    const path = pathOf(request, subject);
    const { method } = request;
    const response = await this.#surroundings.gated(
      new Request(`${this.#url.origin}${path}`, { method, headers: { authorization: `Bearer ${accessToken}` } }),
    );
    const { status } = response;
    const challenge = response.headers.get("www-authenticate");
    const answer: GateAnswer = { request: request.id, method, path, status, challenge, body: await response.text() };
    return this.#back(application, { ...visit, answer }, "#answer");
  }

  async #refresh(application: Application): Promise<Response> {
    const visit = await this.#visit(application);
    if (visit.tokens === null) {
      return this.#to(`/demo/${application.id}`);
    }
    const outcome = await this.#party(application).refresh(visit.tokens);
    return isRefused(outcome)
      ? this.#back(application, { ...visit, refused: outcome })
      : this.#back(application, { ...visit, tokens: outcome, answer: null, news: "Refreshed: this is a new access token." });
  }

  async #leave(application: Application): Promise<Response> {
    const { tokens } = await this.#visit(application);
    const news = "You are logged out.";
    await this.#visits.remember(this.#visitor, application.id, { tokens: null, answer: null, refused: null, news });
    return this.#to(tokens === null ? `/demo/${application.id}` : await this.#party(application).logout(tokens.idToken));
  }

  async #visit(application: Application): Promise<Visit> {
    return this.#visits.visit(this.#visitor, application.id);
  }

  #party(application: Application): RelyingParty {
    const issuer: Issuer = { origin: this.#url.origin, fetch: this.#surroundings.issuer };
    return new RelyingParty(issuer, application, application.secret && this.#env[application.secret]);
  }

  /** To the application's page, which shows `visit`. */
  async #back(application: Application, visit: Visit, fragment = ""): Promise<Response> {
    await this.#visits.remember(this.#visitor, application.id, visit);
    return this.#to(`/demo/${application.id}${fragment}`);
  }

  #to(location: string): Response {
    const headers = new Headers({ location, "cache-control": "no-store" });
    if (!this.#isKnown) {
      headers.set("set-cookie", `${COOKIE}=${this.#visitor}; Path=/demo/; HttpOnly; SameSite=Lax`);
    }
    return new Response(null, { status: 303, headers });
  }
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}

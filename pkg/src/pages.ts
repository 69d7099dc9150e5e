/**
 * Gated pages. The core says what a request without a token leads to and what the cookies hold; this file seals them,
 * carries forms to the issuer and has the gate decide.
 */
import type { GateDecision, PageEffect, PageHead, PageSettings, PageVerdict, PageVisit } from "../wasm/full_types.js";
import { response } from "./access.ts";
import type { Bindings } from "./bindings.ts";
import type { RequestParts } from "./decision.ts";
import { performCall } from "./effects/call.ts";
import { drive, type Reply } from "./exchange.ts";
import type { Gatekeeper } from "./gatekeeper.ts";
import { forHandler } from "./handler-request.ts";
import { log } from "./log.ts";
import { type Context, Misconfigured, Unplaced } from "./options.ts";
import { CookieKeys } from "./pages/cookie-keys.ts";
import { type IssuerFetcher, post } from "./pages/issuer-endpoint.ts";

/** How a gate logs people in, at the issuer of the tenant; a gate with the option `trust` has neither. */
export interface PagesOptions<Env> {
  /** The client that the gate is at the issuer, with `{origin}/.audgate/callback` among its `redirect_uris`. */
  clientId: string;
  /** Its secret, where it has one. */
  clientSecret?: (env: Env) => string | undefined;
  /**
   * One or two versions of the secret under which cookies are sealed, newest first, each as `npx audgate master-key` prints
   * it, separated by a space. The secret `GATE_COOKIE_SECRET` of `env` unless said otherwise.
   */
  cookieSecret?: (env: Env) => string | undefined;
  /** Below which path `callback` and `logout` are; `/.audgate` unless said otherwise. */
  path?: string;
  /** How the issuer is reached, where it is in the same worker; over the network unless said otherwise. */
  issuer?: (env: Env, context: Context) => IssuerFetcher;
  /**
   * Scopes of the protocol to ask for besides the resource's own: `offline_access` for access tokens that are refreshed
   * here, `openid` for a logout that asks no second time.
   */
  scope?: string;
  /** The path to go to after a logout, with this host among the client's `post_logout_redirect_uris`. */
  afterLogout?: string;
}

/** A request on which the gate has decided, by a token from a cookie where it has no `Authorization`. */
export interface Visited {
  readonly decision: GateDecision;
  /** As the handler may see it: without our cookies. */
  readonly request: Request;
  /** The response with what it needs besides: cookies, and that it is for this visitor only. */
  finish(response: Response): Response;
}

interface ConventionalEnv {
  GATE_COOKIE_SECRET?: string;
}

/** What the effects of one request may use. */
interface Means {
  readonly keys: CookieKeys;
  readonly objects: Bindings["objects"];
  post(effect: PageEffect & { type: "post" }): Promise<Reply>;
  judge(effect: PageEffect & { type: "judge" }): Promise<Reply>;
}

export class Pages<Env> {
  readonly #gatekeeper: Gatekeeper<Env>;
  readonly #options: PagesOptions<Env>;
  #secret: string | undefined;
  #keys: CookieKeys | undefined;

  constructor(gatekeeper: Gatekeeper<Env>, options: PagesOptions<Env>) {
    this.#gatekeeper = gatekeeper;
    this.#options = options;
  }

  /** The visit of a request, or the response in its place. Throws what `orUnavailable` answers. */
  async visit(request: Request, env: Env, context: Context): Promise<Visited | Response> {
    const keys = await this.#cookieKeys(env);
    const begun = await this.#gatekeeper.under(request, env, context, ({ tenant, tenantId, now }) => {
      const { instance, handle } = tenant;
      const seconds = Math.floor(now / 1_000);
      const [head, settings] = [JSON.stringify(headOf(request)), JSON.stringify(this.#settings(env))];
      return { instance, tenantId, exchange: instance.use(() => handle.visitPage(head, settings, seconds)) };
    });
    if (begun instanceof Unplaced) {
      return response(begun.response);
    }
    let decision: GateDecision | undefined;
    const visit = await drive<PageVisit, PageEffect>(begun.instance, begun.exchange, (effect) =>
      perform(effect, {
        keys,
        objects: this.#gatekeeper.objects(env),
        post: (form) => this.#post(form, request, env, context),
        judge: async (asked) => {
          const decided = await this.#gatekeeper.decide(partsOf(asked, request), env, context);
          if (decided.type === "undecided") {
            return { type: "unavailable" };
          }
          decision = asked.url === null ? decided : decision;
          return { type: "value", value: JSON.stringify(verdictOf(decided)) };
        },
      }),
    );
    if (visit.type === "misconfigured") {
      throw new Misconfigured(visit.fault);
    }
    if (visit.reason !== null) {
      log({ event: "page_refusal", tenant: begun.tenantId, reason: visit.reason });
    }
    if (visit.answer !== null) {
      return withCookies(response(visit.answer), visit.set_cookies);
    }
    if (decision === undefined) {
      throw new TypeError("audgate: the core went by a decision that it had not asked for");
    }
    return { decision, request: forHandler(request, visit.handler_cookie), finish: finisher(visit, decision) };
  }

  async #cookieKeys(env: Env): Promise<CookieKeys> {
    const { cookieSecret } = this.#options;
    const secret = cookieSecret === undefined ? (env as ConventionalEnv).GATE_COOKIE_SECRET : cookieSecret(env);
    if (this.#keys === undefined || secret !== this.#secret) {
      this.#keys = await CookieKeys.of(secret);
      this.#secret = secret;
    }
    return this.#keys;
  }

  #settings(env: Env): PageSettings {
    const { clientId, clientSecret, path = "/.audgate", scope, afterLogout } = this.#options;
    const secret = clientSecret?.(env);
    return {
      client_id: clientId,
      path,
      ...(secret === undefined ? {} : { client_secret: secret }),
      ...(scope === undefined ? {} : { scope }),
      ...(afterLogout === undefined ? {} : { after_logout: afterLogout }),
    };
  }

  #post(form: PageEffect & { type: "post" }, request: Request, env: Env, context: Context): Promise<Reply> {
    const { issuer } = this.#options;
    // The platform sets the visitor's address on what arrives over the network only, and limits go by it.
    const address = request.headers.get("cf-connecting-ip");
    return issuer === undefined
      ? post(form, { fetch: (asked) => fetch(asked) }, {})
      : post(form, issuer(env, context), address === null ? {} : { "cf-connecting-ip": address });
  }
}

async function perform(effect: PageEffect, means: Means): Promise<Reply> {
  switch (effect.type) {
    case "seal":
      return { type: "value", value: await means.keys.seal(effect.context, effect.text) };
    case "open":
      return { type: "value", value: await means.keys.open(effect.context, effect.sealed) };
    case "call":
      // A gate may do without these objects, so that is no event.
      return means.objects.account === undefined ? { type: "missing" } : performCall(effect, means.objects);
    case "post":
      return means.post(effect);
    case "judge":
      return means.judge(effect);
  }
}

/** What the core reads of a request. */
function headOf(request: Request): PageHead {
  const named = ["cookie", "authorization", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "accept"];
  const fields = named.flatMap((name): [string, string][] => {
    const value = name === "authorization" ? (request.headers.has(name) ? "" : null) : request.headers.get(name);
    return value === null ? [] : [[name.replaceAll("-", "_"), value]];
  });
  return { method: request.method, url: request.url, ...Object.fromEntries(fields) };
}

/** The request on which the gate is to decide. */
function partsOf({ token, url }: PageEffect & { type: "judge" }, request: Request): RequestParts {
  if (token === null) {
    return request;
  }
  const bearer = (name: string, other: string | null): string | null =>
    name.toLowerCase() === "authorization" ? `Bearer ${token}` : other;
  return url === null
    ? { method: request.method, url: request.url, headers: { get: (name) => bearer(name, request.headers.get(name)) } }
    : { method: "GET", url, headers: { get: (name) => bearer(name, null) } };
}

function verdictOf(decision: GateDecision): PageVerdict {
  if (decision.type !== "deny") {
    return { type: decision.type };
  }
  const { reason, authentication } = decision;
  const { status, headers } = decision.response;
  const challenge = headers.find(([name]) => name === "www-authenticate")?.[1];
  const { acrValues, maxAge } = authentication ?? {};
  return {
    type: "deny",
    status,
    reason,
    ...(challenge === undefined ? {} : { challenge }),
    ...(acrValues === undefined ? {} : { acr_values: acrValues.join(" ") }),
    ...(maxAge === undefined ? {} : { max_age: maxAge }),
  };
}

function finisher(visit: PageVisit & { type: "visited" }, decision: GateDecision): Visited["finish"] {
  const isForOne = visit.by_cookie && decision.type === "allow" && decision.access.kind !== "public";
  const setsCookies = visit.set_cookies.length > 0;
  return (answer) => {
    const finished = withCookies(answer, visit.set_cookies);
    // A switch of protocols is no response that anybody keeps.
    return (isForOne || setsCookies) && answer.status !== 101 ? forOneVisitor(finished, setsCookies) : finished;
  };
}

function withCookies(answer: Response, fields: string[]): Response {
  if (fields.length === 0) {
    return answer;
  }
  const copy = new Response(answer.body, answer);
  for (const field of fields) {
    copy.headers.append("set-cookie", field);
  }
  return copy;
}

/** Directives by which a response says who may keep it. `private` with names of fields is about these fields alone. */
const SAYS_FOR_WHOM = /(?:^|[\s,])(?:private(?!\s*=)|no-store|public|s-maxage)(?![\w-])/i;

/**
 * Says that a response is for this visitor only. RFC 9111 section 3.5 keeps shared caches from what `Authorization`
 * opened unless it is declared public; nothing of the kind is said of cookies.
 */
function forOneVisitor(answer: Response, setsCookies: boolean): Response {
  const copy = new Response(answer.body, answer);
  copy.headers.append("vary", "cookie");
  if (setsCookies) {
    copy.headers.set("cache-control", "private, no-store");
  } else if (!SAYS_FOR_WHOM.test((copy.headers.get("cache-control") ?? "").replaceAll(/"[^"]*"/g, ""))) {
    copy.headers.append("cache-control", "private");
  }
  return copy;
}

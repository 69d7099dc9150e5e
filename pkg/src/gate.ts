/** The gate as a wrapper of any `fetch` handler. */
import type { GateDecision, Trace } from "../wasm/full_types.js";
import { AccessRefused, demanding, type GatedAccess, response } from "./access.ts";
import { Gatekeeper, type GatekeeperOptions } from "./gatekeeper.ts";
import { forHandler, handlerCookie } from "./handler-request.ts";
import type { CoreInstances } from "./instance.ts";
import { type Context, orUnavailable, unavailable } from "./options.ts";
import { Pages, type PagesOptions } from "./pages.ts";

/** Options of {@link Gate}. */
export interface GateOptions<Env> extends GatekeeperOptions<Env> {
  /**
   * Told of every decision, before the handler or the response, and of the refusal where a handler asks for more than
   * there is; for metrics and for tools that explain decisions.
   */
  onDecision?: (decision: GateDecision, request: Request) => void;
  /** Sends browsers that come without a token to the issuer, and keeps what they get there in cookies. */
  pages?: PagesOptions<Env>;
}

/**
 * The context of an admitted request: the platform's, with `access` and `trace` in front of whatever the platform has
 * under these names. What a handler sets on it stays with its request.
 */
export type GatedContext<C> = Omit<C, "access" | "trace"> & {
  /** Who is admitted, to which resource, with which scopes, and how to ask for more. */
  access: GatedAccess;
  /** What the decision rests on, where the option `trace` asks for it. */
  trace?: Trace;
};

/** A handler in the manner of Workers: an object with `fetch`. */
export interface Handler<Env, C> {
  fetch(request: Request, env: Env, context: C): Response | Promise<Response>;
}

/** A handler behind the gate. */
export interface GatedHandler<Env, C> {
  fetch(request: Request, env: Env, context: GatedContext<C>): Response | Promise<Response>;
}

/**
 * Puts `handler` behind the gate: it sees only requests that the tenant's configuration admits, with `ctx.access`.
 *
 * Refusals follow RFC 6750 and RFC 9728: 401 with a challenge, 403 where another token would be needed, 503 where
 * nothing can be decided now. The metadata of the resources is served at their well-known URLs.
 */
export type Gate = <Env, C extends Context>(
  handler: GatedHandler<Env, C>,
  options?: GateOptions<Env>,
) => { fetch(request: Request, env: Env, context: C): Promise<Response> };

export function gateWith(instances: CoreInstances): Gate {
  return (handler, options = {}) => {
    const gatekeeper = new Gatekeeper(instances, options);
    const pages = options.pages === undefined ? undefined : new Pages(gatekeeper, options.pages);
    return {
      fetch: async (request, env, context) => {
        const visit = pages === undefined ? undefined : await orUnavailable(() => pages.visit(request, env, context));
        if (visit instanceof Response) {
          return visit;
        }
        const finished = (answer: Response): Response => visit?.finish(answer) ?? answer;
        // Each of these takes the platform a while to hand over.
        const parts = { method: request.method, url: request.url, headers: request.headers };
        const begun = visit?.decision ?? gatekeeper.decide(parts, env, context);
        const outcome = begun instanceof Promise ? await begun : begun;
        let shown = visit?.request;
        try {
          if (outcome.type !== "undecided") {
            options.onDecision?.(outcome, request);
          }
          if (outcome.type !== "allow") {
            return finished(response(outcome.response));
          }
          shown ??= forHandler(request, handlerCookie(instances, parts.headers.get("cookie")));
        } catch (error) {
          return finished(response(unavailable(error)));
        }
        // What else the handler throws is its own affair.
        const access = demanding(outcome.access, (scopes) => gatekeeper.demand(parts, env, outcome.access, scopes));
        try {
          const gated = gatedContext(context, access, outcome.trace);
          return finished(withHeaders(await handler.fetch(shown, env, gated), outcome.headers));
        } catch (error) {
          if (!(error instanceof AccessRefused)) {
            throw error;
          }
          const refused = await orUnavailable(async () => {
            gatekeeper.refused(error.refusal, request, env);
            if (error.refusal.type === "deny") {
              options.onDecision?.(error.refusal, request);
            }
            return error.getResponse();
          });
          return finished(refused);
        }
      },
    };
  };
}

/**
 * The platform's context with the access of this request. The platform's own object stays as it is, because hosts
 * other than Workers may hand the same one to several requests; its methods run on it, as Workers demand.
 */
export function gatedContext<C extends Context>(context: C, access: GatedAccess, trace: Trace | undefined): GatedContext<C> {
  const own: object = Object.assign(Object.create(Object.getPrototypeOf(context)), trace ? { access, trace } : { access });
  return new Proxy(own, new InFront(context)) as GatedContext<C>;
}

/** What an object has itself comes before what `context` has. */
class InFront<C extends Context> implements ProxyHandler<object> {
  readonly #context: C;
  #bound: Map<unknown, unknown> | undefined;

  constructor(context: C) {
    this.#context = context;
  }

  get(target: object, name: PropertyKey): unknown {
    if (Object.hasOwn(target, name)) {
      return Reflect.get(target, name);
    }
    const value: unknown = Reflect.get(this.#context, name, this.#context);
    if (typeof value !== "function") {
      return name === "trace" ? undefined : value;
    }
    this.#bound ??= new Map();
    if (!this.#bound.has(value)) {
      this.#bound.set(value, value.bind(this.#context));
    }
    return this.#bound.get(value);
  }

  has(target: object, name: PropertyKey): boolean {
    return Object.hasOwn(target, name) || name in this.#context;
  }

  set(target: object, name: PropertyKey, value: unknown): boolean {
    return Reflect.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  }
}

/** The handler's response with what the gate adds to it. */
export function withHeaders(response: Response, headers: [string, string][]): Response {
  if (headers.length === 0) {
    return response;
  }
  const copy = new Response(response.body, response);
  for (const [name, value] of headers) {
    if (name === "vary" || name === "access-control-expose-headers") {
      copy.headers.append(name, value);
    } else {
      copy.headers.set(name, value);
    }
  }
  return copy;
}

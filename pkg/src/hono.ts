/** The gate as middleware of Hono. */
import type { Context as HonoContext, MiddlewareHandler, Next } from "hono";
import type { Trace } from "../wasm/full_types.js";
import { AccessRefused, type GatedAccess } from "./access.ts";
import type { Gate, GateOptions } from "./gate.ts";
import type { Context } from "./options.ts";

/** What handlers behind the gate find in `c.var`. */
export interface GateVariables {
  /** Who is admitted, to which resource, with which scopes, and how to ask for more. */
  access: GatedAccess;
  /** What the decision rests on, where the option `trace` asks for it. */
  trace?: Trace;
}

/**
 * Middleware that lets handlers after it see only requests which the tenant's configuration admits, with `c.var.access`.
 * Refusals are its responses, and `access.require` is answered by it, whatever `app.onError` does with other errors.
 *
 * It has to stand in front of the metadata of the resources too, `/.well-known/oauth-protected-resource/*` (RFC 9728
 * section 3), or challenges lead nowhere; `app.use(audgate())` does.
 */
export type HonoGate = <Env extends object>(
  options?: GateOptions<Env>,
) => MiddlewareHandler<Behind<Env>>;

/** What Hono knows of routes behind the gate. */
type Behind<Env extends object> = { Bindings: Env; Variables: GateVariables };

/** One request on its way through the middleware, as the gate's context. */
interface Passage<Env extends object> extends Context {
  readonly passage: { readonly c: HonoContext<Behind<Env>>; readonly next: Next };
}

export function honoWith(gate: Gate): HonoGate {
  return <Env extends object>(options: GateOptions<Env> = {}): MiddlewareHandler<Behind<Env>> => {
    const gated = gate<Env, Passage<Env>>(
      {
        async fetch(request, _env, { passage: { c, next }, access, trace }) {
          c.set("access", access);
          if (trace !== undefined) {
            c.set("trace", trace);
          }
          // The request as handlers may see it.
          c.req.raw = request;
          await next();
          // Hono answers errors of handlers before it comes back here.
          if (c.error instanceof AccessRefused) {
            throw c.error;
          }
          return c.res;
        },
      },
      options,
    );
    return async (c, next) => {
      const { waitUntil } = executionContext(c);
      const response = await gated.fetch(c.req.raw, c.env, { waitUntil, passage: { c, next } });
      if (!c.finalized) {
        return response;
      }
      if (response !== c.res) {
        replace(c, response);
      }
      return undefined;
    };
  };
}

/**
 * Puts `response` in the place of what is there. Other middleware may have set fields there already; Hono would have them
 * win over those of the gate.
 */
function replace<Env extends object>(c: HonoContext<Behind<Env>>, response: Response): void {
  const merged = new Response(response.body, response);
  for (const [name, value] of c.res.headers) {
    if (!response.headers.has(name) && !name.startsWith("content-")) {
      merged.headers.append(name, value);
    }
  }
  c.res = undefined;
  c.res = merged;
}

/** Hono has none on servers that are no workers; work goes on there by itself. */
function executionContext<Env extends object>(c: HonoContext<Behind<Env>>): Context {
  try {
    const { executionCtx } = c;
    return { waitUntil: (work) => executionCtx.waitUntil(work) };
  } catch {
    return { waitUntil: (work) => void work.catch(() => undefined) };
  }
}

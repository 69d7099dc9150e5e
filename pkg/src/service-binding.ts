/**
 * A worker behind the gate of another worker, which it asks through a service binding. Nothing here needs the core.
 */
import type { Access, PlainResponse } from "../wasm/full_types.js";
import { AccessRefused, checked, type GatedAccess, malformed, response, type Undecided, withRequire } from "./access.ts";
import type { Authorization, Authorizer } from "./entrypoint.ts";
import { gatedContext, type GatedHandler, withHeaders } from "./gate.ts";
import { forHandler } from "./handler-request.ts";
import { log } from "./log.ts";
import type { Context } from "./options.ts";
import type { PlainRequest } from "./plain-request.ts";

export type { Access, PlainResponse, Trace } from "../wasm/full_types.js";
export { AccessRefused, type Demands, type Denial, type GatedAccess, type Undecided } from "./access.ts";
export type { Authorization, Authorizer } from "./entrypoint.ts";
export type { GatedContext, GatedHandler } from "./gate.ts";
export type { PlainRequest } from "./plain-request.ts";

/** Scopes that a handler asks for and that were not granted; the gate says what is answered. */
class ScopesDemanded extends AccessRefused {
  readonly scopes: string[];

  constructor(scopes: string[]) {
    super(UNAVAILABLE);
    this.message = `access refused: not all granted: ${scopes.join(" ")}`;
    this.scopes = scopes;
  }
}

/** The answer where the gate cannot be asked: nothing is known against the request (503, never 401). */
const UNAVAILABLE: Undecided = {
  type: "undecided",
  reason: "cannot_decide_now",
  response: {
    status: 503,
    headers: [
      ["content-type", "application/json"],
      ["cache-control", "no-store"],
      ["retry-after", "1"],
    ],
    body: JSON.stringify({ error: "temporarily_unavailable", reason: "cannot_decide_now" }),
  },
};

/**
 * Puts `handler` behind the gate of the worker that `binding` leads to: it sees only requests which that one admits, with
 * `ctx.access` as in `gate`. One call for a request, and another where `access.require` refuses.
 */
export function gateThrough<Env, C extends Context>(
  binding: (env: Env) => Authorizer,
  handler: GatedHandler<Env, C>,
): { fetch(request: Request, env: Env, context: C): Promise<Response> } {
  return {
    async fetch(request, env, context) {
      const asked = plain(request);
      const authorization = await answered(() => binding(env).authorize(asked));
      if (authorization.type !== "allow") {
        return response(authorization.response);
      }
      const { access, headers, trace, handlerCookie = null } = authorization;
      try {
        const gated = gatedContext(context, requiring(access), trace);
        return withHeaders(await handler.fetch(forHandler(request, handlerCookie), env, gated), headers);
      } catch (error) {
        if (!(error instanceof ScopesDemanded)) {
          throw error;
        }
        return response(await refusal(() => binding(env).demand(asked, access, error.scopes)));
      }
    },
  };
}

/** What the gate said; what is none of its answers admits nobody. */
async function answered(ask: () => Promise<Authorization>): Promise<Authorization> {
  try {
    const authorization = await ask();
    switch (authorization.type) {
      case "allow":
      case "deny":
      case "respond":
      case "undecided":
        return authorization;
    }
  } catch (error) {
    unanswered(error);
  }
  return UNAVAILABLE;
}

/** What the caller is answered. Text that is no scope is the handler's mistake, as in `gate`. */
async function refusal(ask: () => ReturnType<Authorizer["demand"]>): Promise<PlainResponse> {
  let outcome: Awaited<ReturnType<Authorizer["demand"]>>;
  try {
    outcome = await ask();
  } catch (error) {
    unanswered(error);
    return UNAVAILABLE.response;
  }
  if (outcome.type === "malformed") {
    throw new TypeError(malformed(outcome.problem));
  }
  // What was not granted a moment ago cannot be held: a gate that says so did not decide about this request.
  return outcome.type === "held" ? UNAVAILABLE.response : outcome.response;
}

function unanswered(error: unknown): void {
  log({ event: "unavailable", reason: error instanceof Error ? error.name : "unknown" });
}

/**
 * The gate cannot be asked without waiting, and a demand that is not waited for would let everybody pass. So it is looked
 * up among the scopes that the gate has granted; what is answered is the gate's word again.
 */
function requiring(access: Access): GatedAccess {
  const require = (...scopes: string[]): void => {
    const held = access.kind === "public" ? [] : access.scopes;
    const wanted = checked(scopes).flatMap((scope) => scope.split(" "));
    if (!wanted.every((scope) => held.includes(scope))) {
      throw new ScopesDemanded(scopes);
    }
  };
  return withRequire(access, require);
}

/** Without the body, which a call would take along. */
function plain({ method, url, headers }: Request): PlainRequest {
  return { method, url, headers: [...headers] };
}

/** The gate as a service of its own, which other workers ask through a binding. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { Access, DemandOutcome, GateDecision } from "../wasm/full_types.js";
import type { Undecided } from "./access.ts";
import { Gatekeeper, type GatekeeperOptions } from "./gatekeeper.ts";
import { handlerCookie } from "./handler-request.ts";
import type { CoreInstances } from "./instance.ts";
import type { Context } from "./options.ts";
import { partsOf, type PlainRequest } from "./plain-request.ts";

/**
 * What the gate says of a request, as plain data. `allow` comes with the access and with fields for the response, so that a
 * page of another origin may read it; anything else with the response in place of the handler's.
 */
export type Authorization = (GateDecision | Undecided) & {
  /** The `Cookie` field as the handler may see it, empty for none, where it is another one than came. */
  handlerCookie?: string;
};

/** What other workers may ask, through a service binding to a class that `authorizer` makes. */
export interface Authorizer {
  /**
   * Decides about a request. What cannot be decided now comes with 503. A `Request` with a body is better handed
   * over as `PlainRequest`: the call would take its body along.
   */
  authorize(request: Request | PlainRequest): Promise<Authorization>;
  /** What the gate says where a request that it admitted with `access` turns out to need `scopes` as well. */
  demand(request: Request | PlainRequest, access: Access, scopes: string[]): Promise<DemandOutcome | Undecided>;
}

/** A class for a worker to export. Its decisions are those of `gate` with the same options. */
export type AuthorizerWith = <Env>(
  options?: GatekeeperOptions<Env>,
) => new (context: Context, env: Env) => WorkerEntrypoint<Env> & Authorizer;

export function authorizerWith(instances: CoreInstances): AuthorizerWith {
  return <Env>(options: GatekeeperOptions<Env> = {}) => {
    // The platform makes an object for each call; what is known outlives them.
    const gatekeeper = new Gatekeeper(instances, options);
    return class extends WorkerEntrypoint<Env> implements Authorizer {
      async authorize(request: Request | PlainRequest): Promise<Authorization> {
        const asked = partsOf(request);
        const decision = await gatekeeper.decide(asked, this.env, this.ctx);
        const cookie = decision.type === "allow" ? handlerCookie(instances, asked.headers.get("cookie")) : null;
        return cookie === null ? decision : { ...decision, handlerCookie: cookie };
      }

      async demand(request: Request | PlainRequest, access: Access, scopes: string[]): Promise<DemandOutcome | Undecided> {
        const asked = partsOf(request);
        const outcome = gatekeeper.demand(asked, this.env, access, scopes);
        if (outcome.type === "deny" || outcome.type === "undecided") {
          gatekeeper.refused(outcome, asked, this.env);
        }
        return outcome;
      }
    };
  };
}

/** The gate as a wrapper of any `fetch` handler. */
import type { Access, GateDecision, PlainResponse, Trace } from "../wasm/full_types.js";
import { type BindingOptions, bindings } from "./bindings.ts";
import { ConfigurationUnavailable, type LoadedTenant } from "./configuration.ts";
import { decide, type Inquiry, type Liveness } from "./decision.ts";
import { performCall } from "./effects/call.ts";
import type { CoreInstances } from "./instance.ts";
import { log } from "./log.ts";
import { type Context, orUnavailable, Platform, type PlatformOptions, type Situation } from "./options.ts";
import { RevocationLists } from "./revocations.ts";

/** Options of {@link Gate}. */
export interface GateOptions<Env> extends PlatformOptions<Env>, Pick<BindingOptions<Env>, "account"> {
  /** Whether admitted requests carry their trace as well (`ctx.trace`). Refused ones always do, in the log. */
  trace?: boolean;
  /** Told of every decision, before the handler or the response; for metrics and for tools that explain decisions. */
  onDecision?: (decision: GateDecision, request: Request) => void;
}

/**
 * The context of an admitted request: the platform's, with `access` and `trace` in front of whatever the platform has
 * under these names. What a handler sets on it stays with its request.
 */
export type GatedContext<C> = Omit<C, "access" | "trace"> & {
  /** Who is admitted, to which resource, with which scopes. */
  access: Access;
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
    const platform = new Platform(instances, options);
    const lists = new RevocationLists(instances);
    return {
      fetch: async (request, env, context) => {
        const outcome = await orUnavailable(async () => {
          let read = (): Promise<void> => Promise.resolve();
          const found = await platform.situation(request, env, context, (reading) => {
            read = lists.begin(reading);
          });
          if (found instanceof Response) {
            return found;
          }
          const situation = await withKeys(platform, found);
          const liveness = {
            honour: (tenant: LoadedTenant) => lists.honour(situation.tenantId, tenant),
            read,
            ask: (inquiries: Inquiry[]) => asked(inquiries, bindings(env, options).objects),
          };
          const decision = await decided(platform, request, situation, options.trace === true, liveness);
          options.onDecision?.(decision, request);
          switch (decision.type) {
            case "respond":
              return response(decision.response);
            case "deny":
              log({ event: "gate_refusal", tenant: situation.tenantId, reason: decision.reason, trace: decision.trace });
              return response(decision.response);
            case "allow":
              return decision;
          }
        });
        if (outcome instanceof Response) {
          return outcome;
        }
        // What the handler throws is its own affair.
        const gated = gatedContext(context, outcome.access, outcome.trace);
        return withHeaders(await handler.fetch(request, env, gated), outcome.headers);
      },
    };
  };
}

/** Keys that are not published yet verify nothing, and nothing is known against the token: 503, never 401. */
async function withKeys<Env>({ configuration }: Platform<Env>, situation: Situation): Promise<Situation> {
  const { tenant, tenantId, source, secretKeys, now } = situation;
  if (hasKeys(tenant)) {
    return situation;
  }
  situation.release();
  await configuration.reread(source, tenantId, secretKeys, now);
  const again = { ...situation, ...configuration.hold(tenantId) };
  if (!hasKeys(again.tenant)) {
    again.release();
    throw new ConfigurationUnavailable(`no signing keys are published: ${tenantId}`);
  }
  return again;
}

function hasKeys({ managesKeys, keysVersion }: LoadedTenant): boolean {
  return !managesKeys || keysVersion > 0;
}

async function decided<Env>(
  platform: Platform<Env>,
  request: Request,
  situation: Situation,
  trace: boolean,
  liveness: Liveness,
): Promise<GateDecision> {
  try {
    const decision = await decide(request, situation.tenant, situation.now, trace, liveness);
    return decision.type === "deny" && decision.newerConfigurationCouldHelp
      ? await decideAnew(platform, request, situation, trace, liveness, decision)
      : decision;
  } finally {
    situation.release();
  }
}

/**
 * The platform's context with the access of this request. The platform's own object stays as it is, because hosts
 * other than Workers may hand the same one to several requests; its methods run on it, as Workers demand.
 */
function gatedContext<C extends Context>(context: C, access: Access, trace: Trace | undefined): GatedContext<C> {
  const own: object = Object.assign(Object.create(Object.getPrototypeOf(context)), trace ? { access, trace } : { access });
  const bound = new Map<unknown, unknown>();
  return new Proxy(own, {
    get: (target, name) => {
      if (Object.hasOwn(target, name)) {
        return Reflect.get(target, name);
      }
      const value: unknown = Reflect.get(context, name, context);
      if (typeof value !== "function") {
        return name === "trace" ? undefined : value;
      }
      if (!bound.has(value)) {
        bound.set(value, value.bind(context));
      }
      return bound.get(value);
    },
    has: (target, name) => Object.hasOwn(target, name) || name in context,
    set: (target, name, value) => Reflect.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true }),
  }) as GatedContext<C>;
}

/** An unknown key may be a new one: one read of the configuration, no more than once in a while, then the answer stands. */
async function decideAnew<Env>(
  platform: Platform<Env>,
  request: Request,
  situation: Situation,
  trace: boolean,
  liveness: Liveness,
  decision: GateDecision,
): Promise<GateDecision> {
  const { configuration } = platform;
  const { source, tenantId, secretKeys, now, refreshing } = situation;
  if (refreshing === undefined && !configuration.mayReread(tenantId, now)) {
    return decision;
  }
  await (refreshing ?? configuration.reread(source, tenantId, secretKeys, now)).catch(() => undefined);
  const { tenant, release } = configuration.hold(tenantId);
  try {
    return tenant === situation.tenant ? decision : await decide(request, tenant, now, trace, liveness);
  } finally {
    release();
  }
}

/** The replies of `Account` objects, all asked at once. */
function asked(inquiries: Inquiry[], objects: Parameters<typeof performCall>[1]): Promise<(string | undefined)[]> {
  return Promise.all(
    inquiries.map(async ({ object, request }) => {
      const reply = await performCall({ type: "call", object: "account", name: object, request }, objects);
      return reply.type === "value" ? (reply.value ?? undefined) : undefined;
    }),
  );
}

/** The platform's form of a plain response. */
export function response({ status, headers, body }: PlainResponse): Response {
  return new Response(body === "" ? null : body, { status, headers });
}

function withHeaders(response: Response, headers: [string, string][]): Response {
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

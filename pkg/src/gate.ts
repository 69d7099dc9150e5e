/** The gate as a wrapper of any `fetch` handler. */
import type { Access, GateDecision, PlainResponse, Trace } from "../wasm/full_types.js";
import type { LoadedTenant } from "./configuration.ts";
import type { CoreExports, CoreInstances } from "./instance.ts";
import { log } from "./log.ts";
import { type Context, orUnavailable, Platform, type PlatformOptions, type Situation } from "./options.ts";
import { importKey, isUnsupported, verify } from "./signatures.ts";

/** Options of {@link Gate}. */
export interface GateOptions<Env> extends PlatformOptions<Env> {
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
    return {
      fetch: async (request, env, context) => {
        const outcome = await orUnavailable(async () => {
          const situation = await platform.situation(request, env, context);
          if (situation instanceof Response) {
            return situation;
          }
          const decision = await decided(platform, request, situation, options.trace === true);
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

async function decided<Env>(
  platform: Platform<Env>,
  request: Request,
  situation: Situation,
  trace: boolean,
): Promise<GateDecision> {
  try {
    const decision = await decide(request, situation.tenant, situation.now, trace);
    return decision.type === "deny" && decision.newerConfigurationCouldHelp
      ? await decideAnew(platform, request, situation, trace, decision)
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
    return tenant === situation.tenant ? decision : await decide(request, tenant, now, trace);
  } finally {
    release();
  }
}

/** The parts of a request that decide. */
export interface RequestParts {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * The decision about a request under a tenant's configuration, at `now` milliseconds since the Unix epoch. The caller
 * holds the configuration until the decision is there.
 */
export async function decide(
  request: RequestParts,
  tenant: LoadedTenant,
  now: number,
  trace: boolean,
): Promise<GateDecision> {
  const { instance, handle } = tenant;
  const text = requestText(request);
  const pending = instance.use((core) => {
    const seconds = Math.floor(now / 1_000);
    const length = writeInto(core, tenant, text);
    const decided =
      length === undefined ? handle.decideText(text, seconds, trace) : handle.decideBuffered(length, seconds, trace);
    return decided ? handle.takeDecision() : handle.takePending();
  });
  if (typeof pending === "string") {
    return JSON.parse(pending) as GateDecision;
  }
  if (pending === undefined) {
    throw new TypeError("audgate: the core neither decided nor asked for a signature check");
  }
  const check = instance.use(() => ({
    kid: pending.kid(),
    algorithm: pending.algorithm(),
    message: pending.message(),
    signature: pending.signature(),
  }));
  const verdict = await checked(tenant, check);
  const decision = instance.use(() =>
    verdict === "unsupported" ? handle.concludeHere(pending, trace) : handle.conclude(pending, verdict, trace),
  );
  return JSON.parse(decision) as GateDecision;
}

/** Whether the signature is right; `undefined` where the platform could not check it now. */
async function checked(tenant: LoadedTenant, check: SignatureCheck): Promise<boolean | undefined | "unsupported"> {
  try {
    const key = await publicKey(tenant, check.kid, check.algorithm);
    return await verify(key, check.algorithm, check.message, check.signature);
  } catch (error) {
    return isUnsupported(error) ? "unsupported" : undefined;
  }
}

interface SignatureCheck {
  kid: string;
  algorithm: string;
  message: Uint8Array;
  signature: Uint8Array;
}

async function publicKey(tenant: LoadedTenant, kid: string, algorithm: string): Promise<CryptoKey> {
  const known = tenant.keys.get(kid);
  if (known !== undefined) {
    return known;
  }
  const named = tenant.instance.use(() => tenant.handle.verificationKeys()).find((key) => key.kid === kid);
  if (named === undefined) {
    throw new TypeError("audgate: the core named a key that its configuration does not have");
  }
  const key = await importKey(named.jwk, algorithm, "verify");
  tenant.keys.set(kid, key);
  return key;
}

/** The parts of a request that decide, as the core reads them. None of them can hold a line feed. */
function requestText(request: RequestParts): string {
  const { headers } = request;
  const field = (name: string): string => headers.get(name) ?? "";
  const authorization = field("authorization");
  return `${request.method}\n${request.url}\n${field("origin")}\n${field("access-control-request-method")}\n${authorization}`;
}

const encoder = new TextEncoder();

/** Writes `text` into the core's buffer; `undefined` where it does not fit. */
function writeInto(core: CoreExports, tenant: LoadedTenant, text: string): number | undefined {
  const { handle } = tenant;
  const buffer = new Uint8Array(core.memory.buffer, handle.bufferAddress(), handle.bufferLength());
  const { read, written } = encoder.encodeInto(text, buffer);
  return read === text.length ? written : undefined;
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

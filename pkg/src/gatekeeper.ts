/** One gate's way to a decision: configuration, keys, list of revocations and objects around the core. */
import type { Access, DemandOutcome, GateDecision } from "../wasm/full_types.js";
import type { Denial, Undecided } from "./access.ts";
import { type AnalyticsOptions, count } from "./analytics.ts";
import { type BindingOptions, type Bindings, bindings } from "./bindings.ts";
import { ConfigurationUnavailable, type LoadedTenant } from "./configuration.ts";
import { decide, type DecisionHost, type Inquiry, type RequestParts } from "./decision.ts";
import { performCall } from "./effects/call.ts";
import type { CoreInstances } from "./instance.ts";
import { type IssuerKeys, KeySets } from "./issuer-keys/key-sets.ts";
import type { Fetcher } from "./issuer-keys/origin.ts";
import { cacheStore, type KeyStore } from "./issuer-keys/shared-stores.ts";
import { log } from "./log.ts";
import { type Context, Misconfigured, Platform, type PlatformOptions, type Situation, unavailable, Unplaced } from "./options.ts";
import { proofsOf } from "./possession.ts";
import { RevocationLists } from "./revocations.ts";
import { type Trust, TRUSTING, TrustingConfiguration } from "./trust.ts";

/** What a decision depends on besides the request. */
export interface GatekeeperOptions<Env>
  extends
    PlatformOptions<Env>,
    Pick<BindingOptions<Env>, "account" | "challenge" | "dpopNonceSecret">,
    AnalyticsOptions<Env> {
  /** Whether admitted requests carry their trace as well (`ctx.trace`). Refused ones always do, in the log. */
  trace?: boolean;
  /**
   * Resources that stand here in place of a tenant's published configuration, and whose tokens open them: no KV binding is
   * needed then, and the options about tenants have no meaning.
   */
  trust?: Trust;
  /** What fetches the metadata and keys of trusted issuers, such as a service binding; the platform's `fetch` unless said otherwise. */
  issuerFetcher?: (env: Env) => Fetcher | undefined;
  /**
   * Where isolates leave the keys of trusted issuers for each other, besides the platform's cache: a KV namespace of the
   * worker's own, which it may write to. None unless said otherwise.
   */
  issuerKeyStore?: (env: Env) => KeyStore | undefined;
}

/** What comes of a request at the gate. */
export type Outcome = GateDecision | Undecided;

const nothingToRead = (): Promise<void> => Promise.resolve();

export class Gatekeeper<Env> {
  readonly #options: GatekeeperOptions<Env>;
  readonly #platform: Platform<Env>;
  readonly #lists: RevocationLists;
  readonly #keySets: KeySets;
  readonly #trusting: TrustingConfiguration | undefined;

  constructor(instances: CoreInstances, options: GatekeeperOptions<Env>) {
    this.#options = options;
    this.#platform = new Platform(instances, options);
    this.#lists = new RevocationLists(instances);
    this.#keySets = new KeySets(instances);
    this.#trusting = options.trust === undefined ? undefined : new TrustingConfiguration(instances, options.trust);
  }

  /** The decision about a request, at once where it waits for nothing. What cannot be decided now is answered with 503; nothing is thrown. */
  decide(request: RequestParts, env: Env, context: Context): Outcome | Promise<Outcome> {
    const undecided = (error: unknown): Undecided => {
      count(this.#options, env, "", CANNOT_DECIDE_NOW);
      return { type: "undecided", reason: CANNOT_DECIDE_NOW, response: unavailable(error) };
    };
    try {
      const outcome = this.#decide(request, env, context);
      return outcome instanceof Promise ? outcome.catch(undecided) : outcome;
    } catch (error) {
      return undecided(error);
    }
  }

  /**
   * What the gate says to the handler of an admitted request that asks for more. `request` is as it was admitted.
   * Nothing is thrown.
   */
  demand(request: RequestParts, env: Env, access: Access, scopes: string[]): DemandOutcome | Undecided {
    try {
      const { tenant, release, now } = this.#again(request, env);
      try {
        const { method, url, headers } = request;
        const authorization = headers.get("authorization") ?? undefined;
        const origin = headers.get("origin") ?? undefined;
        const held = access.kind === "public" ? undefined : access.scopes.join(" ");
        const wanted = scopes.join(" ");
        const seconds = Math.floor(now / 1_000);
        const text = tenant.instance.use(() =>
          tenant.handle.demand(method, url, authorization, origin, held, wanted, seconds),
        );
        const outcome = JSON.parse(text) as DemandOutcome;
        if (outcome.type === "deny" && access.kind !== "public") {
          outcome.trace.subject = access.subject;
          outcome.trace.subject_kind = access.kind;
        }
        return outcome;
      } finally {
        release();
      }
    } catch (error) {
      return { type: "undecided", reason: CANNOT_DECIDE_NOW, response: unavailable(error) };
    }
  }

  /** Notes that a handler asked for more than there was, and that the caller is told so. */
  refused(refusal: Denial | Undecided, request: RequestParts, env: Env): void {
    // The tenant was known a moment ago; where it is not any more, the refusal is still worth a line.
    const known = this.#trusting === undefined ? this.#platform.knownTenantId(request, env) : TRUSTING;
    const tenant = known ?? "";
    if (refusal.type === "deny") {
      this.#note(refusal, tenant, env);
    } else {
      count(this.#options, env, tenant, refusal.reason);
    }
  }

  /** What `work`, which waits for nothing, does under the configuration of the request's tenant, if there is one. */
  async under<T>(request: RequestParts, env: Env, context: Context, work: (situation: Situation) => T): Promise<T | Unplaced> {
    if (this.#trusting !== undefined) {
      throw new Misconfigured("gated pages need a tenant and its issuer, which the option `trust` has not");
    }
    const situation = await this.#platform.situation(request, env, context);
    if (situation instanceof Unplaced) {
      return situation;
    }
    try {
      return work(situation);
    } finally {
      situation.release();
    }
  }

  /** The objects that this gate may ask. */
  objects(env: Env): Bindings["objects"] {
    return bindings(env, this.#options).objects;
  }

  #decide(request: RequestParts, env: Env, context: Context): Outcome | Promise<Outcome> {
    if (this.#trusting !== undefined) {
      return this.#decideTrusting(this.#trusting, request, env, context);
    }
    let read: () => Promise<void> = nothingToRead;
    const found = this.#platform.situation(request, env, context, (reading) => {
      read = this.#lists.begin(reading);
    });
    return found instanceof Promise
      ? found.then((situation) => this.#decideIn(situation, request, env, context, read))
      : this.#decideIn(found, request, env, context, read);
  }

  #decideIn(
    found: Situation | Unplaced,
    request: RequestParts,
    env: Env,
    context: Context,
    read: () => Promise<void>,
  ): Outcome | Promise<Outcome> {
    if (found instanceof Unplaced) {
      const { reason, response } = found;
      log({ event: "gate_refusal", reason });
      count(this.#options, env, "", reason);
      return { type: "undecided", reason, response };
    }
    return hasKeys(found.tenant)
      ? this.#decideUnder(found, request, env, context, read)
      : withKeys(this.#platform, found).then((situation) => this.#decideUnder(situation, request, env, context, read));
  }

  /** Decides by the configuration of `situation`, and lets it go. */
  #decideUnder(
    situation: Situation,
    request: RequestParts,
    env: Env,
    context: Context,
    read: () => Promise<void>,
  ): Outcome | Promise<Outcome> {
    const { tenant, tenantId, now, release } = situation;
    const trace = this.#options.trace === true;
    const host = {
      honour: (honouring: LoadedTenant) => this.#lists.honour(tenantId, honouring),
      read,
      ask: (inquiries: Inquiry[]) => asked(inquiries, bindings(env, this.#options).objects),
      proofs: proofsOf(request, () => bindings(env, this.#options)),
      issuerKeys: this.#issuerKeys(env, context, now),
    };
    let decision: GateDecision | Promise<GateDecision>;
    try {
      decision = decide(request, tenant, now, trace, host);
    } catch (error) {
      release();
      throw error;
    }
    if (decision instanceof Promise || couldBeNewer(decision)) {
      return decided(this.#platform, request, situation, trace, host, decision).then((last) => this.#noted(last, tenantId, env));
    }
    release();
    return this.#noted(decision, tenantId, env);
  }

  /** The decision where resources stand in code: nothing is read for it but issuers' keys. */
  #decideTrusting(
    trusting: TrustingConfiguration,
    request: RequestParts,
    env: Env,
    context: Context,
  ): Outcome | Promise<Outcome> {
    const now = this.#now();
    // Nobody here can take back what others issue.
    const host: DecisionHost = {
      honour: () => undefined,
      read: nothingToRead,
      ask: () => Promise.resolve([]),
      proofs: proofsOf(request, () => bindings(env, this.#options)),
      issuerKeys: this.#issuerKeys(env, context, now),
    };
    const decision = decide(request, trusting.tenant(), now, this.#options.trace === true, host);
    return decision instanceof Promise
      ? decision.then((last) => this.#noted(last, TRUSTING, env))
      : this.#noted(decision, TRUSTING, env);
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** The configuration under which an admitted request is looked at once more. */
  #again(request: RequestParts, env: Env): ReturnType<Platform<Env>["again"]> {
    return this.#trusting === undefined
      ? this.#platform.again(request, env)
      : { tenantId: TRUSTING, tenant: this.#trusting.tenant(), release: () => undefined, now: this.#now() };
  }

  #issuerKeys(env: Env, context: Context, now: number): IssuerKeys {
    const { issuerFetcher, issuerKeyStore } = this.#options;
    return {
      answer: (wanted) =>
        this.#keySets.answer(wanted, {
          now,
          fetcher: issuerFetcher?.(env) ?? { fetch: (url, init) => fetch(url, init) },
          stores: [cacheStore(), issuerKeyStore?.(env)].filter((store) => store !== undefined),
          waitUntil: (work) => context.waitUntil(work),
        }),
    };
  }

  #noted(decision: GateDecision, tenant: string, env: Env): GateDecision {
    this.#note(decision, tenant, env);
    return decision;
  }

  #note(decision: GateDecision, tenant: string, env: Env): void {
    switch (decision.type) {
      case "allow":
        count(this.#options, env, tenant, "allow", decision.access.resource);
        return;
      case "deny": {
        const { reason, trace } = decision;
        log({ event: "gate_refusal", tenant, resource: trace.resource_id, reason, trace });
        count(this.#options, env, tenant, reason, trace.audience_wanted);
        return;
      }
      case "respond":
        count(this.#options, env, tenant, "respond");
    }
  }
}

/** The reason code where nothing can be decided now. */
const CANNOT_DECIDE_NOW = "cannot_decide_now";

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

/** The last decision, after the first one, and the end of its situation. */
async function decided<Env>(
  platform: Platform<Env>,
  request: RequestParts,
  situation: Situation,
  trace: boolean,
  host: DecisionHost,
  first: GateDecision | Promise<GateDecision>,
): Promise<GateDecision> {
  try {
    const decision = await first;
    return couldBeNewer(decision) ? await decideAnew(platform, request, situation, trace, host, decision) : decision;
  } finally {
    situation.release();
  }
}

/** Whether a newer configuration could decide otherwise. */
function couldBeNewer(decision: GateDecision): boolean {
  return decision.type === "deny" && decision.newerConfigurationCouldHelp;
}

/** An unknown key may be a new one: one read of the configuration, no more than once in a while, then the answer stands. */
async function decideAnew<Env>(
  platform: Platform<Env>,
  request: RequestParts,
  situation: Situation,
  trace: boolean,
  host: DecisionHost,
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
    return tenant === situation.tenant ? decision : await decide(request, tenant, now, trace, host);
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

/**
 * What a schedule plays in: a store and objects in trouble, several isolates in several places, and what must hold
 * whatever happens. The gate and the issuer are the package's own.
 */
import { readFileSync } from "node:fs";
import type { Access, GateDecision } from "audgate";
import { gateWith } from "../../pkg/dist/gate.js";
import { CoreInstances } from "../../pkg/dist/instance.js";
import { issuerWith } from "../../pkg/dist/issuer.js";
import { instantiate } from "../../pkg/wasm/full.js";
import { type Entry, masterKey, signingKey, signingKeysText } from "../support/demo.ts";
import { Random } from "../support/random.ts";
import { VirtualClock } from "./clock.ts";
import { READ_FAULTS, SimulatedKv, type Trouble, WRITE_FAULTS } from "./kv.ts";
import { HOSTILE, ORIGIN } from "./minting.ts";
import { type CallTrouble, SimulatedObjects } from "./objects.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/full.wasm", import.meta.url)));

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
/** The bounds that README and ARCHITECTURE state, in seconds: KV's smallest `cacheTtl` and an isolate's refresh are in them. */
export const LAST_KNOWN_GOOD_BOUND = 3_600;
export const CONFIGURATION_LAG = 22;
export const CACHE_TTL = 30;
/** Delivery, heartbeat, KV's cache, the isolate's refresh: what a revocation takes besides KV's propagation, in seconds. */
const DELIVERY = 2;
const HEARTBEAT = 10;
const LIST_REFRESH = 10;
export const revocationBound = (propagation: number): number => DELIVERY + listMaxAge(propagation);
const listMaxAge = (propagation: number): number => HEARTBEAT + propagation + CACHE_TTL + LIST_REFRESH;

/** A read that was cached or came a little late confirms less than it seems to; in milliseconds. */
const OUTAGE = (LAST_KNOWN_GOOD_BOUND - 60) * SECOND;
/** No request is under way longer: each of its reads and calls has a time-out; in milliseconds. */
const LONGEST_REQUEST = 15 * SECOND;

/** What the gate answered. Moments are milliseconds since the Unix epoch. */
export interface Answer {
  readonly status: number;
  readonly began: number;
  readonly ended: number;
  readonly decision: GateDecision | undefined;
  /** Faults that this isolate met meanwhile, or in another request that was under way: of reads and of calls. */
  readonly faults: number;
  /** The newest configuration by which this isolate had decided when the request began. */
  readonly versionBefore: number;
  /** When this isolate had last read a good configuration, as of when the request began; `-Infinity` for never. */
  readonly configuredAt: number;
}

export class World {
  readonly clock = new VirtualClock();
  readonly random: Random;
  readonly kv: SimulatedKv;
  readonly objects: SimulatedObjects;
  readonly violations: string[] = [];
  /** The records without which a gate decides nothing. */
  configuration = ["tenant/demo"];
  /** Values that were published broken. */
  readonly broken = new Set<string>();
  readonly figures = {
    decisions: 0,
    admitted: 0,
    "503 of an isolate that has read nothing yet": 0,
    "503 after an hour without a read": 0,
    "503 without a list and objects": 0,
    isolates: 0,
  };
  /** How long a write takes to be known everywhere; in seconds. */
  readonly lag: { least: number; most: number };
  /** `kv_propagation` of the tenant; in seconds. */
  readonly propagation: number;
  /** Whether anything goes wrong besides lags. */
  readonly troubled: boolean;
  readonly #places: number;
  #underWay = 0;

  /** `promise` says that KV keeps what the tenant's settings expect of it. */
  constructor(seed: number, promise: "kept" | "maybe broken") {
    this.random = new Random(seed);
    const { random, clock } = this;
    const most = random.whole(30, 300);
    this.lag = { least: 30, most };
    this.propagation = promise === "kept" ? most : random.one([60, 60, 120, 300]);
    this.troubled = !random.chance(0.25);
    this.#places = random.whole(2, 4);
    this.kv = new SimulatedKv({ clock, random: new Random(seed, 1), places: this.#places, lag: this.lag });
    const instances = new CoreInstances(module, instantiate);
    this.objects = new SimulatedObjects({ clock, random: new Random(seed, 2), instances, writer: this.kv.writer });
  }

  /** Has it that these records were always there. */
  settle(entries: Entry[]): void {
    for (const { key, value } of entries) this.kv.settle(key, value);
  }

  /** An isolate begins, in some place. */
  isolate(): SimulatedIsolate {
    this.figures.isolates += 1;
    return new SimulatedIsolate(this, this.random.whole(0, this.#places - 1));
  }

  /** A time within that span. */
  moment(from: number, until: number): number {
    return this.random.whole(from, Math.max(from, until));
  }

  /** Times of trouble for reads, up to `longest` seconds each. */
  troubleReads(from: number, until: number, longest: number, others: Partial<Trouble<(typeof READ_FAULTS)[number]>> = {}): void {
    this.kv.readTroubles.push(...this.#troubles(from, until, longest, READ_FAULTS).map((trouble) => ({ ...trouble, ...others })));
  }

  /** The same for writes. */
  troubleWrites(from: number, until: number, longest: number): void {
    const troubles = this.#troubles(from, until, longest, WRITE_FAULTS);
    this.kv.writeTroubles.push(...troubles.map(({ place: _, ...trouble }) => trouble));
  }

  /** The same for calls of objects. */
  troubleCalls(from: number, until: number, longest: number, machine: CallTrouble["machine"]): void {
    for (const trouble of this.#troubles(from, until, longest, [])) this.objects.troubles.push({ ...trouble, machine });
  }

  #troubles<Fault>(from: number, until: number, longest: number, faults: readonly Fault[]): (Trouble<Fault> & { place?: number })[] {
    const { random } = this;
    return Array.from({ length: random.whole(1, 4) }, () => {
      const begins = this.moment(from, until);
      const some = random.chance(0.5) ? faults : faults.filter(() => random.chance(0.4));
      return {
        from: begins,
        until: begins + random.whole(5, longest) * SECOND,
        chance: random.one([0.1, 0.3, 0.6, 1]),
        faults: some.length > 0 ? some : faults,
        ...(random.chance(0.5) ? { place: random.whole(0, this.#places - 1) } : {}),
      };
    });
  }

  /** Has requests come in from now on until `until`, with one of these pauses, in seconds, between them on average. */
  traffic(until: number, request: () => void, pauses: readonly [number, ...number[]] = [4, 12, 45, 120]): void {
    const { random, clock } = this;
    const pause = random.one(pauses);
    const next = (): void => {
      if (clock.now >= until) return;
      request();
      clock.after(random.whole(1, 2 * pause * SECOND), next);
    };
    clock.after(random.whole(1, pause * SECOND), next);
  }

  /** A request of somebody hostile. */
  attack(isolate: SimulatedIsolate): void {
    const names = Object.keys(HOSTILE) as [string, ...string[]];
    const name = this.random.one(names);
    const token = HOSTILE[name]?.(signingKey("ES256"), this.clock.seconds()) ?? "";
    this.ask(isolate, token, ({ status, ended }) => {
      if (status === 200) this.violate(`a token that is ${name} was admitted`, ended);
    });
  }

  /** Sends a token to the gate, and has `judge` look at the answer besides what must hold of every one. */
  ask(isolate: SimulatedIsolate, token: string, judge: (answer: Answer) => void): void {
    this.#underWay += 1;
    void isolate.request(token).then((answer) => {
      this.#underWay -= 1;
      this.figures.decisions += 1;
      if (answer.status === 200) this.figures.admitted += 1;
      if (answer.status === 503) this.#judgeUnavailable(answer);
      const version = versionOf(answer.decision);
      if (version !== undefined && version < answer.versionBefore) {
        this.violate(`an isolate went back from configuration ${answer.versionBefore} to ${version}`, answer.ended);
      }
      judge(answer);
    });
  }

  /** What nobody can be held to: no answer where none is possible. */
  #judgeUnavailable({ decision, faults, configuredAt, began, ended }: Answer): void {
    if (decision === undefined) {
      const cold = configuredAt === -Infinity;
      this.figures[cold ? "503 of an isolate that has read nothing yet" : "503 after an hour without a read"] += 1;
      if (began - configuredAt < OUTAGE) this.violate("503 from an isolate with a good configuration", ended);
      if (faults === 0) this.violate("503 without a fault", ended);
      return;
    }
    this.figures["503 without a list and objects"] += 1;
    const { reason, trace } = decision.type === "deny" ? decision : { reason: decision.type, trace: undefined };
    const { cause, age = 0 } = trace?.revocation ?? {};
    const unknown = cause === "no_list" || (cause === "old_list" && age > listMaxAge(this.propagation));
    if (reason !== "revocation_unknown" || !unknown || faults === 0) {
      this.violate(`503 ${reason} without cause: ${cause} ${age}, ${faults} faults`, ended);
    }
  }

  violate(what: string, at: number): void {
    this.violations.push(`${((at - this.clock.began) / SECOND).toFixed(1)} s: ${what}`);
  }

  /** Plays until `until`; what is under way then comes to its end. */
  async play(until: number): Promise<void> {
    await this.clock.run(until);
    await this.clock.run(until + MINUTE);
    if (this.#underWay > 0) this.violate(`${this.#underWay} requests were never answered`, this.clock.now);
  }
}

/** The version of the configuration by which a decision was taken. */
export function versionOf(decision: GateDecision | undefined): number | undefined {
  return decision !== undefined && "trace" in decision ? decision.trace?.configuration_version : undefined;
}

/** One isolate of a worker: a gate and an issuer around a core of its own. */
export class SimulatedIsolate {
  readonly #world: World;
  readonly #gate;
  readonly #issuer;
  readonly #decisions = new WeakMap<Request, GateDecision>();
  /** When each fault was met. */
  readonly #faults: number[] = [];
  #version = 0;
  /** When each record was last read by the gate and nothing was wrong with it. */
  readonly #readAt = new Map<string, number>();

  constructor(world: World, place: number) {
    this.#world = world;
    const { clock, kv, objects } = world;
    const met = (): void => void this.#faults.push(clock.now);
    const reader = kv.at(place, met);
    const read = async (key: string, options?: { cacheTtl?: number }): Promise<string | null> => {
      const [before, at] = [this.#faults.length, clock.now];
      const value = await reader.get(key, options);
      if (value !== null && world.broken.has(value)) met();
      if (value !== null && this.#faults.length === before) this.#readAt.set(key, at);
      return value;
    };
    const options = {
      now: () => clock.now,
      secretKeys: () => signingKeysText,
      account: () => objects.namespace("account", met),
    };
    const instances = new CoreInstances(module, instantiate);
    const handler = { fetch: (_: Request, __: unknown, { access }: { access: Access }) => Response.json({ admitted: access.kind }) };
    this.#gate = gateWith(instances)(handler, {
      ...options,
      config: () => ({ get: read }),
      trace: true,
      onDecision: (decision, request) => void this.#decisions.set(request, decision),
    });
    this.#issuer = issuerWith(instances)({
      ...options,
      config: () => reader,
      directory: () => objects.namespace("directory", met),
      masterKey: () => masterKey,
    });
  }

  /** Sends a request for an order to the gate. */
  async request(token: string): Promise<Answer> {
    const { clock } = this.#world;
    const [began, versionBefore] = [clock.now, this.#version];
    const configuredAt = Math.min(...this.#world.configuration.map((key) => this.#readAt.get(key) ?? -Infinity));
    const request = new Request(`${ORIGIN}/demo/orders/1`, { headers: { authorization: `Bearer ${token}` } });
    const { status } = await this.#gate.fetch(request, {}, CONTEXT);
    const decision = this.#decisions.get(request);
    this.#version = Math.max(this.#version, versionOf(decision) ?? 0);
    const faults = this.#faults.filter((at) => at >= began - LONGEST_REQUEST).length;
    return { status, began, ended: clock.now, decision, faults, versionBefore, configuredAt };
  }

  /** Sends a request to the authorization server. */
  async issuer(path: string, init: RequestInit = {}): Promise<Response> {
    return this.#issuer.fetch(new Request(`${ORIGIN}${path}`, init), {}, CONTEXT);
  }
}

const CONTEXT = { waitUntil: (work: Promise<unknown>): void => void work };

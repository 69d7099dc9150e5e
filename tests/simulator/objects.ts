/**
 * Durable Objects in virtual time: the package's own classes over SQLite in memory. They publish into the simulated store,
 * their alarms ring by the virtual clock, and now and then one of them does not answer, or begins anew.
 */
import type { ObjectNamespace } from "audgate";
import type { CoreInstances } from "../../pkg/dist/instance.js";
import type { ObjectEnv, ObjectState } from "../../pkg/dist/objects/platform.js";
import { AccountObject, DirectoryObject } from "../support/directory.ts";
import type { Random } from "../support/random.ts";
import { MemorySql } from "../support/sqlite.ts";
import type { VirtualClock } from "./clock.ts";
import type { KvWriter } from "./kv.ts";

/** What can go wrong with a call of an object. A `lost_reply` took effect. */
export type CallFault = "fails" | "hangs" | "lost_reply";

/** A time of trouble with the objects of a class. */
export interface CallTrouble {
  readonly from: number;
  readonly until: number;
  readonly chance: number;
  readonly machine: Machine;
}

export type Machine = "account" | "directory";

export interface SimulatedObjectsOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly instances: CoreInstances;
  readonly writer: KvWriter;
}

type ObjectOf = InstanceType<typeof AccountObject> | InstanceType<typeof DirectoryObject>;

/** One life of an object. */
interface Instance {
  alive: boolean;
  /** Its alarms so far: the next one comes when the one before is over. */
  rung: Promise<unknown>;
  ringing: number;
}

/** A call takes so long; in milliseconds. */
const LATENCY = { least: 1, most: 300 };
const FAULTS = ["fails", "hangs", "lost_reply"] as const;
/** After this time the platform repeats an alarm whose object ended meanwhile; in milliseconds. */
const REPEATED_AFTER = 2_000;

export class SimulatedObjects {
  readonly #options: SimulatedObjectsOptions;
  readonly #objects = new Map<string, SimulatedObject>();
  readonly troubles: CallTrouble[] = [];
  /** How many faults were met. */
  faults = 0;
  /** Hears of every turn that an object has taken. */
  onTurn: (machine: Machine, request: string) => void = () => undefined;

  constructor(options: SimulatedObjectsOptions) {
    this.#options = options;
  }

  /** The objects of one class, as a binding gives them. `met` hears of every fault that a call meets. */
  namespace(machine: Machine, met: (fault: CallFault) => void = () => undefined): ObjectNamespace {
    const called = async (name: string, method: "turn" | "manage", request: string): Promise<string> => {
      const fault = this.#fault(machine);
      if (fault !== undefined) met(fault);
      await this.#options.clock.pause(this.#options.random.whole(LATENCY.least, LATENCY.most));
      if (fault === "fails") throw new Error("the object is down");
      if (fault === "hangs") return new Promise(() => undefined);
      const reply = await this.object(machine, name).call(method, request);
      if (method === "turn") this.onTurn(machine, request);
      if (fault === "lost_reply") throw new Error("the connection to the object is gone");
      return reply;
    };
    return {
      getByName: (name) => ({
        turn: (request) => called(name, "turn", request),
        manage: (request) => called(name, "manage", request),
      }),
    };
  }

  /** One object, without a network in between. */
  object(machine: Machine, name: string): SimulatedObject {
    const known = this.#objects.get(`${machine} ${name}`);
    if (known !== undefined) return known;
    const { clock, instances, writer } = this.#options;
    const env: ObjectEnv = { CONFIG: writer, DIRECTORY: this.namespace("directory") };
    const object = new SimulatedObject(machine, name, env, clock, instances);
    this.#objects.set(`${machine} ${name}`, object);
    return object;
  }

  #fault(machine: Machine): CallFault | undefined {
    const { clock, random } = this.#options;
    const here = this.troubles.filter((one) => one.machine === machine && clock.now >= one.from && clock.now < one.until);
    if (!here.some(({ chance }) => random.chance(chance))) return undefined;
    this.faults += 1;
    return random.one(FAULTS);
  }
}

export class SimulatedObject {
  readonly #machine: Machine;
  readonly #name: string;
  readonly #env: ObjectEnv;
  readonly #clock: VirtualClock;
  readonly #instances: CoreInstances;
  readonly #sql = new MemorySql();
  #alarmAt: number | null = null;
  #callOff: (() => void) | undefined;
  #instance = born();
  #object: ObjectOf;
  #ready: Promise<unknown> = Promise.resolve();

  constructor(machine: Machine, name: string, env: ObjectEnv, clock: VirtualClock, instances: CoreInstances) {
    this.#machine = machine;
    this.#name = name;
    this.#env = env;
    this.#clock = clock;
    this.#instances = instances;
    this.#object = this.#begin();
  }

  async call(method: "turn" | "manage", request: string): Promise<string> {
    await this.#ready;
    const object = this.#object;
    return method === "manage" && "manage" in object ? object.manage(request) : object.turn(request);
  }

  /** Ends the instance with all that it has in memory, and begins another over what is stored. */
  restart(): void {
    const { ringing } = this.#instance;
    this.#instance.alive = false;
    this.#instance = born();
    this.#object = this.#begin();
    if (ringing > 0 && this.#alarmAt === null) this.#clock.after(REPEATED_AFTER, () => this.#ring());
  }

  #begin(): ObjectOf {
    const instance = this.#instance;
    const living = (): void => {
      if (!instance.alive) throw new Error("this instance of the object is no more");
    };
    const setAlarm = async (time: number | null): Promise<void> => {
      living();
      this.#callOff?.();
      this.#alarmAt = time;
      this.#callOff = time === null ? undefined : this.#clock.at(time, () => this.#ring());
    };
    const sql = this.#sql;
    const state: ObjectState = {
      id: { name: this.#name },
      storage: {
        sql: {
          exec(query, ...parameters) {
            living();
            return sql.exec(query, ...parameters);
          },
        },
        transactionSync: (work) => sql.transactionSync(work),
        setAlarm,
        getAlarm: async () => this.#alarmAt,
        deleteAlarm: () => setAlarm(null),
        deleteAll: async () => void sql.exec("DELETE FROM record"),
      },
      // An instance that is no more fails at whatever it had begun.
      waitUntil: (work) => void work.catch(() => undefined),
      blockConcurrencyWhile: (work) => {
        const done = work();
        this.#ready = done;
        return done;
      },
    };
    const platform = { instances: this.#instances, now: () => this.#clock.now };
    return this.#machine === "account"
      ? new AccountObject(state, this.#env, platform)
      : new DirectoryObject(state, this.#env, platform);
  }

  #ring(): void {
    this.#alarmAt = null;
    const instance = this.#instance;
    const object = this.#object;
    instance.ringing += 1;
    instance.rung = Promise.all([instance.rung, this.#ready])
      .then(() => object.alarm())
      .catch(() => undefined)
      .finally(() => (instance.ringing -= 1));
  }
}

function born(): Instance {
  return { alive: true, rung: Promise.resolve(), ringing: 0 };
}

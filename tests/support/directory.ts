/**
 * A tenant's directory outside workerd: the package's own class and core, over SQLite in memory. Clock, alarm and
 * key-value store are the test's, so that a minute passes in an instant.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { mock } from "node:test";
import type { ObjectEnv, ObjectState } from "../../pkg/dist/objects/platform.js";
import { CoreInstances } from "../../pkg/dist/instance.js";
import { type Core, instantiate } from "../../pkg/wasm/full.js";
import { document } from "./demo.ts";
import { managementRequest } from "./objects.ts";
import { MemorySql } from "./sqlite.ts";

// The class of the platform that objects extend has no say in what they do.
const PLATFORM = "data:text/javascript,export class DurableObject { constructor(ctx, env) { this.env = env; } }";
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers" ? { url: PLATFORM, format: "module", shortCircuit: true } : next(specifier, context),
});
export const { DirectoryObject } = await import("../../pkg/dist/objects/directory.js");
export const { AccountObject } = await import("../../pkg/dist/objects/account.js");

const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/full.wasm", import.meta.url)));
/** How far the clock goes at once, in milliseconds. */
const STEP = 100;

/** The demo tenant. */
export const tenant = document(8787);

/** A reply of the core: its name with what it says. */
export type Reply = Record<string, Record<string, unknown>>;

/** What becomes of a write: it takes so many milliseconds, or it fails, or nothing more is heard of it. */
export type Fate = number | "fails" | "hangs";

/** A key-value store that takes writes as the test has it, and remembers what came of them. */
export class DisturbedStore {
  readonly entries = new Map<string, string>();
  /** What happened, in order; `null` for a key that went. */
  readonly history: { key: string; value: string | null; at: number }[] = [];
  /** Every write that was begun. */
  readonly begun: { key: string; value: string | null; at: number }[] = [];
  /** So many writes were under way at once. */
  mostAtOnce = 0;
  #underWay = 0;
  readonly #now: () => number;
  /** What becomes of a write. */
  fate: (key: string, value: string | null) => Fate = () => 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The store as one instance of an object reaches it; what it asks for ends with it. */
  reachedBy(instance: { alive: boolean }): ObjectEnv["CONFIG"] & object {
    const write = async (key: string, value: string | null): Promise<void> => {
      this.begun.push({ key, value, at: this.#now() });
      this.#underWay += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
      const fate = this.fate(key, value);
      if (fate === "hangs" || !instance.alive) return new Promise(() => undefined);
      if (typeof fate === "number" && fate > 0) await new Promise((resolve) => setTimeout(resolve, fate));
      this.#underWay -= 1;
      if (fate === "fails" || !instance.alive) throw new Error("the store is down");
      this.history.push({ key, value, at: this.#now() });
      if (value === null) this.entries.delete(key);
      else this.entries.set(key, value);
    };
    return { put: write, delete: (key) => write(key, null) };
  }

  /** The versions that the key has had, in the order in which they arrived. */
  versions(key: string): number[] {
    const values = this.history.flatMap((written) => (written.key === key && written.value !== null ? [written.value] : []));
    return values.map((value) => (JSON.parse(value) as { version: number }).version);
  }
}

export class DirectoryBench {
  readonly name: string;
  /** Milliseconds since the Unix epoch. */
  now = 1_900_000_000_000;
  readonly sql = new MemorySql();
  readonly store = new DisturbedStore(() => this.now);
  /** When the alarm is set for, in milliseconds since the Unix epoch. */
  alarmAt: number | null = null;
  /** How often it was set or deleted. */
  alarmsSet = 0;
  /** Whether the core traps from now on when it is to manage. */
  traps = false;
  /** The binding `CONFIG`; a deployment may lack it. */
  hasStore = true;
  #instance = { alive: true };
  /** Until then nothing reaches the object. */
  #ready: Promise<unknown> = Promise.resolve();
  #ringing = false;
  #object: InstanceType<typeof DirectoryObject>;

  constructor(name = "demo") {
    this.name = name;
    this.#object = this.#begin();
  }

  /** Has the management answer. */
  async manage(command: object, members: object = {}): Promise<Reply> {
    return JSON.parse(await this.manageText(managementRequest(this.name, command, members))) as Reply;
  }

  /** The same as text, of whatever request. */
  async manageText(request: string): Promise<string> {
    await this.#ready;
    return this.#object.manage(request);
  }

  /** Has the other half of the object answer. */
  async turn(command: object): Promise<Record<string, unknown>> {
    await this.#ready;
    return JSON.parse(await this.#object.turn(JSON.stringify({ command }))) as Record<string, unknown>;
  }

  /** How many entries wait. */
  async pending(): Promise<unknown> {
    return (await this.manage({ publication: {} })).publication?.pending;
  }

  /** Ends the instance of the object, with all that it has under way, and begins another over what is stored. */
  restart(): void {
    this.#instance.alive = false;
    this.#instance = { alive: true };
    this.#ringing = false;
    this.#object = this.#begin();
  }

  /** Lets the clock go on by so many milliseconds, with everything that is due meanwhile. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await this.settle();
    while (this.now < end) {
      const step = Math.min(STEP, end - this.now);
      this.now += step;
      mock.timers.tick(step);
      await this.settle();
      if (this.alarmAt !== null && this.alarmAt <= this.now && !this.#ringing) {
        this.alarmAt = null;
        this.#ringing = true;
        const instance = this.#instance;
        void this.#object.alarm().finally(() => {
          if (instance.alive) this.#ringing = false;
        });
        await this.settle();
      }
    }
  }

  /** Lets everything happen that waits for nothing but its turn. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  #begin(): InstanceType<typeof DirectoryObject> {
    const instance = this.#instance;
    const living = (): void => {
      if (!instance.alive) throw new Error("this instance of the object is no more");
    };
    const setAlarm = async (time: number | null): Promise<void> => {
      living();
      this.alarmAt = time;
      this.alarmsSet += 1;
    };
    const { sql } = this;
    const state: ObjectState = {
      id: { name: this.name },
      storage: {
        sql: {
          exec(query, ...parameters) {
            living();
            return sql.exec(query, ...parameters);
          },
        },
        transactionSync: (work) => sql.transactionSync(work),
        setAlarm,
        getAlarm: async () => this.alarmAt,
        deleteAlarm: () => setAlarm(null),
        deleteAll: async () => {
          throw new Error("a directory never deletes everything");
        },
      },
      waitUntil: (work) => void work.catch(() => undefined),
      blockConcurrencyWhile: (work) => {
        const done = work();
        this.#ready = done;
        return done;
      },
    };
    const instances = new CoreInstances(module, (compiled) => {
      const core = instantiate(compiled);
      const manage: Core["manage"] = (...parameters) => {
        if (this.traps) throw new WebAssembly.RuntimeError("unreachable");
        return core.manage(...parameters);
      };
      return { ...core, manage };
    });
    const env: ObjectEnv = this.hasStore ? { CONFIG: this.store.reachedBy(instance) } : {};
    return new DirectoryObject(state, env, { instances, now: () => this.now });
  }
}

/** The command that gives a directory the demo tenant, with some members changed. */
export const importing = (changed: object = {}): object => ({
  import: { document: JSON.stringify({ ...tenant, ...changed }), dry_run: false },
});
/** The command that changes a description. */
export const describing = (kind: string, id: string, description: string): object => ({ update: { kind, id, value: { description } } });

/** A directory that has the demo tenant, all of it published, at rest. */
export async function managed(): Promise<DirectoryBench> {
  const bench = new DirectoryBench();
  const { imported } = await bench.manage(importing());
  assert.ok(imported, "the demo tenant is imported");
  await bench.pass(5_000);
  assert.equal(await bench.pending(), 0);
  bench.store.history.length = 0;
  bench.store.begun.length = 0;
  return bench;
}

/** The record of an entity as gates read it. */
export function published(bench: DirectoryBench, kind: string, id: string): Record<string, unknown> {
  const record = JSON.parse(bench.store.entries.get(kind === "resource" ? "tenant/demo" : `tenant/demo/${kind}/${id}`) ?? "{}") as Record<string, unknown>;
  if (kind !== "resource") return record;
  const resource = (record.resources as Record<string, unknown>[]).find(({ resource_id: own }) => own === id);
  return { ...resource, version: record.version };
}

/** The reason of a refusal. */
export function refusal(reply: Reply): string | undefined {
  return Object.keys((reply.refused?.refusal as object | undefined) ?? {})[0];
}

/** Whether a key of the demo tenant is of the tables: the other half of its directory publishes what is revoked. */
export const isRecord = (key: string): boolean => !key.startsWith("tenant/demo/revoked");

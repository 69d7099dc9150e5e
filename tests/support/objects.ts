/**
 * Objects in memory, with the real core: what they store outlives nothing, their clock is the test's, and each of their
 * turns is whole. For tests in Node; workerd has the real ones.
 */
import type { ObjectNamespace } from "audgate";
import type { CoreInstances } from "../../pkg/dist/instance.js";
import type { Managed, Outcome } from "../../pkg/wasm/full_types.js";
import { MemorySql } from "./sqlite.ts";

type Machine = "account" | "challenge" | "directory";
/** What a directory's tables want to be published is due by an alarm of its own. */
type Alarmed = Machine | "management";

export interface MemoryObjectsOptions {
  instances: CoreInstances;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  /** Takes what the directory publishes; `null` for what is to go. */
  publish: (key: string, value: string | null) => void;
}

/** An entry that a directory wants published. */
interface DueEntry {
  key: string;
  value: string | null;
  version: number;
}

export class MemoryObjects {
  readonly #options: MemoryObjectsOptions;
  readonly #stored = new Map<string, Map<string, string>>();
  /** The tables of each directory, by its name. */
  readonly #tables = new Map<string, MemorySql>();
  readonly #alarms = new Map<string, number>();
  /** Every call so far, as `machine name`. */
  readonly calls: string[] = [];
  /** Classes whose objects do not answer. */
  readonly down = new Set<Machine>();

  constructor(options: MemoryObjectsOptions) {
    this.#options = options;
  }

  /** The objects of one class, as a binding gives them. */
  namespace(machine: Machine): ObjectNamespace {
    const called = (name: string, asked: string): void => {
      this.calls.push(`${asked} ${name}`);
      if (this.down.has(machine)) throw new Error("the object is down");
    };
    return {
      getByName: (name) => ({
        turn: async (request) => {
          called(name, machine);
          return this.#turn(machine, name, request);
        },
        manage: async (request) => {
          called(name, "management");
          return this.#manage(name, request);
        },
      }),
    };
  }

  /** The rows that an object has stored. */
  rows(machine: Machine, name: string): { key: string; value: string }[] {
    return [...(this.#stored.get(`${machine} ${name}`) ?? [])].map(([key, value]) => ({ key, value }));
  }

  /** Runs every alarm that is due. */
  ring(): void {
    for (const [object, alarm] of [...this.#alarms]) {
      const [machine = "", name = ""] = object.split(" ");
      if (alarm * 1_000 > this.#options.now()) continue;
      this.#alarms.delete(object);
      if (machine === "management") this.#publishDue(name, alarm);
      else this.#turn(machine as Machine, name, JSON.stringify({ command: { type: "alarm" } }));
    }
  }

  #turn(machine: Machine, name: string, request: string): string {
    const object = `${machine} ${name}`;
    const rows = new Map(this.#stored.get(object));
    const text = this.#options.instances
      .current()
      .use((core) => core.turn(machine, JSON.stringify(this.rows(machine, name)), request, this.#seconds()));
    const outcome = JSON.parse(text) as Outcome;
    for (const { key, value } of outcome.put) rows.set(key, value);
    for (const key of outcome.delete) rows.delete(key);
    this.#stored.set(object, rows);
    if (!outcome.keep_alarm || outcome.alarm !== null) this.#alarm(machine, name, outcome.alarm);
    this.#handOn(machine, name, outcome);
    return outcome.reply;
  }

  /** What leaves the object: revocations to the directory, and what the directory publishes. */
  #handOn(machine: Machine, name: string, { outbox, publish }: Outcome): void {
    const command = (type: string, members: object): string => JSON.stringify({ command: { type, ...members } });
    if (outbox.length > 0 && !this.down.has("directory")) {
      const tenant = name.split("/")[0] ?? "";
      const entries = outbox.map(({ revocation }) => revocation);
      this.#turn("directory", tenant, command("revoke", { tenant_id: tenant, entries }));
      this.#turn(machine, name, command("delivered", { keys: outbox.map(({ key }) => key) }));
    }
    if (publish.length > 0) {
      for (const { key, value } of publish) this.#options.publish(key, value);
      this.#turn(machine, name, command("published", { keys: publish.map(({ key }) => key) }));
    }
  }

  #manage(name: string, request: string): string {
    const { reply, commit, due_at: dueAt } = this.#managed(name, request);
    if (commit) this.#publishDue(name, dueAt);
    return reply;
  }

  /** Publishes until nothing is due any more, and leaves the rest to an alarm. */
  #publishDue(name: string, first: number | null): void {
    let dueAt = first;
    while (dueAt !== null && dueAt <= this.#seconds()) {
      const { due } = JSON.parse(this.#managed(name, managementRequest(name, { due: {} })).reply) as { due: { entries: DueEntry[] } };
      if (due.entries.length === 0) throw new Error("something is due, and the directory does not tell what");
      for (const { key, value } of due.entries) this.#options.publish(key, value);
      const entries = due.entries.map(({ key, version }) => ({ key, version, written: true }));
      dueAt = this.#managed(name, managementRequest(name, { written: { entries } })).due_at;
    }
    this.#alarm("management", name, dueAt);
  }

  #managed(name: string, request: string): Managed {
    const tables = this.#tables.get(name) ?? new MemorySql();
    this.#tables.set(name, tables);
    const execute = (statement: string, parameters: string): string =>
      JSON.stringify(tables.exec(statement, ...(JSON.parse(parameters) as (string | number | null)[])).raw());
    let managed: Managed | undefined;
    try {
      tables.transactionSync(() => {
        const text = this.#options.instances.current().use((core) => core.manage(execute, request, this.#seconds()));
        managed = JSON.parse(text) as Managed;
        if (!managed.commit) throw new Error("nothing of this turn is to be kept");
      });
    } catch (error) {
      if (managed?.commit !== false) throw error;
    }
    if (managed === undefined) throw new Error("the core has not answered");
    return managed;
  }

  #alarm(part: Alarmed, name: string, at: number | null): void {
    if (at === null) this.#alarms.delete(`${part} ${name}`);
    else this.#alarms.set(`${part} ${name}`, at);
  }

  #seconds(): number {
    return Math.floor(this.#options.now() / 1_000);
  }
}

/** A request to the management of a tenant, by nobody in particular unless `members` say otherwise. */
export function managementRequest(tenantId: string, command: object, members: object = {}): string {
  return JSON.stringify({
    tenant_id: tenantId,
    actor: null,
    reach: null,
    request_id: "",
    idempotency_key: null,
    if_match: null,
    published_version: 0,
    command,
    ...members,
  });
}

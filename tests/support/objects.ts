/**
 * Objects in memory, with the real core: what they store outlives nothing, their clock is the test's, and each of their
 * turns is whole. For tests in Node; workerd has the real ones.
 */
import type { ObjectNamespace } from "audgate";
import type { CoreInstances } from "../../pkg/dist/instance.js";
import type { Outcome } from "../../pkg/wasm/full_types.js";

type Machine = "account" | "challenge" | "directory";

export interface MemoryObjectsOptions {
  instances: CoreInstances;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
  /** Takes what the directory publishes. */
  publish: (key: string, value: string) => void;
}

export class MemoryObjects {
  readonly #options: MemoryObjectsOptions;
  readonly #stored = new Map<string, Map<string, string>>();
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
    return {
      getByName: (name) => ({
        turn: async (request) => {
          this.calls.push(`${machine} ${name}`);
          if (this.down.has(machine)) throw new Error("the object is down");
          return this.#turn(machine, name, request);
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
      this.#turn(machine as Machine, name, JSON.stringify({ command: { type: "alarm" } }));
    }
  }

  #turn(machine: Machine, name: string, request: string): string {
    const object = `${machine} ${name}`;
    const rows = new Map(this.#stored.get(object));
    const text = this.#options.instances
      .current()
      .use((core) =>
        core.turn(machine, JSON.stringify(this.rows(machine, name)), request, Math.floor(this.#options.now() / 1_000)),
      );
    const outcome = JSON.parse(text) as Outcome;
    for (const { key, value } of outcome.put) rows.set(key, value);
    for (const key of outcome.delete) rows.delete(key);
    this.#stored.set(object, rows);
    if (outcome.alarm !== null) this.#alarms.set(object, outcome.alarm);
    else if (!outcome.keep_alarm) this.#alarms.delete(object);
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
}

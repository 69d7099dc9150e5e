/**
 * The turns of an object: read, decide, write, with nothing in between. The core decides; an object that traps or fails
 * on the way has written nothing, and nothing is kept in memory that storage does not have.
 */
import type { Outcome } from "../../wasm/full_types.js";
import { log } from "../log.ts";
import { Alarm } from "./alarm.ts";
import type { ObjectPlatform, ObjectState } from "./platform.ts";
import { RecordTable } from "./record.ts";

/** The state machines of the core, by the names that it gives them. */
export type Machine = "account" | "challenge" | "directory";

/** After an alarm that failed; in milliseconds. The platform itself gives up after a few attempts. */
export const ALARM_RETRY = 30_000;
/** An alarm comes no sooner, so that a turn that changes nothing cannot call itself for ever; in milliseconds. */
export const SOONEST_ALARM = 1_000;

export class Turns {
  readonly #state: ObjectState;
  readonly #machine: Machine;
  readonly #platform: ObjectPlatform;
  readonly #record: RecordTable;
  readonly #alarm: Alarm;
  /** Whether a turn of the alarm that is running left the alarm as it was. */
  #keptAlarm = false;

  /** `alarm` where other parts of the object want it, too. */
  constructor(state: ObjectState, machine: Machine, platform: ObjectPlatform, alarm = new Alarm(state)) {
    this.#state = state;
    this.#machine = machine;
    this.#platform = platform;
    this.#alarm = alarm;
    this.#record = new RecordTable(state.storage);
  }

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return (this.#platform.now ?? Date.now)();
  }

  /**
   * One turn. It is synchronous from reading to writing, so the platform runs no other turn in between and stores all
   * of it or nothing. `retryOutboxAt` is when to try again if what is in the outbox has not left it by then.
   */
  run(request: string, retryOutboxAt: number | null = null): Outcome {
    if (typeof request !== "string") {
      throw new TypeError("a request to an object is a text");
    }
    const { storage } = this.#state;
    const now = this.now();
    const [outcome, left] = storage.transactionSync(() => {
      const rows = JSON.stringify(this.#record.rows());
      const text = this.#platform.instances
        .current()
        .use((core) => core.turn(this.#machine, rows, request, Math.floor(now / 1_000)));
      const decided = JSON.parse(text) as Outcome;
      return [decided, this.#record.write(decided)] as const;
    });
    this.#keptAlarm ||= outcome.keep_alarm;
    // Beside the rows of a directory lie the tables of its management: without the one, there may be the other.
    if (left === "emptied" && this.#machine !== "directory") {
      this.#forget();
    } else if (!outcome.keep_alarm) {
      this.#schedule(outcome, outcome.outbox.length > 0 ? retryOutboxAt : null, now);
    }
    return outcome;
  }

  /** Runs the command `alarm` by `run`. What fails is tried again later. */
  async alarm(run: () => Promise<void>): Promise<void> {
    this.#alarm.came();
    this.#keptAlarm = false;
    try {
      await run();
      if (this.#keptAlarm) {
        // Rows that this version cannot read keep the alarm that was set for them, and that has just been used up.
        this.#retry();
      }
    } catch (error) {
      log({ event: "alarm_failed", object: this.#machine, reason: error instanceof Error ? error.name : "unknown" });
      this.#retry();
    }
  }

  #retry(): void {
    this.#alarm.want("turns", this.now() + ALARM_RETRY, true);
  }

  #schedule(outcome: Outcome, retryOutboxAt: number | null, now: number): void {
    const due = [outcome.alarm === null ? null : outcome.alarm * 1_000, retryOutboxAt].filter((time) => time !== null);
    const alarm = due.length === 0 ? null : Math.max(Math.min(...due), now + SOONEST_ALARM);
    this.#alarm.want("turns", alarm, outcome.put.length > 0 || outcome.delete.length > 0);
  }

  /** Without a row the object is over: nothing of it stays. */
  #forget(): void {
    this.#alarm.cancel();
    this.#state.waitUntil(this.#state.storage.deleteAll());
  }
}

/** A request of the shell itself. */
export function command(type: string, members: object = {}): string {
  return JSON.stringify({ command: { type, ...members } });
}

/** Whether the core refused. What cannot be read is no confirmation. */
export function isRefusal(reply: string): boolean {
  try {
    return (JSON.parse(reply) as { type?: unknown }).type === "refused";
  } catch {
    return true;
  }
}

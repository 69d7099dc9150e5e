/**
 * The management of a tenant in its directory: each request is one transaction over the directory's tables. What it
 * leaves to be published is written into the key-value store beside the requests, by one writer at a time.
 */
import type { Execute, Managed } from "../../wasm/full_types.js";
import { log } from "../log.ts";
import type { Alarm } from "./alarm.ts";
import { OrderedWrites } from "./ordered_writes.ts";
import type { ObjectPlatform, ObjectState, PublicationTarget, SqlValue } from "./platform.ts";
import { ALARM_RETRY, SOONEST_ALARM } from "./turns.ts";

/** A Worker has six connections at a time. */
const AT_ONCE = 6;
/** So many writes and the next ones are another event's: the platform counts what one event asks for. */
const MOST_WRITES = 500;
/** When the alarm goes on with what this instance of the object is writing, should it be no more; in milliseconds. */
const TAKEN_OVER_AFTER = 10_000;

/** An entry of the key-value store as the core wants it; without a value it is to go. */
interface DueEntry {
  key: string;
  value: string | null;
  version: number;
}

/** What came of it. */
interface WrittenEntry {
  key: string;
  version: number;
  written: boolean;
}

export class Management {
  readonly #state: ObjectState;
  readonly #platform: ObjectPlatform;
  readonly #alarm: Alarm;
  readonly #writes: OrderedWrites | undefined;
  /** When something is to be written, in seconds since the Unix epoch; `undefined` before the core was asked. */
  #dueAt: number | null | undefined;
  #writing: Promise<void> | undefined;

  constructor(state: ObjectState, platform: ObjectPlatform, alarm: Alarm, target: PublicationTarget | undefined) {
    this.#state = state;
    this.#platform = platform;
    this.#alarm = alarm;
    this.#writes = target && new OrderedWrites(target);
  }

  /** Answers one request of the core, and begins to write what is due. Answers before that is written, with the work. */
  run(request: string): { reply: string; written: Promise<void> } {
    if (typeof request !== "string") {
      throw new TypeError("a request to an object is a text");
    }
    const managed = this.#transaction(request);
    if (managed.commit) {
      this.#schedule(managed.due_at);
      if (this.#isDue()) {
        void this.#begin();
      }
    }
    return { reply: managed.reply, written: this.#writing ?? Promise.resolve() };
  }

  /**
   * Goes on writing, when an alarm has come. Answers when that is done, and never throws: a later alarm tries again. The
   * handler of the alarm must not wait for it, as no other alarm comes meanwhile.
   */
  async alarm(): Promise<void> {
    if (this.#dueAt === null) {
      return;
    }
    if (this.#dueAt !== undefined && (this.#writing !== undefined || !this.#isDue())) {
      this.#schedule(this.#dueAt);
    } else {
      void this.#begin();
    }
    return this.#writing;
  }

  #now(): number {
    return (this.#platform.now ?? Date.now)();
  }

  /** One turn: from the first statement to the last the platform runs no other, and keeps all of it or nothing. */
  #transaction(request: string): Managed {
    const execute: Execute = (statement, parameters) => this.#execute(statement, parameters);
    const now = Math.floor(this.#now() / 1_000);
    try {
      return this.#state.storage.transactionSync(() => {
        const text = this.#platform.instances.current().use((core) => core.manage(execute, request, now));
        const managed = JSON.parse(text) as Managed;
        if (!managed.commit) {
          throw new NotKept(managed);
        }
        return managed;
      });
    } catch (error) {
      if (error instanceof NotKept) {
        return error.managed;
      }
      throw error;
    }
  }

  #execute(statement: string, parameters: string): string {
    try {
      const rows = this.#state.storage.sql.exec(statement, ...(JSON.parse(parameters) as SqlValue[]));
      return JSON.stringify([...rows.raw()]);
    } catch (error) {
      // The core only learns that it failed. SQLite names tables and columns, never what is in them.
      log({ event: "statement_failed", message: error instanceof Error ? error.message : "unknown" });
      throw error;
    }
  }

  #isDue(): boolean {
    return typeof this.#dueAt === "number" && this.#dueAt * 1_000 <= this.#now();
  }

  /** Sets the alarm for what is due at `dueAt`; in seconds since the Unix epoch. */
  #schedule(dueAt: number | null): void {
    this.#dueAt = dueAt;
    const now = this.#now();
    if (dueAt === null || !this.#isDue()) {
      this.#alarm.want("management", dueAt === null ? null : Math.max(dueAt * 1_000, now + SOONEST_ALARM), true);
      return;
    }
    // It is going to be written at once. Moving the alarm on with every change would cost a write of its own.
    const wanted = this.#alarm.wanted("management");
    if (wanted === null || wanted <= now || wanted > now + TAKEN_OVER_AFTER) {
      this.#alarm.want("management", now + TAKEN_OVER_AFTER, true);
    }
  }

  #begin(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Writes until nothing is due, also what becomes due meanwhile. Never throws: a later alarm tries again. */
  async #write(): Promise<void> {
    try {
      for (let written = 0; written < MOST_WRITES; ) {
        const due = this.#due();
        if (due.length === 0) {
          return;
        }
        await this.#put(due);
        written += due.length;
        if (!this.#isDue()) {
          return;
        }
      }
      this.#alarm.want("management", this.#now() + SOONEST_ALARM, true);
    } catch (error) {
      log({ event: "publication_failed", reason: error instanceof Error ? error.name : "unknown" });
      this.#alarm.want("management", this.#now() + ALARM_RETRY, true);
    }
  }

  #due(): DueEntry[] {
    const { due, refused } = this.#command({ due: {} }) as { due?: { entries: DueEntry[] }; refused?: Refused };
    if (due === undefined && !(refused !== undefined && "empty" in refused.refusal)) {
      throw new NotManaged("the directory does not tell what is due");
    }
    return due?.entries ?? [];
  }

  /** Writes one batch and reports it. What must come after something else is not due yet. */
  async #put(entries: DueEntry[]): Promise<void> {
    const outcomes: WrittenEntry[] = [];
    const left = entries.values();
    const next = async (): Promise<void> => {
      for (const entry of left) {
        outcomes.push({ key: entry.key, version: entry.version, written: await this.#putOne(entry) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (!("done" in this.#command({ written: { entries: outcomes } }))) {
      throw new NotManaged("the directory does not take what was written");
    }
  }

  /** Whether it is there, and stays there. */
  async #putOne({ key, value }: DueEntry): Promise<boolean> {
    if (this.#writes === undefined) {
      log({ event: "binding_missing", binding: "CONFIG" });
      return false;
    }
    try {
      return await this.#writes.write(key, value);
    } catch (error) {
      log({ event: "record_not_published", reason: error instanceof Error ? error.name : "unknown" });
      return false;
    }
  }

  /** A request of the shell itself, which is about the object as it is. */
  #command(command: object): object {
    const request = {
      tenant_id: this.#state.id.name,
      actor: null,
      reach: null,
      request_id: "",
      idempotency_key: null,
      if_match: null,
      published_version: 0,
      command,
    };
    const managed = this.#transaction(JSON.stringify(request));
    const reply = JSON.parse(managed.reply) as object;
    if (managed.commit || !("refused" in reply)) {
      this.#schedule(managed.due_at);
    }
    return reply;
  }
}

interface Refused {
  refusal: object;
}

/** Nothing of this turn is to be kept. */
class NotKept extends Error {
  override readonly name = "NotKept";
  readonly managed: Managed;

  constructor(managed: Managed) {
    super("nothing of this turn is to be kept");
    this.managed = managed;
  }
}

/** The core refuses what only the shell asks of it. */
class NotManaged extends Error {
  override readonly name = "NotManaged";
}

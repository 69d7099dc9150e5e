/** What a directory publishes, on its way into the key-value store. */
import { within } from "../deadline.ts";
import type { Outcome, Row } from "../../wasm/full_types.js";
import { log } from "../log.ts";
import type { PublicationTarget } from "./platform.ts";
import { command, isRefusal, type Turns } from "./turns.ts";

/** A write that takes longer counts as failed. Nine of them take less than the core waits for word; in milliseconds. */
const PUT_TIMEOUT = 5_000;

export class Publication {
  readonly #turns: Turns;
  readonly #target: PublicationTarget | undefined;
  /** What is due, as of the last turn. */
  #pending: readonly Row[] = [];
  #writing: Promise<void> | undefined;

  constructor(turns: Turns, target: PublicationTarget | undefined) {
    this.#turns = turns;
    this.#target = target;
  }

  /** Runs a turn, and begins to write what it wants published. Answers before that is written, with the work. */
  turn(request: string): { outcome: Outcome; written: Promise<void> } {
    const outcome = this.#run(request);
    if (this.#pending.length > 0) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
    }
    return { outcome, written: this.#writing ?? Promise.resolve() };
  }

  #run(request: string): Outcome {
    const outcome = this.#turns.run(request);
    this.#pending = outcome.publish;
    return outcome;
  }

  /** Writes one batch after another, each in its order. A batch that fails is the core's to repeat, by its alarm. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const entries = this.#pending;
      const written = await this.#put(entries);
      const keys = entries.map(({ key }) => key);
      const { reply } = this.#run(written ? command("published", { keys }) : command("publish_failed"));
      if (!written || isRefusal(reply)) {
        return;
      }
    }
  }

  /** A later entry may rely on an earlier one, so they are written one by one. */
  async #put(entries: readonly Row[]): Promise<boolean> {
    if (this.#target === undefined) {
      log({ event: "binding_missing", binding: "CONFIG" });
      return false;
    }
    try {
      for (const { key, value } of entries) {
        await within(this.#target.put(key, value), PUT_TIMEOUT);
      }
      return true;
    } catch (error) {
      log({ event: "not_published", reason: error instanceof Error ? error.name : "unknown" });
      return false;
    }
  }
}

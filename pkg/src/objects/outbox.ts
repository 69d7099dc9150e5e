/** Revocations on their way from an account to its tenant's directory. They leave the account once they arrived. */
import type { Outcome } from "../../wasm/full_types.js";
import type { ObjectNamespace } from "../bindings.ts";
import { DeadlineExceeded, within } from "../deadline.ts";
import { log } from "../log.ts";
import { command, isRefusal, type Turns } from "./turns.ts";

/** A reply waits no longer for the directory; in milliseconds. */
const REPLY_WAITS = 2_000;
/** A directory that takes longer has not answered; in milliseconds. */
const DIRECTORY_TIMEOUT = 10_000;
/** The longest time between two attempts; in milliseconds. */
const LONGEST_BACKOFF = 30_000;

export class Outbox {
  readonly #turns: Turns;
  readonly #directory: ObjectNamespace | undefined;
  readonly #tenantId: string | undefined;
  /** What the directory has not confirmed, as of the last turn. */
  #pending: Outcome["outbox"] = [];
  /** Attempts that failed since one succeeded. An instance that begins anew may count anew. */
  #failures = 0;
  #delivery: Promise<void> | undefined;

  constructor(turns: Turns, directory: ObjectNamespace | undefined, tenantId: string | undefined) {
    this.#turns = turns;
    this.#directory = directory;
    this.#tenantId = tenantId;
  }

  /** When an alarm should try again if nothing else has; in milliseconds since the Unix epoch. */
  retryAt(): number {
    return this.#turns.now() + Math.min(1_000 * 2 ** this.#failures, LONGEST_BACKOFF);
  }

  /** Runs a turn and hands over what it leaves in the outbox. Answers once that arrived, or it takes too long. */
  async turn(request: string): Promise<Outcome> {
    const outcome = this.#run(request);
    const inTrouble = this.#failures > 0;
    const delivered = this.#delivered(outcome);
    // Whoever waits for a directory that is down waits for nothing; the alarm will try again.
    if (!inTrouble) {
      await within(delivered, REPLY_WAITS).catch((error: unknown) => {
        if (!(error instanceof DeadlineExceeded)) throw error;
      });
    }
    return outcome;
  }

  /** Runs the command `alarm`, and hands over what is left in the outbox. */
  async alarm(): Promise<void> {
    await this.#delivered(this.#run(command("alarm")));
  }

  /** Only one delivery is under way at a time. */
  #delivered({ outbox }: Outcome): Promise<void> {
    if (outbox.length === 0) {
      return Promise.resolve();
    }
    this.#delivery ??= this.#deliver().finally(() => {
      this.#delivery = undefined;
    });
    return this.#delivery;
  }

  #run(request: string): Outcome {
    const outcome = this.#turns.run(request, this.retryAt());
    if (!outcome.keep_alarm) {
      this.#pending = outcome.outbox;
    }
    return outcome;
  }

  /** Delivers until nothing is left, also what comes meanwhile. Never throws: the alarm is set already. */
  async #deliver(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const items = this.#pending;
        await this.#tell(items);
        this.#failures = 0;
        // What was revoked once more meanwhile has a later moment, which the directory has not heard of.
        const unchanged = new Set(this.#pending.map((item) => JSON.stringify(item)));
        const keys = items.filter((item) => unchanged.has(JSON.stringify(item))).map(({ key }) => key);
        if (isRefusal(this.#run(command("delivered", { keys })).reply)) {
          throw new NotDelivered("the account does not take the confirmation");
        }
      }
    } catch (error) {
      this.#failures += 1;
      log({
        event: "revocations_not_delivered",
        attempt: this.#failures,
        reason: error instanceof Error ? error.name : "unknown",
        message: error instanceof NotDelivered ? error.message : undefined,
      });
    }
  }

  async #tell(items: Outcome["outbox"]): Promise<void> {
    if (this.#directory === undefined) {
      throw new NotDelivered("there is no Durable Object binding `DIRECTORY`");
    }
    if (this.#tenantId === undefined) {
      throw new NotDelivered("the object does not know its name");
    }
    const entries = items.map(({ revocation }) => revocation);
    const directory = this.#directory.getByName(this.#tenantId);
    const reply = await within(directory.turn(command("revoke", { tenant_id: this.#tenantId, entries })), DIRECTORY_TIMEOUT);
    if (isRefusal(reply)) {
      throw new NotDelivered("the directory refuses the revocations");
    }
  }
}

/** The directory cannot have heard. */
class NotDelivered extends Error {
  override readonly name = "NotDelivered";
}

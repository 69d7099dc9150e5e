/**
 * Writes into the key-value store, of which any may take too long and still happen later. Under one key they happen in
 * the order in which they were asked for: what is older never comes out on top.
 */
import { DeadlineExceeded, within } from "../deadline.ts";
import type { PublicationTarget } from "./platform.ts";

/** A write that takes longer counts as failed; in milliseconds. */
const WRITE_TIMEOUT = 5_000;
/** What has not happened this long after it counted as failed is hardly going to; in milliseconds. */
const GIVEN_UP_AFTER = 60_000;
/** What was given up is forgotten after this time: the platform ends everything that is under way sooner; in milliseconds. */
const FORGOTTEN_AFTER = 600_000;

export class OrderedWrites {
  readonly #target: PublicationTarget;
  /** Writes that may still happen, by key, each until it has or is given up. */
  readonly #late = new Map<string, Promise<void>>();
  /** Writes that were given up and may happen in spite of that, by key. */
  readonly #givenUp = new Map<string, Set<Promise<void>>>();

  constructor(target: PublicationTarget) {
    this.#target = target;
  }

  /**
   * Puts `value` under `key`, or removes the key for `null`. Rejects where that may not be so. Answers whether it stays so;
   * otherwise something older may still take its place, and it has to be written again.
   */
  async write(key: string, value: string | null): Promise<boolean> {
    const earlier = this.#late.get(key);
    if (earlier !== undefined) {
      await within(earlier, WRITE_TIMEOUT);
    }
    const work = this.#begin(key, value);
    try {
      await within(work, WRITE_TIMEOUT);
    } catch (error) {
      if (error instanceof DeadlineExceeded) {
        this.#late.set(key, this.#outlive(key, work));
      }
      throw error;
    }
    return !this.#givenUp.has(key);
  }

  async #begin(key: string, value: string | null): Promise<void> {
    await (value === null ? this.#target.delete(key) : this.#target.put(key, value));
  }

  /** Waits until `work` is over or can be given up. */
  async #outlive(key: string, work: Promise<void>): Promise<void> {
    const over = work.catch(() => undefined);
    try {
      await within(over, GIVEN_UP_AFTER);
    } catch {
      this.#giveUp(key, over);
    }
    this.#late.delete(key);
  }

  /** As long as it may happen, no write of the key is known to stay. Whoever repeats it until one is has the last word. */
  #giveUp(key: string, work: Promise<void>): void {
    const others = this.#givenUp.get(key) ?? new Set();
    this.#givenUp.set(key, others.add(work));
    void within(work, FORGOTTEN_AFTER)
      .catch(() => undefined)
      .then(() => {
        others.delete(work);
        if (others.size === 0) {
          this.#givenUp.delete(key);
        }
      });
  }
}

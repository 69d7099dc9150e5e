/** The one alarm that an object has, for all of its parts that want one: it comes at the earliest of their moments. */
import type { ObjectState } from "./platform.ts";

/** Who wants it; `earlier` is an instance of the object that is no more. */
type Part = "turns" | "management" | "earlier";

export class Alarm {
  readonly #state: ObjectState;
  /** What is set, as far as this instance of the object knows: setting the same again costs a write. */
  #set: number | null | undefined;
  readonly #wanted = new Map<Part, number>();

  constructor(state: ObjectState) {
    this.#state = state;
  }

  /**
   * Takes over what an earlier instance has set. For objects with several parts: one that wants its own moment must not
   * lose that of another, which only the alarm itself still knows.
   */
  async inherit(): Promise<void> {
    const time = await this.#state.storage.getAlarm();
    this.#set = time;
    if (time !== null) {
      this.#wanted.set("earlier", time);
    }
  }

  /** When it is to come for that part; in milliseconds since the Unix epoch, `null` for not at all. */
  wanted(part: Part): number | null {
    return this.#wanted.get(part) ?? null;
  }

  /**
   * Has it come at `time` for that part; in milliseconds since the Unix epoch, `null` for not at all. `written` says
   * whether anything was stored: an object that has nothing and never had gets no alarm to delete, which is a write, too.
   */
  want(part: Part, time: number | null, written: boolean): void {
    if (time === null) {
      this.#wanted.delete(part);
    } else {
      this.#wanted.set(part, time);
    }
    const earliest = this.#wanted.size === 0 ? null : Math.min(...this.#wanted.values());
    if (earliest === this.#set) {
      return;
    }
    const { storage } = this.#state;
    if (earliest !== null) {
      this.#state.waitUntil(storage.setAlarm(earliest));
    } else if (this.#set !== undefined || written) {
      this.#state.waitUntil(storage.deleteAlarm());
    }
    this.#set = earliest;
  }

  /** It has come, and is no longer set: every part has to say anew when it wants the next one. */
  came(): void {
    this.#set = null;
    this.#wanted.clear();
  }

  /** Deletes it, whoever wants it. */
  cancel(): void {
    this.came();
    this.#state.waitUntil(this.#state.storage.deleteAlarm());
  }
}

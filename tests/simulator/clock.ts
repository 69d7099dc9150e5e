/**
 * Time that goes by without anybody waiting: it stands still until everything that is due has happened, and then is the
 * moment of what comes next. Time-outs of the package run on it too.
 */
interface Event {
  readonly time: number;
  /** Among events of one moment, the one that was asked for first comes first. */
  readonly order: number;
  readonly run: () => unknown;
  cancelled: boolean;
}

/** What WebCrypto does beside the program, so that it has to be waited for. */
const OPERATIONS = ["verify", "sign", "digest", "importKey", "generateKey", "exportKey"] as const;

export class VirtualClock {
  /** Where it began; milliseconds since the Unix epoch. */
  readonly began: number;
  /** Milliseconds since the Unix epoch. */
  now: number;
  readonly #events: Event[] = [];
  readonly #operations = new Set<Promise<unknown>>();
  #asked = 0;

  constructor(now = 1_900_000_000_000) {
    this.began = now;
    this.now = now;
  }

  /** Seconds since the Unix epoch. */
  seconds(): number {
    return Math.floor(this.now / 1_000);
  }

  /** Has something happen at `time`. The answer calls it off. */
  at(time: number, run: () => unknown): () => void {
    this.#asked += 1;
    const event: Event = { time: Math.max(time, this.now), order: this.#asked, run, cancelled: false };
    let place = this.#events.length;
    while (place > 0 && comesBefore(this.#events[place - 1], event)) place -= 1;
    // Latest first, so that the next one is at the end.
    this.#events.splice(place, 0, event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Has something happen after so many milliseconds. The answer calls it off. */
  after(milliseconds: number, run: () => unknown): () => void {
    return this.at(this.now + milliseconds, run);
  }

  /** Waits so many milliseconds. */
  pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(milliseconds, resolve));
  }

  /** Lets everything happen that is due until `time`. */
  async run(time: number): Promise<void> {
    await this.#settle();
    for (let event = this.#events.at(-1); event !== undefined && event.time <= time; event = this.#events.at(-1)) {
      this.#events.pop();
      if (event.cancelled) continue;
      this.now = event.time;
      event.run();
      await this.#settle();
    }
    this.now = Math.max(this.now, time);
  }

  /** Puts this clock in the place of the process's timers. The answer puts them back. */
  install(): () => void {
    const { setTimeout, clearTimeout } = globalThis;
    const set = (run: (...given: unknown[]) => unknown, milliseconds = 0, ...given: unknown[]): { cancel: () => void } => ({
      cancel: this.after(milliseconds, () => run(...given)),
    });
    const clear = (timer?: { cancel?: () => void }): void => timer?.cancel?.();
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    for (const name of OPERATIONS) this.#watch(name);
    return () => {
      Object.assign(globalThis, { setTimeout, clearTimeout });
      for (const name of OPERATIONS) Reflect.deleteProperty(crypto.subtle, name);
    };
  }

  /** Notes what an operation of WebCrypto has under way. */
  #watch(name: (typeof OPERATIONS)[number]): void {
    const original = crypto.subtle[name].bind(crypto.subtle) as (...given: unknown[]) => Promise<unknown>;
    const value = (...given: unknown[]): Promise<unknown> => {
      const operation = original(...given);
      const over: Promise<unknown> = operation.then(
        () => this.#operations.delete(over),
        () => this.#operations.delete(over),
      );
      this.#operations.add(over);
      return operation;
    };
    Object.defineProperty(crypto.subtle, name, { value, configurable: true });
  }

  /** Until nothing goes on but what waits for a later moment. */
  async #settle(): Promise<void> {
    do {
      await Promise.all(this.#operations);
      // By then every callback of a promise has run that could.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.#operations.size > 0);
  }
}

function comesBefore(one: Event | undefined, other: Event): boolean {
  return one !== undefined && (one.time < other.time || (one.time === other.time && one.order < other.order));
}

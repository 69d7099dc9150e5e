/** The clock of the page: real time, and how far the visitor has moved it. */

/** In seconds, so that links are short and readable. */
export class Clock {
  /** Seconds ahead of real time. */
  ahead = 0;

  /** Milliseconds since the Unix epoch, as the core's hosts are asked for it. */
  readonly milliseconds = (): number => Date.now() + this.ahead * 1_000;

  /** Whole seconds since the Unix epoch. */
  get now(): number {
    return Math.floor(this.milliseconds() / 1_000);
  }

  /** Moves to a moment, in seconds since the Unix epoch. */
  moveTo(moment: number): void {
    this.ahead += moment - this.now;
  }
}

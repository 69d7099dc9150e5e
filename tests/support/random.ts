/** Chance that a test can repeat: the same seed gives the same numbers. */
export class Random {
  #state: number;

  /** The `index`-th of the sequences that belong to `seed`. */
  constructor(seed: number, index = 0) {
    this.#state = (Math.imul(seed, 0x9e37_79b1) + Math.imul(index + 1, 0x85eb_ca6b)) | 0;
    for (let turn = 0; turn < 4; turn += 1) this.fraction();
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** Whether something with that probability happens. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  one<T>(of: readonly [T, ...T[]]): T {
    return of[this.whole(0, of.length - 1)] ?? of[0];
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((item) => ({ item, place: this.fraction() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  /** From 0 to below 1 (Mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }
}

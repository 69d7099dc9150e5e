/** Spans of time as people type them, and moments as they read them. Everything is in seconds. */

export { dateOf, inShort, inWords, timeOfDay } from "./duration.ts";
import { dateOf, timeOfDay } from "./duration.ts";

const UNITS: readonly (readonly [seconds: number, one: string, many: string, words: RegExp])[] = [
  [31_536_000, "year", "years", /^(y|yr|yrs|year|years)$/],
  [86_400, "day", "days", /^(d|day|days)$/],
  [3_600, "h", "h", /^(h|hr|hrs|hour|hours)$/],
  [60, "min", "min", /^(m|min|mins|minute|minutes)$/],
  [1, "s", "s", /^(s|sec|secs|second|seconds)$/],
];

/** Seconds of `5 min`, `14 days`, `1 h 30 min` or plain `300`; `undefined` for anything else. A year has 365 days. */
export function parsedSpan(text: string): number | undefined {
  const plain = text.trim().toLowerCase().replaceAll(/[,_](?=\d{3})/g, "");
  if (/^\d{1,12}$/.test(plain)) {
    return Number(plain);
  }
  if (!/^(\d{1,9}(\.\d{1,3})?\s*[a-z]+[\s,]*(and\s+)?)+$/.test(plain)) {
    return undefined;
  }
  let total = 0;
  for (const [, count, word] of plain.matchAll(/([\d.]+)\s*([a-z]+)/g)) {
    const unit = UNITS.find(([, , , words]) => words.test(word ?? ""));
    if (unit === undefined) {
      return undefined;
    }
    total += Number(count) * unit[0];
  }
  return Number.isInteger(total) ? total : undefined;
}

/** The shortest text that `parsedSpan` reads as exactly these seconds: `14 days`, `90 s`. */
export function spanText(seconds: number): string {
  const unit = UNITS.find(([size]) => seconds >= size && seconds % size === 0);
  if (unit === undefined) {
    return `${seconds} s`;
  }
  const count = seconds / unit[0];
  return `${count} ${count === 1 ? unit[1] : unit[2]}`;
}

/** `1,209,600`. */
export function grouped(value: number): string {
  return value.toLocaleString("en-GB");
}

/** `22 Nov 2026, 13:17:50` in UTC. */
export function moment(seconds: number): string {
  return `${dateOf(seconds)}, ${timeOfDay(seconds)}`;
}

/** Seconds since the Unix epoch. */
export function now(): number {
  return Math.floor(Date.now() / 1_000);
}

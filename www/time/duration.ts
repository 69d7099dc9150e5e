/** Spans of time and moments as people read them. Everything is in seconds. */

const UNITS = [
  { seconds: 31_536_000, name: "year", short: "y" },
  { seconds: 86_400, name: "day", short: "d" },
  { seconds: 3_600, name: "hour", short: "h" },
  { seconds: 60, name: "minute", short: "min" },
  { seconds: 1, name: "second", short: "s" },
] as const;

/** At most two units: `1 hour 30 minutes`. A year is 365 days. */
export function inWords(seconds: number): string {
  return composed(seconds, ({ name }, count) => `${count} ${name}${count === 1 ? "" : "s"}`);
}

/** The same in short: `1 h 30 min`. */
export function inShort(seconds: number): string {
  return composed(seconds, ({ short }, count) => `${count} ${short}`);
}

/** `13:17:50` in UTC. */
export function timeOfDay(moment: number): string {
  return new Date(moment * 1_000).toISOString().slice(11, 19);
}

/** `22 Nov 2026` in UTC. */
export function dateOf(moment: number): string {
  return new Date(moment * 1_000).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}

function composed(seconds: number, part: (unit: (typeof UNITS)[number], count: number) => string): string {
  let rest = Math.floor(seconds);
  const parts: string[] = [];
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit.seconds);
    rest -= count * unit.seconds;
    if (count > 0) {
      parts.push(part(unit, count));
    }
    // Two neighbouring units are as much as anybody reads: `1 year 3 seconds` would say less than `1 year`.
    if (parts.length === 2 || (parts.length === 1 && count === 0)) {
      break;
    }
  }
  return parts.length === 0 ? part(UNITS[4], 0) : parts.join(" ");
}

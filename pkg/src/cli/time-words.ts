/** Times in words. */

const UNITS: readonly [string, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** `3661` -> `1 hour 1 minute`: the two largest units that there are. */
export function duration(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? "" : "s"}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

/** `2026-11-22 19:12:53 UTC, in 59 minutes`. */
export function moment(seconds: number, now: number): string {
  const date = new Date(seconds * 1_000);
  if (Number.isNaN(date.getTime())) {
    return `${seconds}, which is no moment`;
  }
  const text = `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const distance = seconds - now;
  if (Math.round(distance) === 0) {
    return `${text}, this very second`;
  }
  return distance > 0 ? `${text}, in ${duration(distance)}` : `${text}, ${duration(-distance)} ago`;
}

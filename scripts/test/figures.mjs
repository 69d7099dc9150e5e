// What the long runs of `make soak` came to, over all rounds so far: `node scripts/test/figures.mjs` prints it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ run: string, seed: number, figures: Record<string, number> }} Line */

/**
 * A table of what stands in `file`, a line for each kind of run. Of a seed that ran twice the last counts.
 * @param {string} file
 */
export function summary(file) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  for (const line of text.split("\n").filter(Boolean)) {
    const { run, seed, figures } = /** @type {Line} */ (JSON.parse(line));
    lines.set(`${run} ${seed}`, { run, seed, figures });
  }
  const runs = Map.groupBy(lines.values(), ({ run }) => run);
  return [...runs].map(([run, of]) => `${run}: seeds ${seeds(of)}; ${told(sums(of))}`).join("\n");
}

/** What is longest or most stays so, everything else is added up. @param {Line[]} lines */
function sums(lines) {
  /** @type {Record<string, number>} */
  const sum = {};
  for (const [name, value] of lines.flatMap(({ figures }) => Object.entries(figures))) {
    const before = sum[name] ?? 0;
    sum[name] = name.startsWith("longest") || name.startsWith("most") ? Math.max(before, value) : before + value;
  }
  return sum;
}

/** @param {Record<string, number>} figures */
function told(figures) {
  return Object.entries(figures)
    .map(([name, value]) => `${value.toLocaleString("en")} ${name}`)
    .join(", ");
}

/** @param {Line[]} lines */
function seeds(lines) {
  const sorted = lines.map(({ seed }) => seed).sort((one, other) => one - other);
  return sorted.length === 1 ? `${sorted[0]}` : `${sorted[0]} to ${sorted.at(-1)} (${sorted.length})`;
}

if (process.argv[1] === import.meta.filename) {
  console.log(summary(join(import.meta.dirname, "../../tests/artifacts/soak-figures.jsonl")));
}

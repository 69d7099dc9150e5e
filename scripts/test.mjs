// `make test`: runs every suite, also after one that failed, and ends with one summary.
// ONLY=name,name runs some of them; the build always runs, so that what is tested is what is there.

import { verdict } from "./test/counts.mjs";
import { run } from "./test/run.mjs";
import { runtimes, suites } from "./test/suites.mjs";

const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
const unknown = only.filter((name) => !suites.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`no suite is called \`${unknown.join("`, `")}\`; there are ${suites.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const chosen = suites.filter(({ name }) => only.length === 0 || name === "build" || only.includes(name));

/** @type {(import("./test/suites.mjs").Suite & import("./test/counts.mjs").Verdict & { seconds: number })[]} */
const rows = [];
for (const suite of chosen) {
  console.log(`\n=== ${suite.name} [${rows.length + 1}/${chosen.length}]: ${suite.command.join(" ")}`);
  const { output, ended, seconds } = await run(suite);
  rows.push({ ...suite, ...verdict(suite.count, output, ended), seconds });
}

console.log(`\n${line("suite", "runtime", "passed", "failed", "seconds")}`);
for (const { name, runtime, passed, failed, seconds, note } of rows) {
  console.log(line(name, runtime, passed, failed, seconds.toFixed(1), failed > 0 ? note : ""));
}
console.log();
for (const runtime of runtimes) {
  const here = rows.filter((row) => row.runtime === runtime);
  if (here.length > 0) console.log(line("", runtime, total(here, "passed"), total(here, "failed"), seconds(here)));
}
const failed = total(rows, "failed");
console.log(`\n${total(rows, "passed")} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** @param {typeof rows} some @param {"passed" | "failed" | "seconds"} column */
function total(some, column) {
  return some.reduce((sum, row) => sum + row[column], 0);
}

/** @param {typeof rows} some */
function seconds(some) {
  return total(some, "seconds").toFixed(1);
}

/**
 * @param {string} suite @param {string} runtime @param {string | number} passed @param {string | number} failed
 * @param {string} duration
 */
function line(suite, runtime, passed, failed, duration, note = "") {
  const cells = [suite.padEnd(22), runtime.padEnd(20)];
  cells.push(...[passed, failed, duration].map((cell) => String(cell).padStart(8)));
  return `${cells.join("")}  ${note}`.trimEnd();
}

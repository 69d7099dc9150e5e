// How many tests one run of a suite was. What did not run counts as failed.

/** @typedef {{ passed: number, failed: number, note: string }} Verdict */

/**
 * @param {"check" | "cargo" | "node"} count
 * @param {string} output everything that the command printed
 * @param {string} ended "" after exit code 0, else how the command ended
 * @returns {Verdict}
 */
export function verdict(count, output, ended) {
  const { passed, failed, notRun } = counters[count](output, ended);
  const notes = [];
  if (notRun > 0) notes.push(`${notRun} did not run`);
  if (ended) notes.push(ended);
  if (passed + failed + notRun === 0) notes.push("ran no test");
  // A command that failed without a failed test did not get as far as its tests.
  const broken = failed + notRun === 0 && notes.length > 0 ? 1 : 0;
  return { passed, failed: failed + notRun + broken, note: notes.join(", ") };
}

const counters = { check, cargo, node };

/** @param {string} _output @param {string} ended */
function check(_output, ended) {
  return { passed: ended ? 0 : 1, failed: ended ? 1 : 0, notRun: 0 };
}

/**
 * One line for each test binary, of libtest and of wasm-bindgen-test alike.
 * @param {string} output
 */
function cargo(output) {
  const line = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;(?: \d+ measured;)? (\d+) filtered out/gm;
  const total = { passed: 0, failed: 0, notRun: 0 };
  for (const [, passed, failed, ignored, filtered] of output.matchAll(line)) {
    total.passed += Number(passed);
    total.failed += Number(failed);
    total.notRun += Number(ignored) + Number(filtered);
  }
  return total;
}

/**
 * The closing lines of node:test, `ℹ pass 3` of its spec reporter.
 * @param {string} output
 */
function node(output) {
  const last = (/** @type {string} */ word) => {
    const found = [...output.matchAll(new RegExp(`^ℹ ${word} (\\d+)$`, "gm"))].at(-1);
    return Number(found?.[1] ?? 0);
  };
  return { passed: last("pass"), failed: last("fail"), notRun: last("cancelled") + last("skipped") + last("todo") };
}

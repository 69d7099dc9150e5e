// Runs one command: its output goes to the terminal and to a log file, and comes back to be counted.

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

const root = join(import.meta.dirname, "../..");
const artifacts = join(root, "tests/artifacts");
const limitMinutes = 30;

/** @type {Set<number>} */
const running = new Set();
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.once(signal, () => {
    running.forEach(stop);
    process.exit(130);
  });
}

/**
 * @param {import("./suites.mjs").Suite} suite
 * @param {Record<string, string>} [env] added to the suite's own
 * @returns {Promise<{ output: string, ended: string, seconds: number }>} `ended` is "" after exit code 0
 */
export async function run(suite, env = {}) {
  mkdirSync(artifacts, { recursive: true });
  const log = createWriteStream(join(artifacts, `${suite.name}.log`));
  const started = performance.now();
  const [command, ...args] = suite.command;
  // A group of its own, so that a suite that hangs goes with the servers and browsers that it started.
  const child = spawn(/** @type {string} */ (command), args, {
    cwd: root,
    env: { ...process.env, ...suite.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });

  // Kept apart, so that a line of one is never broken by a line of the other.
  const printed = [child.stdout, child.stderr].map((stream) => {
    const kept = { text: "" };
    stream.setEncoding("utf8").on("data", (text) => {
      process.stdout.write(text);
      log.write(text);
      kept.text += text;
    });
    return kept;
  });

  const ended = await new Promise((resolve) => {
    child.once("error", (error) => resolve(`could not start: ${error.message}`));
    const { pid } = child;
    if (pid === undefined) return;
    running.add(pid);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop(pid);
    }, limitMinutes * 60_000);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      running.delete(pid);
      resolve(late ? `stopped after ${limitMinutes} minutes` : code === 0 ? "" : `exit ${code ?? signal}`);
    });
  });
  log.end();
  const output = stripVTControlCharacters(printed.map(({ text }) => text).join("\n"));
  return { output, ended, seconds: (performance.now() - started) / 1000 };
}

/** @param {number} group */
function stop(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Python programs of the tests, in the environment that set-up makes. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");
const interpreter = join(root, ".tools/python/bin/python");

/** A program that speaks JSON, a line each way. */
export interface Program {
  /** What it prints next; its end, or the end of its patience, throws with what it complained about. */
  next(): Promise<unknown>;
  /** Sends it a line. */
  tell(value: unknown): void;
}

/** Starts a program of tests/interop/python, which has a minute for all that it does. */
export function startPython(name: string, ...args: string[]): Program {
  return startPythonFor(60_000, name, ...args);
}

/** Starts a program of tests/interop/python that has so many milliseconds. */
export function startPythonFor(timeout: number, name: string, ...args: string[]): Program {
  const child = spawn(interpreter, ["-I", join(root, "tests/interop/python", name), ...args], {
    // The demo has no TLS.
    env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: "1" },
    timeout,
  });
  let complaint = "";
  child.on("error", ({ message }) => (complaint += `${message}: \`make test\` installs it\n`));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = (await lines.next()) as IteratorResult<string, undefined>;
      if (done === true) {
        if (child.exitCode === null && child.pid !== undefined) await new Promise((resolve) => child.once("close", resolve));
        throw new Error(`${name} has ended: ${complaint}`);
      }
      return JSON.parse(value) as unknown;
    },
    tell: (value) => void child.stdin.write(`${JSON.stringify(value)}\n`),
  };
}

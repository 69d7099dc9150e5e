/** The command `audgate` as people run it, and in the test's own process where somebody has to sit at a terminal. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { run } from "../../../pkg/dist/cli/run.js";
import type { Terminal } from "../../../pkg/dist/cli/terminal.js";

const bin = join(import.meta.dirname, "../../../pkg/bin/audgate.js");
const ENVIRONMENT = { PATH: process.env.PATH, NO_PROXY: "*" };

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Given {
  env?: Record<string, string>;
  /** What stands on standard input. */
  input?: string;
}

/** Runs it to its end, with an environment of its own. */
export function audgate(args: readonly string[], { env = {}, input = "" }: Given = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { env: { ...ENVIRONMENT, ...env } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
    // A command that does not read may have ended before this is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** What it prints for programs: exactly one JSON value. */
export async function json(args: readonly string[], given?: Given): Promise<{ code: number | null; value: any; stderr: string }> {
  const { code, stdout, stderr } = await audgate([...args, "--json"], given);
  return { code, value: JSON.parse(stdout), stderr };
}

/** Runs it with somebody at the terminal, who answers questions by `answer`. */
export async function atTerminal(
  args: readonly string[],
  { env = {}, answer = async () => undefined }: { env?: Record<string, string>; answer?: (question: string) => Promise<string | undefined> },
): Promise<Ended & { asked: string[] }> {
  const asked: string[] = [];
  let [stdout, stderr] = ["", ""];
  const terminal: Terminal = {
    env,
    interactive: true,
    colours: { out: true, err: true },
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    ask: (question) => {
      asked.push(question);
      return answer(question);
    },
    input: async () => new Uint8Array(),
    now: () => Math.floor(Date.now() / 1_000),
    pause: async () => undefined,
  };
  const code = await run(args, terminal);
  return { code, stdout, stderr, asked };
}

/** A folder that goes when the tests have ended. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "audgate-cli-"));

  constructor() {
    after(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** Writes a file and answers its path. */
  file(name: string, content: unknown): string {
    const path = join(this.path, name);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    return path;
  }

  /** The path of a file that nobody has written. */
  absent(name: string): string {
    return join(this.path, name);
  }
}

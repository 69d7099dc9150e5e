/** Files and standard input, read strictly. */
import { readFileSync } from "node:fs";
import { Failure } from "./failure.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

const CAUSES: Record<string, string> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a directory",
  EACCES: "you may not read it",
  ENOTDIR: "a part of the path is no directory",
};

/** The text of a file, `-` for standard input. */
export async function readText(file: string, terminal: Terminal): Promise<string> {
  const octets = file === "-" ? await terminal.input() : readOctets(file);
  try {
    // A byte-order mark stays, for the reader of the text to refuse.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new Failure("not_utf8", `\`${printable(file)}\` is not UTF-8`);
  }
}

/** The one line that a file or standard input consists of; its end does not belong to it. */
export async function readLine(file: string, what: string, terminal: Terminal): Promise<string> {
  const line = (await readText(file, terminal)).replace(/\r?\n$/, "");
  if (line === "" || /[\r\n]/.test(line)) {
    const place = file === "-" ? "standard input" : `\`${printable(file)}\``;
    throw new Failure("not_one_line", `${place} is to hold ${what}, on one line and nothing else`);
  }
  return line;
}

function readOctets(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure("cannot_read", `cannot read \`${printable(file)}\`: ${causeOf(error)}`);
  }
}

/** Why a file cannot be read or written. */
export function causeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return CAUSES[code] ?? code;
}

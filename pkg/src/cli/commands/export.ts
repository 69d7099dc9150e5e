/** `export` and `backup`: the tenant document of what is there. */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { EXIT, Failure, type Exit } from "../failure.ts";
import { causeOf } from "../input.ts";
import { documentText } from "../json-text.ts";
import { Management, type ManagementOptions } from "../management.ts";
import { printable } from "../printable.ts";
import type { Output } from "../terminal.ts";

export interface ExportOptions extends ManagementOptions {
  /** The file; standard output without one. */
  output?: string;
  users: boolean;
}

export interface BackupOptions extends ManagementOptions {
  output: string;
  force?: boolean;
}

const HASHES = "it holds hashes of client secrets, and no secret in clear";

export async function exportTenant(options: ExportOptions, output: Output): Promise<Exit> {
  const management = await Management.connect(options, output.terminal);
  const { document, revision } = await management.tenant();
  // A document without users leaves users as they are when it is applied.
  const { users: _, ...others } = document;
  const text = documentText(options.users ? document : others);
  if (options.output === undefined || options.output === "-") {
    output.terminal.out(text);
    output.say(`the tenant at revision ${printable(revision)}; ${HASHES}`);
    return EXIT.done;
  }
  write(options.output, text, undefined);
  const file = options.output;
  output.result(
    { file, revision, secret_hashes: true },
    () => `${printable(file)}: the tenant at revision ${printable(revision)}; ${HASHES}`,
  );
  return EXIT.done;
}

export async function backup(options: BackupOptions, output: Output): Promise<Exit> {
  const { output: file } = options;
  if (file === "-") {
    throw new Failure("usage", "a backup is a file of yours; `export` prints");
  }
  if (existsSync(file) && options.force !== true) {
    throw new Failure("file_exists", `\`${printable(file)}\` is there already; --force replaces it`);
  }
  const management = await Management.connect(options, output.terminal);
  const { document, revision } = await management.tenant();
  write(file, documentText(document), 0o600);
  output.result(
    { file, revision, secret_hashes: true },
    () =>
      `${printable(file)}: everything of the tenant at revision ${printable(revision)}, readable by you only; ${HASHES}.\n` +
      "Sessions, refresh tokens and signing keys are not in it, nor is MASTER_KEY: keep that elsewhere",
  );
  return EXIT.done;
}

/** Writes the file in one step, so that what was there stays whole if this fails. */
function write(file: string, text: string, mode: number | undefined): void {
  const temporary = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    const descriptor = openSync(temporary, "wx", mode ?? 0o666);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new Failure("cannot_write", `cannot write \`${printable(file)}\`: ${causeOf(error)}`);
  }
}

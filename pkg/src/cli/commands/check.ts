/** `check`: every fault of a tenant document, each with its place. */
import { readDocument, type TenantFile } from "../document.ts";
import { EXIT, Failure, type Exit } from "../failure.ts";
import { printable } from "../printable.ts";
import type { Output } from "../terminal.ts";

export async function check(file: string, output: Output): Promise<Exit> {
  let checked: TenantFile;
  try {
    checked = await readDocument(file, output.terminal);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "faults" || !output.json) throw error;
    // Faults are what this command is for, so they are its result.
    output.say(...error.messages);
    output.result({ ok: false, ...error.details }, () => "");
    return EXIT.refused;
  }
  const { revocationBound } = checked;
  output.result(
    { ok: true, file, revocation_bound: revocationBound },
    () => `${printable(file)}: no faults; what is revoked is refused by every gate within ${revocationBound} s`,
  );
  return EXIT.done;
}

/** A tenant document in a file, checked by the core, and its faults as a compiler reports them. */
import type { Fault } from "../types.ts";
import { Failure } from "./failure.ts";
import { readText } from "./input.ts";
import { positions, type Position } from "./json-position.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** A fault and where in the file it is, if that can be told. */
export type PlacedFault = Fault & Partial<Position>;

/** A document without faults. */
export interface TenantFile {
  text: string;
  /** Seconds after a revocation from which no gate of the tenant admits what it revokes. */
  revocationBound: number;
}

/** Reads and checks `file`, `-` for standard input. Faults are a {@link Failure} with all of them. */
export async function readDocument(file: string, terminal: Terminal): Promise<TenantFile> {
  const text = await readText(file, terminal);
  const { check } = await import("./core.ts");
  const outcome = check(text);
  if (!outcome.ok) {
    throw faulty(file, text, outcome.faults);
  }
  return { text, revocationBound: outcome.revocation_bound };
}

/**
 * The failure that faults of a document amount to. The lines at fault are not quoted: one of them may hold a secret in
 * clear, and that may be the fault.
 */
export function faulty(file: string, text: string, faults: Fault[]): Failure {
  const find = positions(text);
  const placed: PlacedFault[] = faults.map((fault) => ({ ...fault, ...(syntaxPosition(fault) ?? find(fault.path)) }));
  const name = file === "-" ? "standard input" : printable(file);
  const lines = placed.flatMap(({ path, problem, expected, line, column }) => [
    `${name}${line === undefined ? "" : `:${line}:${column}`}: ${printable(`${path}: ${problem}`)}`,
    `    expected: ${printable(expected)}`,
  ]);
  const count = `${placed.length} fault${placed.length === 1 ? "" : "s"}`;
  return new Failure("faults", [...lines, count], { details: { file, faults: placed } });
}

/** A text that is no JSON has no paths; the core says in words where it breaks. */
function syntaxPosition({ problem }: Fault): Position | undefined {
  const [, line, column] = /\(line (\d+), column (\d+)\)/.exec(problem) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

/** JSON Schema, by a validator that knows nothing of Audgate. */
import { startPython } from "./python.ts";

/** A document, and the schema that it is held against. */
export interface Asked {
  schema: object;
  document: unknown;
}

/** Where each document does not fit its schema, as JSON Pointers. `common` is part of every one of the schemas. */
export async function misfitsOf(asked: Asked[], common: object): Promise<string[][]> {
  const program = startPython("json_schema.py");
  program.tell({ asked, common });
  return (await program.next()) as string[][];
}

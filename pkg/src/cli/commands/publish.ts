/** `publish`: the records of a tenant document, to begin a deployment with. */
import { faulty, readDocument } from "../document.ts";
import { EXIT, type Exit } from "../failure.ts";
import { readText } from "../input.ts";
import type { Output } from "../terminal.ts";

export interface PublishOptions {
  /** A file with the record `tenant/{tid}` that is in force. */
  previous?: string;
}

export async function publish(file: string, options: PublishOptions, output: Output): Promise<Exit> {
  const { terminal } = output;
  const { text } = await readDocument(file, terminal);
  const previous = options.previous === undefined ? undefined : await readText(options.previous, terminal);
  const core = await import("../core.ts");
  const outcome = core.publish(text, terminal.now(), previous);
  if (!outcome.ok) {
    // The document has none, so it is the record before.
    throw faulty(options.previous ?? file, previous ?? text, outcome.faults);
  }
  terminal.out(`${JSON.stringify(outcome.entries, null, 2)}\n`);
  output.say(
    `${outcome.entries.length} records of version ${outcome.version}. Save them as records.json, then:`,
    "  npx wrangler kv bulk put records.json --binding CONFIG --remote",
    "After the first `audgate apply` the tenant's directory writes them itself.",
  );
  return EXIT.done;
}

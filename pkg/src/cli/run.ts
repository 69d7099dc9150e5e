/** One run of the command line: from arguments to an exit code. Nothing that is expected ends in a stack trace. */
import { CommanderError } from "commander";
import { EXIT, Failure, type Exit } from "./failure.ts";
import { program, withoutValues } from "./program.ts";
import { Output, type Terminal } from "./terminal.ts";

export async function run(args: readonly string[], terminal: Terminal): Promise<Exit> {
  let exit: Exit = EXIT.refused;
  try {
    refuseSecrets(args);
    await program(terminal, (ended) => {
      exit = ended;
    }).parseAsync(args, { from: "user" });
    return exit;
  } catch (error) {
    return failed(error, new Output(terminal, args.includes("--json")));
  }
}

/** The parser would repeat what it does not know, so it never sees this one. */
function refuseSecrets(args: readonly string[]): void {
  if (args.some((arg) => /^--client-secret(?:=|$)/.test(arg))) {
    const ways = "put it into AUDGATE_CLIENT_SECRET, or name a file that holds it by --client-secret-file";
    throw new Failure("secret_as_argument", `a secret is never an argument, where others can see it: ${ways}`);
  }
}

function failed(error: unknown, output: Output): Exit {
  const { terminal, json } = output;
  const report = (code: string, messages: readonly string[], details: object = {}): void => {
    if (json) terminal.out(`${JSON.stringify({ error: { code, messages, ...details } }, null, 2)}\n`);
  };
  if (error instanceof CommanderError) {
    // The parser has said it already: help that was asked for, or what it does not understand.
    if (error.exitCode === 0) return EXIT.done;
    report("usage", [withoutValues(error.message)]);
    return EXIT.refused;
  }
  if (error instanceof Failure) {
    const [first = "", ...others] = error.messages;
    // Faults of a document stand for themselves, as those of a compiler do.
    output.say(error.code === "faults" ? first : `audgate: ${first}`, ...others);
    report(error.code, error.messages, error.details);
    return error.exit;
  }
  // A fault of ours. Its message could quote what it was working on.
  const name = error instanceof Error ? error.name : "unknown";
  output.say(`audgate: an internal error (${name})`);
  if (terminal.env.AUDGATE_DEBUG === "1" && error instanceof Error) output.say(error.stack ?? "");
  report("internal_error", [name]);
  return EXIT.refused;
}

/** The commands, their options and what `--help` says of them. */
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { apply, type ApplyOptions, plan, type PlanOptions, restore } from "./commands/apply.ts";
import { check } from "./commands/check.ts";
import { explain, type ExplainOptions } from "./commands/explain.ts";
import { backup, type BackupOptions, type ExportOptions, exportTenant } from "./commands/export.ts";
import { advance, type AdvanceOptions, list, rotate, type RotateOptions } from "./commands/keys.ts";
import { publish, type PublishOptions } from "./commands/publish.ts";
import { masterKey, type MasterKeyOptions, secretHash } from "./commands/secret.ts";
import { inspect, type InspectOptions, mint, type MintOptions } from "./commands/token.ts";
import type { Exit } from "./failure.ts";
import type { ManagementOptions } from "./management.ts";
import { printable } from "./printable.ts";
import { Output, type Terminal } from "./terminal.ts";

const HELP = `
Credentials of the commands that talk to an issuer:
  --client-id ID or AUDGATE_CLIENT_ID, a client of a management application;
  its secret in AUDGATE_CLIENT_SECRET or in the file of --client-secret-file.
  A secret is never an argument: the list of processes would show it.
  --issuer URL or AUDGATE_ISSUER; https, or http on this machine.

Exit codes:
  0  done, or nothing to do
  1  refused, faulty, or not understood
  2  \`plan --detailed-exitcode\`: there are changes
  3  the issuer cannot be reached or cannot answer now: the same again, later

With --json standard output is one JSON value; a fault is {"error": {"code", "messages"}}.

Examples:
  audgate check tenant.json
  audgate export --issuer https://login.acme.example --client-id admin -o tenant.json
  audgate plan tenant.json --issuer https://login.acme.example --client-id admin
  audgate apply tenant.json --issuer https://login.acme.example --client-id admin --wait
`;

/** The program. `finish` is told how a command ended. */
export function program(terminal: Terminal, finish: (exit: Exit) => void): Command {
  const audgate = new Command("audgate")
    .description("Tenants of Audgate as code: checked, planned, applied, explained.")
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) => write(`${withoutValues(text)}\n`),
    })
    .showHelpAfterError("(--help says more)")
    .addHelpText("after", HELP);

  /** Adds a command that prints its result by {@link Output}. */
  const command = (parent: Command, usage: string, description: string): Command =>
    parent.command(usage).description(description).option("--json", "print one JSON value and nothing else");
  const run: Run = async (work, options) =>
    finish(await work(new Output(terminal, (options as { json?: boolean }).json === true)));

  documents(audgate, command, run);
  deployments(audgate, command, run);
  tokens(audgate.command("token").description("Look into a token; get one for development."), command, run);
  keys(audgate.command("keys").description("The signing keys that a tenant's directory makes."), command, run);
  explaining(audgate, command, run);
  return audgate;
}

type Add = (parent: Command, usage: string, description: string) => Command;
type Run = (work: (output: Output) => Promise<Exit>, options: object) => Promise<void>;

function documents(audgate: Command, command: Add, run: Run): void {
  command(audgate, "check <file>", "Check a tenant document: every fault at once, each with its place. `-`: standard input.")
    .addHelpText("after", "\nLines at fault are not quoted, because one may hold a secret.\n")
    .action((file: string, options) => run((output) => check(file, output), options));

  online(command(audgate, "plan <file>", "Show what a document would change at an issuer. Nothing is changed."))
    .option("--detailed-exitcode", "exit with 2 where there are changes")
    .action((file: string, options: PlanOptions) => run((output) => plan(file, options, output), options));

  applying(command(audgate, "apply <file>", "Make a tenant equal to a document: the plan is shown, then asked about."))
    .addHelpText(
      "after",
      "\nOnly what was shown is changed: if somebody else has changed the tenant in between, nothing is (exit code 1).\n" +
        "A document without `users` leaves users as they are.\n",
    )
    .action((file: string, options: ApplyOptions) => run((output) => apply(file, options, output), options));

  online(command(audgate, "export", "Print the tenant document of what is there, in stable formatting."))
    .option("-o, --output <file>", "write it into a file")
    .option("--no-users", "leave the users out")
    .addHelpText("after", "\nIt holds hashes of client secrets, and no secret in clear.\n")
    .action((options: ExportOptions) => run((output) => exportTenant(options, output), options));

  online(command(audgate, "backup", "Write everything of a tenant into a file that only you can read."))
    .requiredOption("-o, --output <file>", "the file, which must not exist")
    .option("--force", "replace the file")
    .addHelpText(
      "after",
      "\nIt holds hashes of client secrets, and no secret in clear. Sessions, refresh tokens, signing keys and MASTER_KEY\n" +
        "are not in it.\n",
    )
    .action((options: BackupOptions) => run((output) => backup(options, output), options));

  applying(command(audgate, "restore <file>", "Make a tenant equal to a backup, and revoke every refresh token."))
    .addHelpText(
      "after",
      "\nA backup may bring back what was taken from somebody since, so whoever has a refresh token logs in anew.\n" +
        "They are revoked with the tenant's publication: --wait says from when on that counts everywhere.\n",
    )
    .action((file: string, options: ApplyOptions) => run((output) => restore(file, options, output), options));
}

function deployments(audgate: Command, command: Add, run: Run): void {
  command(audgate, "publish <file>", "Print a document's records, to begin a deployment with (`wrangler kv bulk put`).")
    .option("--previous <file>", "the record `tenant/{tid}` in force, so that its version goes on")
    .addHelpText(
      "after",
      "\n  audgate publish tenant.json > records.json\n  npx wrangler kv bulk put records.json --binding CONFIG --remote\n",
    )
    .action((file: string, options: PublishOptions) => run((output) => publish(file, options, output), options));

  command(audgate, "secret-hash", "Read a client's secret from standard input and print its hash for the document.")
    .addHelpText("after", "\n  openssl rand -base64 32 > secret.txt\n  audgate secret-hash < secret.txt\n")
    .action((options) => run((output) => secretHash(output), options));

  command(audgate, "master-key", "Print a fresh MASTER_KEY.")
    .option("--number <n>", "which one of the deployment's it is, counted from 1", whole(1, 255), 1)
    .addHelpText(
      "after",
      "\n  audgate master-key | npx wrangler secret put MASTER_KEY\n" +
        "To change it, put the new one in front of the old one, separated by a space. Losing it ends every session and\n" +
        "refresh token, and the signing keys that the directory made.\n",
    )
    .action((options: MasterKeyOptions) => run((output) => masterKey(options, output), options));
}

function tokens(group: Command, command: Add, run: Run): void {
  command(group, "inspect [token]", "Show header, claims and what a gate looks at. `-` or nothing: standard input.")
    .addOption(new Option("--issuer <url>", "verify the signature by this issuer's keys").env("AUDGATE_ISSUER"))
    .addHelpText("after", "\nWith --issuer it exits with 1 where a gate would refuse the token. Without, nothing is verified.\n")
    .action((token: string | undefined, options: InspectOptions) =>
      run((output) => inspect(token, options, output), options),
    );

  online(command(group, "mint", "Print a token of a client by client credentials, for development."))
    .requiredOption("--resource <uri>", "which resource it is for")
    .option("--scope <scopes>", "which scopes, separated by spaces; all that are effective without it")
    .action((options: MintOptions) => run((output) => mint(options, output), options));
}

function keys(group: Command, command: Add, run: Run): void {
  online(command(group, "list", "List the keys that are not disabled.")).action((options: ManagementOptions) =>
    run((output) => list(options, output), options),
  );

  online(command(group, "rotate", "Announce a fresh key, which signs once it is advanced to `current`."))
    .requiredOption("--algorithm <name>", "such as ES256")
    .action((options: RotateOptions) => run((output) => rotate(options, output), options));

  online(command(group, "advance <kid>", "Move a key on; refused, with the date, before everybody can know it."))
    .addOption(new Option("--to <state>", "where to").choices(["current", "disabled"]).makeOptionMandatory())
    .action((kid: string, options: AdvanceOptions) => run((output) => advance(kid, options, output), options));
}

function explaining(audgate: Command, command: Add, run: Run): void {
  command(audgate, "explain", "Why a client or user gets a scope or not; or what the gate says of a request.")
    .option("--client-id <id>", "the client in question")
    .option("--resource <uri>", "the resource in question")
    .option("--user-id <id>", "the user in question")
    .option("--scope <scopes>", "the scopes in question; all of the resource without it")
    .addOption(new Option("--as <id>", "the client that asks, of a management application").env("AUDGATE_CLIENT_ID"))
    .addOption(issuerOption())
    .option("--client-secret-file <file>", "a file with its secret; otherwise AUDGATE_CLIENT_SECRET")
    .option("--document <file>", "decide on this machine, under this document")
    .option("--request <request>", 'method and URL, such as "GET https://shop.example/orders/42"')
    .option("--token-file <file>", "a file with the token of the request; `-` is standard input")
    .option("--jwks <file>", "the public keys, for a document without `signing_keys`")
    .option("--at <time>", "when the request is made; now without it")
    .addHelpText(
      "after",
      `
Two questions. What does a client (or a user by it) get on a resource? Answered by the issuer, by the code that decides:
  audgate explain --as admin --issuer URL --client-id shop --resource https://shop.example/orders --user-id ada
What does the gate say of a request? Decided here; whether the token was revoked is not looked at:
  audgate explain --document tenant.json --request "GET https://shop.example/orders/42" --token-file token.txt

It exits with 1 where the answer is no.
`,
    )
    .action((options: ExplainOptions) => run((output) => explain(options, output), options));
}

function issuerOption(): Option {
  return new Option("--issuer <url>", "the issuer's URL").env("AUDGATE_ISSUER");
}

function online(command: Command): Command {
  return command
    .addOption(issuerOption().makeOptionMandatory())
    .addOption(new Option("--client-id <id>", "the client that asks").env("AUDGATE_CLIENT_ID"))
    .option("--client-secret-file <file>", "a file with its secret; otherwise AUDGATE_CLIENT_SECRET");
}

function applying(command: Command): Command {
  return online(command)
    .option("-y, --yes", "do not ask")
    .option("--wait", "wait until it is published")
    .option("--timeout <seconds>", "how long to wait", whole(1, 86_400), 120);
}

/** What the parser says of arguments: an option that does not exist may have been given a secret. */
export function withoutValues(message: string): string {
  const lines = message.trimEnd().split("\n").map(printable).join("\n");
  return lines.replace(/(unknown option '--?[\w-]+=).*'/, "$1...'");
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`A whole number from ${least} to ${most} is wanted.`);
    }
    return number;
  };
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

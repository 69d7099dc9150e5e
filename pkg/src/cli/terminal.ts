/** What a command has to do with the process that it runs in. Tests put another one in its place. */
import { createInterface } from "node:readline/promises";

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether there is a person to ask. */
  readonly interactive: boolean;
  /** Whether the stream shows colours to a person. */
  readonly colours: { readonly out: boolean; readonly err: boolean };
  /** Writes to standard output, as it is. */
  out(text: string): void;
  /** Writes to standard error, as it is. */
  err(text: string): void;
  /** Asks the person for a line; `undefined` where there is none. */
  ask(question: string): Promise<string | undefined>;
  /** Everything on standard input. */
  input(): Promise<Uint8Array>;
  /** Seconds since the Unix epoch. */
  now(): number;
  /** Lets time pass, in milliseconds. */
  pause(duration: number): Promise<void>;
}

export function processTerminal(): Terminal {
  const { env, stdin, stdout, stderr } = process;
  const colours = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  return {
    env,
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    colours: { out: colours(stdout), err: colours(stderr) },
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        // Without this a closed input would leave the question open for ever.
        const closed = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
        const line = await Promise.race([lines.question(question), closed]);
        if (line === undefined) stderr.write("\n");
        return line;
      } catch {
        // Interrupted: no answer.
        stderr.write("\n");
        return undefined;
      } finally {
        lines.close();
      }
    },
    input: async () => {
      const parts: Buffer[] = [];
      for await (const part of stdin) parts.push(part as Buffer);
      return Buffer.concat(parts);
    },
    now: () => Math.floor(Date.now() / 1_000),
    pause: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
  };
}

/** Text in colours, or plain. */
export interface Style {
  bold(text: string): string;
  faint(text: string): string;
  added(text: string): string;
  removed(text: string): string;
  changed(text: string): string;
}

export function style(coloured: boolean): Style {
  const by = (on: number, off: number) => (text: string) => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  return { bold: by(1, 22), faint: by(2, 22), added: by(32, 39), removed: by(31, 39), changed: by(33, 39) };
}

/** Where a command says what it did. */
export class Output {
  readonly terminal: Terminal;
  /** Whether standard output is for a program: one JSON value and nothing else. */
  readonly json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.terminal = terminal;
    this.json = json;
  }

  /** A message for people, beside the result. */
  say(...lines: string[]): void {
    this.terminal.err(lines.map((line) => `${line}\n`).join(""));
  }

  /** The result: `value` for programs, `text` for people. */
  result(value: unknown, text: (style: Style) => string): void {
    this.terminal.out(`${this.json ? JSON.stringify(value, null, 2) : text(style(this.terminal.colours.out))}\n`);
  }

  /** What people have to see before they decide; programs have it in the result. */
  show(text: (style: Style) => string): void {
    const { terminal, json } = this;
    if (json) {
      terminal.err(`${text(style(terminal.colours.err))}\n`);
    } else {
      terminal.out(`${text(style(terminal.colours.out))}\n`);
    }
  }
}

/** `keys`: the signing keys that a tenant's directory makes. */
import { EXIT, Failure, type Exit } from "../failure.ts";
import { Management, type ManagementOptions } from "../management.ts";
import { printable, shown } from "../printable.ts";
import type { Output, Style } from "../terminal.ts";
import { moment } from "../time-words.ts";

/** A key as the API tells of it. */
type Key = {
  state: string;
  jwk?: { kid?: string; alg?: string };
  kid?: string;
  algorithm?: string;
} & Record<string, unknown>;

const STATES: Record<string, string> = {
  next: "announced: signs nothing yet",
  current: "signs",
  retiring: "signs no more; what it signed is good",
};

export async function list(options: ManagementOptions, output: Output): Promise<Exit> {
  const management = await Management.connect(options, output.terminal);
  const keys = await managed(() => management.result<Key[]>("GET", "/v1/keys"));
  const now = output.terminal.now();
  output.result({ issuer: management.issuer, keys }, (style) =>
    keys.length === 0
      ? "no keys yet: the first request that needs one makes them"
      : keys.map((key) => keyText(key, now, style)).join("\n"),
  );
  return EXIT.done;
}

export interface RotateOptions extends ManagementOptions {
  algorithm: string;
}

export async function rotate(options: RotateOptions, output: Output): Promise<Exit> {
  const management = await Management.connect(options, output.terminal);
  const { algorithm } = options;
  const key = await managed(() => management.result<Key>("POST", "/v1/keys", { algorithm }));
  const now = output.terminal.now();
  output.result({ issuer: management.issuer, key }, (style) => {
    const kid = printable(key.kid ?? "");
    return [
      `${style.bold(kid)} is announced for ${printable(algorithm)}`,
      ...momentsOf(key, now),
      `once every verifier can know it:  audgate keys advance ${kid} --to current`,
      "once what the key before it signed is dead:  audgate keys advance KID --to disabled",
    ].join("\n");
  });
  return EXIT.done;
}

export interface AdvanceOptions extends ManagementOptions {
  to: string;
}

/** What a `kid` consists of; anything else would be another path. */
const KID = /^(?!\.{1,2}$)[\w.~-]{1,128}$/;

export async function advance(kid: string, options: AdvanceOptions, output: Output): Promise<Exit> {
  if (!KID.test(kid)) {
    throw new Failure("kid_malformed", "a kid has 1 to 128 letters, digits, `-`, `.`, `_` and `~`");
  }
  const management = await Management.connect(options, output.terminal);
  const { to } = options;
  const init = { headers: { "content-type": "application/json" }, body: JSON.stringify({ state: to }) };
  try {
    await managed(() => management.call("PUT", `/v1/keys/${kid}`, init));
  } catch (error) {
    throw tooEarly(error, kid, to, output.terminal.now());
  }
  output.result({ issuer: management.issuer, kid, state: to }, () => `${printable(kid)} is ${printable(to)} now`);
  return EXIT.done;
}

/** The refusal of a step that comes too early, with its earliest moment in words. */
function tooEarly(error: unknown, kid: string, to: string, now: number): unknown {
  if (!(error instanceof Failure) || error.code !== "too_early") {
    return error;
  }
  const { allowed_at: allowedAt } = error.details.answer as { allowed_at?: unknown };
  if (typeof allowedAt !== "number") {
    return error;
  }
  const problem = `\`${printable(kid)}\` can be ${to} from ${moment(allowedAt, now)}: before that somebody may not know`;
  return new Failure(error.code, problem, { details: { ...error.details, allowed_at: allowedAt } });
}

/** A tenant with keys of its own has nothing to manage here. */
async function managed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "not_found") throw error;
    const problem = "there is no such key, or the tenant's document has `signing_keys`, which are rotated by changing it";
    throw new Failure(error.code, problem, { details: error.details });
  }
}

function keyText(key: Key, now: number, style: Style): string {
  const kid = printable(key.kid ?? key.jwk?.kid ?? "");
  const algorithm = printable(key.algorithm ?? key.jwk?.alg ?? "");
  const state = STATES[key.state] ?? "";
  const title = `${style.bold(kid)}  ${algorithm}  ${printable(key.state)}${state === "" ? "" : ` (${state})`}`;
  return [title, ...momentsOf(key, now)].join("\n");
}

/** Every moment that the API tells of a key. */
function momentsOf(key: Record<string, unknown>, now: number): string[] {
  return Object.entries(key)
    .filter(([name]) => name.endsWith("_at"))
    .map(([name, value]) => {
      const said = typeof value === "number" && value > 0 ? moment(value, now) : shown(value);
      return `    ${printable(name.slice(0, -"_at".length).replaceAll("_", " "))}: ${said}`;
    });
}

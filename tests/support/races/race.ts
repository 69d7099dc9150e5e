/** What all races have in common: who takes part, how they start, and what came of it. */
import { Random } from "../random.ts";
import { type Answer, type Contender, OWNER, type RacingShop } from "./racing_shop.ts";

export const KINDS = ["code", "link", "refresh", "theft"] as const;
export type Kind = (typeof KINDS)[number];

const MOST_CONTENDERS = 50;
/** A code or link dies of five failures (THREATS D7): whoever holds it and is none of its client's has four. */
const MOST_STRANGERS = 4;
/** How many turns of the event loop a contender may come later than the first. */
const LATEST = 6;
/** How many turns of the event loop a message to an object, or its reply, may be under way. */
const LONGEST_WAY = 3;

/** One race of one kind, drawn from its seed. */
export interface Race {
  readonly random: Random;
  readonly shop: RacingShop;
  readonly user: number;
  /** Who contends, in the order in which they start. */
  readonly contenders: Contender[];
  /**
   * Lets every contender act: all at once, or each a few turns of the event loop later, with messages that overtake one
   * another on their ways to the objects and back.
   */
  readonly run: (act: (contender: Contender, index: number) => Promise<Answer>) => Promise<Run>;
}

/** What the contenders were told, and why the refused were refused. */
export interface Run {
  own: Answer[];
  strangers: Answer[];
  /** Of every answer, own and strangers', in the contenders' order. */
  all: Answer[];
  /** How often the issuer logged each reason. */
  reasons: Map<string, number>;
}

/** Something that must never be seen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function demand(holds: boolean, claim: string, seen: unknown = ""): void {
  if (!holds) throw new Violation(`${claim}: ${JSON.stringify(seen)}`);
}

export interface Drawn {
  kind: Kind;
  seed: number;
  index: number;
  /** Whether other clients contend too. */
  strangers: boolean;
}

/** What a race does to the worker around it, and learns from it. */
export interface Surroundings {
  shop: RacingShop;
  /** How often the issuer logged each reason since this was last asked. */
  reasons: () => Map<string, number>;
  /** What a message to an object waits for, and its reply. */
  way: () => Promise<void>;
}

export function race(drawn: Drawn, around: Surroundings): Race {
  const { shop, reasons } = around;
  const random = new Random(drawn.seed, drawn.index);
  const contenders = drawn.strangers ? mixed(random, drawn.kind) : owners(few(random, 2, MOST_CONTENDERS));
  const staggered = random.chance(0.5);
  const turns = contenders.map(() => (staggered ? random.whole(0, LATEST) : 0));
  return {
    random,
    shop,
    user: drawn.index % shop.users,
    contenders,
    async run(act) {
      reasons();
      if (staggered) around.way = () => passed(random.whole(0, LONGEST_WAY));
      const all = await Promise.all(
        contenders.map(async (contender, index) => {
          await passed(turns[index] ?? 0);
          return act(contender, index);
        }),
      );
      around.way = () => passed(0);
      const by = (own: boolean): Answer[] => all.filter((_, index) => (contenders[index] === OWNER) === own);
      return { all, own: by(true), strangers: by(false), reasons: reasons() };
    },
  };
}

export function isRefused({ status, body }: Answer): boolean {
  return status === 400 && body["error"] === "invalid_grant" && body["access_token"] === undefined;
}

/** Those that were given tokens; whatever is neither a success nor `invalid_grant` is a violation. */
export function successes(answers: Answer[]): Answer[] {
  const given = answers.filter(({ status }) => status === 200);
  const neither = answers.find((answer) => answer.status !== 200 && !isRefused(answer));
  demand(neither === undefined, "an answer is tokens or `invalid_grant`", neither);
  return given;
}

export function demandAllRefused(answers: Answer[], claim: string): void {
  demand(answers.every(isRefused), claim, answers.find((answer) => !isRefused(answer)));
}

function owners(count: number): Contender[] {
  return Array.from({ length: count }, () => OWNER);
}

/** Half of the races have a single contender of the token's own client, so that it shows whether strangers do harm. */
function mixed(random: Random, kind: Kind): Contender[] {
  // Links are for clients that call the backend API by tokens of their own.
  const others = kind === "link" ? (["partner-app"] as const) : (["partner-app", "shop-insights", "shop-web"] as const);
  const spendsAttempts = kind === "code" || kind === "link";
  const strangers = few(random, 1, spendsAttempts ? MOST_STRANGERS : MOST_CONTENDERS - 2);
  const own = random.chance(0.5) ? 1 : few(random, 1, MOST_CONTENDERS - strangers);
  const everybody = [...owners(own), ...Array.from({ length: strangers }, () => random.one<Contender>(others))];
  return random.shuffled(everybody);
}

/** Every size has its share, and the small ones, which leave the most room between two steps, have more of it. */
function few(random: Random, least: number, most: number): number {
  return Math.round(least * (most / least) ** random.fraction());
}

/** That many turns of the event loop later. */
export async function passed(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
}

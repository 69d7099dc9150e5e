/**
 * The issuer with the races inside the worker: `POST /race?kind=code&seed=1&from=0&count=50` runs that many and answers
 * what came of them. Objects, signatures and records are the real ones; a record is read from the store once.
 */
import { type ConfigurationSource, type Context, issuer, type ObjectNamespace } from "audgate";
import { runners } from "../races/kinds.ts";
import { type Kind, passed, race, type Surroundings, Violation } from "../races/race.ts";
import { RacingShop, type Setting } from "../races/racing_shop.ts";

export { Account, Challenge, Directory } from "audgate/objects";

interface Env {
  CONFIG: ConfigurationSource;
  ACCOUNT: ObjectNamespace;
  CHALLENGE: ObjectNamespace;
}

/** What some races of one kind came to. */
export interface Figures {
  races: number;
  contenders: number;
  /** Answers with tokens, and without. */
  given: number;
  refused: number;
  /** What must never be seen, with the race's index. */
  violations: string[];
}

const mails: { to: string; link: string }[] = [];
const known = new Map<string, Promise<string | null>>();
const authorizationServer = issuer<Env, Context>({
  tokenLimit: () => undefined,
  linkLimit: () => undefined,
  loginLimit: () => undefined,
  account: ({ ACCOUNT }) => underWay(ACCOUNT),
  challenge: ({ CHALLENGE }) => underWay(CHALLENGE),
  email: () => ({ send: async (mail) => void mails.push(mail) }),
  config: ({ CONFIG }) => ({
    get(key) {
      const record = known.get(key) ?? CONFIG.get(key);
      known.set(key, record);
      return record;
    },
  }),
});

/** Objects that are as far away as the race has it. */
function underWay(namespace: ObjectNamespace): ObjectNamespace {
  return {
    getByName: (name) => ({
      async turn(request) {
        await around?.way();
        const reply = await namespace.getByName(name).turn(request);
        await around?.way();
        return reply;
      },
    }),
  };
}

// Why a contender was refused is told to the log only.
let reasons = new Map<string, number>();
console.warn = (line: string): void => {
  const { event, reason } = JSON.parse(line) as { event: string; reason?: string };
  const counted = event === "issuer_refusal" && reason !== undefined ? reason : event;
  reasons.set(counted, (reasons.get(counted) ?? 0) + 1);
};

function takeReasons(): Map<string, number> {
  const taken = reasons;
  reasons = new Map();
  return taken;
}

let around: Surroundings | undefined;
let serving: { env: Env; context: Context };

async function runRaces(parameters: URLSearchParams, around: Surroundings): Promise<Figures> {
  const kind = parameters.get("kind") as Kind;
  const number = (name: string): number => Number(parameters.get(name));
  const [seed, from, count] = [number("seed"), number("from"), number("count")];
  const strangers = parameters.get("strangers") === "1";
  const figures: Figures = { races: 0, contenders: 0, given: 0, refused: 0, violations: [] };
  for (let index = from; index < from + count; index += 1) {
    try {
      const { all } = await runners[kind](race({ kind, seed, index, strangers }, around));
      const given = all.filter(({ status }) => status === 200).length;
      figures.contenders += all.length;
      figures.given += given;
      figures.refused += all.length - given;
    } catch (error) {
      const seen = error instanceof Violation ? error.message : String((error as Error).stack);
      figures.violations.push(`race ${index} of seed ${seed}: ${seen}`);
    }
    figures.races += 1;
  }
  return figures;
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/race") return authorizationServer.fetch(request, env, context);
    serving = { env, context };
    around ??= {
      shop: new RacingShop(
        (await request.json()) as Setting,
        async (sent) => authorizationServer.fetch(sent, serving.env, serving.context),
        mails,
      ),
      reasons: takeReasons,
      way: () => passed(0),
    };
    return Response.json(await runRaces(searchParams, around));
  },
};

/** A worker in which races run, from the test's side. */
import { document, records, secretOf, type Entry } from "../demo.ts";
import { startWorker } from "../worker.ts";
import type { Figures } from "../workers/races.ts";
import type { Kind } from "./race.ts";
import { type Contender, emailOf, type Setting, userId } from "./racing_shop.ts";

/** How many races one user sees: their account must not overflow with sessions and families. */
const RACES_PER_USER = 10;
/** How many races one request runs. */
const BATCH = 25;
/** How many races one worker sees. */
const RACES_PER_WORKER = 500;
const CONFIDENTIAL: Contender[] = ["orders-backend", "partner-app", "shop-insights"];

export interface Races {
  kind: Kind;
  seed: number;
  count: number;
  /** Whether other clients contend too. */
  strangers: boolean;
}

/** Runs races, on a fresh worker every few hundred, and answers what came of them. */
export async function runRaces({ kind, seed, count, strangers }: Races): Promise<Figures> {
  const total: Figures = { races: 0, contenders: 0, given: 0, refused: 0, violations: [] };
  for (let from = 0; from < count; from += RACES_PER_WORKER) {
    const races = Math.min(RACES_PER_WORKER, count - from);
    const users = Math.ceil(races / RACES_PER_USER);
    const entries = (port: number): Entry[] => withRacers(port, users);
    const worker = await startWorker({ entry: "tests/support/workers/races.ts", entries });
    try {
      const secrets = Object.fromEntries(CONFIDENTIAL.map((client) => [client, secretOf(client)]));
      const setting: Setting = { origin: worker.origin, secrets, users };
      for (let next = from; next < from + races; next += BATCH) {
        const batch = Math.min(BATCH, from + races - next);
        const query = `kind=${kind}&seed=${seed}&from=${next}&count=${batch}&strangers=${strangers ? 1 : 0}`;
        const response = await worker.fetch(`/race?${query}`, { method: "POST", body: JSON.stringify(setting) });
        if (!response.ok) throw new Error(`the races did not run: ${response.status} ${await response.text()}`);
        add(total, (await response.json()) as Figures);
      }
    } finally {
      await worker.stop();
    }
  }
  return total;
}

/** The demo's records with that many users more. */
function withRacers(port: number, count: number): Entry[] {
  const tenant = document(port);
  const users = tenant["users"] as object[];
  for (let user = 0; user < count; user += 1) {
    const roles = { role_ids: ["order-viewer"], applications: ["shop"], status: "active" };
    users.push({ user_id: userId(user), email: emailOf(user), ...roles });
  }
  return records(tenant);
}

function add(total: Figures, { races, contenders, given, refused, violations }: Figures): void {
  total.races += races;
  total.contenders += contenders;
  total.given += given;
  total.refused += refused;
  total.violations.push(...violations);
}

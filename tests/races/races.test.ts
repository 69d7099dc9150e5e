/**
 * Races inside workerd, of 2 to 50 contenders each (issue 3, "Shown by" 3; THREATS D1, D2). RACES says how many of each,
 * SEED which ones.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { report } from "../support/figures.ts";
import { runRaces } from "../support/races/arena.ts";
import type { Kind } from "../support/races/race.ts";

const RACES = Number(process.env["RACES"] || 500);
const SEED = Number(process.env["SEED"] || 1);
/** Other clients' part in `make test`; they are refused before anything is at stake. */
const BESIDES = Math.ceil(RACES / 5);

// Several at a time: each has a workerd of its own, which waits for its disk much of the time.
describe(`races of seed ${SEED}`, { concurrency: 4 }, () => {
  claim("for one authorization code have one redemption, and a replay takes its grant back", "code", RACES);
  claim("for one magic link have one login, which later clicks leave alone", "link", RACES);
  claim("for one refresh token give everybody one and the same leaf, the only one that lives", "refresh", RACES);
  claim("of a leaf with its predecessor leave one leaf, or end the family", "theft", BESIDES);
  claim("for a code with other clients leave them nothing, and its own client everything", "code", BESIDES, true);
  claim("for a link with other clients leave them nothing, and its own client everything", "link", BESIDES, true);
  claim("for a token with other clients leave them nothing, and its own client everything", "refresh", BESIDES, true);
  claim("of a leaf with its predecessor are not ended by other clients", "theft", BESIDES, true);
});

function claim(claim: string, kind: Kind, count: number, strangers = false): void {
  test(claim, async () => {
    const began = performance.now();
    const { violations, ...figures } = await runRaces({ kind, seed: SEED, count, strangers });
    const seconds = Math.round((performance.now() - began) / 1_000);
    const run = strangers ? `${kind} with strangers` : kind;
    report(`races: ${run}`, SEED, { ...figures, violations: violations.length, seconds });
    assert.deepEqual(violations, []);
    assert.equal(figures.races, count);
  });
}

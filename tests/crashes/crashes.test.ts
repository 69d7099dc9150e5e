/**
 * workerd killed in the middle of rotations and redemptions, and started again on the same files (issue 3, "Shown by" 4;
 * THREATS D1, D2, E7, E8). CRASHES says how often, SEED when.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { CrashingWorker, PRESENTED } from "../support/crashes/crashing_worker.ts";
import { Codes, Links } from "../support/crashes/redemptions.ts";
import { Rotations } from "../support/crashes/rotations.ts";
import type { Figures } from "../support/crashes/stream.ts";
import { report } from "../support/figures.ts";
import { Random } from "../support/random.ts";

const CRASHES = Number(process.env["CRASHES"] || 25);
const SEED = Number(process.env["SEED"] || 1);

/** Two families in one account, as an account has one turn at a time; codes and links in accounts of their own. */
const USERS = {
  rotations: ["rotating", "rotating", "turning", "turning"],
  codes: ["coding", "decoding"],
  links: ["linking", "clicking"],
};
/** A kill comes after this many tokens, codes or links were presented, and some milliseconds into the last of them. */
const MOST_PRESENTED = 3;
const MOST_MILLISECONDS = 40;

const everybody = new Set(Object.values(USERS).flat());
const crashing = await CrashingWorker.start([...everybody]);
after(() => crashing.stop());

const figures: Figures = {
  ...{ crashes: 0, rotations: 0, "rotations cut": 0, "of them committed": 0 },
  ...{ codes: 0, "codes cut": 0, "codes redeemed afterwards": 0 },
  ...{ links: 0, "links cut": 0, "links redeemed afterwards": 0 },
};
const own = (user: string, index: number) => ({ crashing, random: new Random(SEED, index + 1), figures, user });
const rotations = USERS.rotations.map((user, index) => new Rotations(own(user, index)));
const codes = USERS.codes.map((user, index) => new Codes(own(user, 10 + index)));
const links = USERS.links.map((user, index) => new Links(own(user, 20 + index)));
const streams = [...rotations, ...codes, ...links];

test(`${CRASHES} crashes of seed ${SEED} leave each family one leaf, each code one grant, and nobody stranded`, async () => {
  const random = new Random(SEED);
  const began = performance.now();
  for (; figures.crashes < CRASHES; figures.crashes += 1) {
    const working = Promise.all(streams.map((stream) => stream.run(() => false)));
    // A stream that fails does not wait for the kill.
    await Promise.race([moment(random), working]);
    await crashing.crash();
    await working;
  }
  await Promise.all(streams.map((stream) => stream.run(() => true)));
  for (const family of rotations) await family.end();
  report("crashes", SEED, { ...figures, "answers 503": crashing.unavailable, seconds: Math.round((performance.now() - began) / 1_000) });
  assert.equal(figures.crashes, CRASHES);
});

/** The moment of the next kill: so many presentations of one kind from now, and so many milliseconds into the last. */
async function moment(random: Random): Promise<void> {
  const kind = random.one(PRESENTED);
  const last = crashing.presented[kind] + random.whole(1, MOST_PRESENTED);
  const milliseconds = random.whole(0, MOST_MILLISECONDS);
  while (crashing.presented[kind] < last && !crashing.isStopped) await elapsed(1);
  await elapsed(milliseconds);
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

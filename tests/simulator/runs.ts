/** Many schedules of one kind, spread over threads, and what they came to in all. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { report } from "../support/figures.ts";
import type { Kind, Played } from "./schedules.ts";

/** Which schedules a run has: each seed has others. */
const SEED = Number(process.env["SEED"] || 1);
/** One schedule alone, to see again what failed. */
const ONLY = process.env["SCHEDULE"];
const THREADS = 2;
/** Of a failed schedule, so many violations are told. */
const TOLD = 3;

/** Plays so many schedules of a kind, and asserts that what must hold has held in each of them. */
export async function playAll(kind: Kind, count: number): Promise<void> {
  const first = (SEED - 1) * count + 1;
  const seeds = ONLY === undefined ? Array.from({ length: count }, (_, index) => first + index) : [Number(ONLY)];
  const began = performance.now();
  const shares = Array.from({ length: THREADS }, (_, share) => seeds.filter((seed) => seed % THREADS === share));
  const played = (await Promise.all(shares.map((share) => playShare(kind, share)))).flat();
  const failed = played.filter(({ violations }) => violations.length > 0);
  const seconds = Math.round((performance.now() - began) / 1_000);
  report(`simulator: ${kind}`, SEED, { schedules: played.length, ...summed(played), violations: failed.length, seconds });
  const told = failed.map(({ seed, violations }) => `${replay(kind, seed)}: ${violations.slice(0, TOLD).join("; ")}`);
  assert.deepEqual(told, []);
  assert.equal(played.length, seeds.length, "every schedule was played");
}

async function playShare(kind: Kind, seeds: number[]): Promise<Played[]> {
  const played: Played[] = [];
  if (seeds.length === 0) return played;
  const thread = new Worker(new URL("thread.ts", import.meta.url), { workerData: { kind, seeds } });
  thread.on("message", (one: Played) => played.push(one));
  await once(thread, "exit");
  return played;
}

/** What is longest stays so, everything else is added up. */
function summed(played: Played[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, value] of played.flatMap(({ figures }) => Object.entries(figures))) {
    const sum = sums[name] ?? 0;
    sums[name] = name.startsWith("longest") ? Math.max(sum, value) : sum + value;
  }
  return sums;
}

function replay(kind: Kind, seed: number): string {
  return `SCHEDULE=${seed} node --test tests/simulator/${kind}.test.ts`;
}

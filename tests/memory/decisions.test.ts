/**
 * Many decisions in one isolate, one in twenty of them about something hostile: after a while neither the core's memory nor
 * the process grows any more (THREATS E11). DECISIONS says how many.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { report } from "../support/figures.ts";

const DECISIONS = Number(process.env["DECISIONS"] || 100_000);
const SEED = Number(process.env["SEED"] || 1);
const PAGE = 65_536;
/** The allocator may still need a page or two; in octets. */
const CORE_SLACK = 2 * PAGE;
/** What the process may still shift about; in octets. */
const RESIDENT_SLACK = 32 * 1_024 * 1_024;

interface Sizes {
  core: number;
  resident: number;
}

interface Outcome {
  hostile: number;
  instantiated: number;
  warm: Sizes;
  after: Sizes;
  largest: number;
}

test(`${DECISIONS} decisions, one in twenty about something hostile, leave nothing behind`, async () => {
  const began = performance.now();
  const script = fileURLToPath(new URL("isolate.ts", import.meta.url));
  const env = { ...process.env, DECISIONS: `${DECISIONS}`, SEED: `${SEED}` };
  const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", script], { env });
  const { hostile, instantiated, warm, after, largest } = JSON.parse(stdout) as Outcome;
  const megabytes = (octets: number): number => Math.round(octets / 1_024 / 1_024);
  report("memory of one isolate", SEED, {
    decisions: DECISIONS,
    hostile,
    "most pages of the core after warm-up": warm.core / PAGE,
    "most pages of the core at the end": after.core / PAGE,
    "most MB resident after warm-up": megabytes(warm.resident),
    "most MB resident at the end": megabytes(after.resident),
    "most MB resident meanwhile": megabytes(largest),
    seconds: Math.round((performance.now() - began) / 1_000),
  });
  assert.equal(instantiated, 1);
  assert.ok(hostile > DECISIONS / 30);
  assert.ok(after.core - warm.core <= CORE_SLACK, `${warm.core} octets of the core became ${after.core}`);
  assert.ok(after.resident - warm.resident <= RESIDENT_SLACK, `${warm.resident} octets became ${after.resident}`);
});

// `make soak`: round after round of the suites that have a long version, each round with a seed of its own.
// It goes on after the last round that passed, of this seed or of an earlier run; SEED=n starts there. ONLY=name,name runs
// some of the suites, and counts their rounds by themselves.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { summary } from "./test/figures.mjs";
import { verdict } from "./test/counts.mjs";
import { run } from "./test/run.mjs";
import { suites } from "./test/suites.mjs";

const artifacts = join(import.meta.dirname, "../tests/artifacts");
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
const chosen = suites.filter(({ name, soak }) => soak !== undefined && (only.length === 0 || only.includes(name)));
if (chosen.length === 0) {
  console.error(`no suite of \`${only.join("`, `")}\` has a long version`);
  process.exit(2);
}
const progress = join(artifacts, ["soak-next-seed", ...only].join("-"));
const figures = join(artifacts, "soak-figures.jsonl");
mkdirSync(artifacts, { recursive: true });

const first = Number(process.env.SEED || nextSeed());
const rounds = Number(process.env.ROUNDS || 20);

for (let seed = first; seed < first + rounds; seed++) {
  for (const suite of chosen) {
    if (!suite.soak) continue;
    console.log(`\n=== round ${seed - first + 1}/${rounds}, seed ${seed}: ${suite.name}`);
    const { output, ended } = await run(suite, { ...suite.soak(seed), FIGURES: figures });
    const { passed, failed, note } = verdict(suite.count, output, ended);
    if (failed > 0) {
      console.error(`\n${suite.name} failed (${note}). To see it again: make soak ROUNDS=1 SEED=${seed}`);
      process.exit(1);
    }
    console.log(`${suite.name}: ${passed} passed`);
  }
  writeFileSync(progress, String(seed + 1));
}
console.log(`\nsoak: ${rounds} rounds passed, seeds ${first} to ${first + rounds - 1}`);
console.log(summary(figures));

function nextSeed() {
  try {
    return readFileSync(progress, "utf8");
  } catch {
    return "1";
  }
}

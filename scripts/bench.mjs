// Audgate against jose, side by side in the same run, in Node and in workerd: medians and ratios. Writes the numbers as
// JSON to the file that BENCH_JSON names. Absolute times say something about this machine only; ratios travel.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { publish, secretHash } from "audgate";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { Operations, REPETITIONS, TOKENS } from "./bench/operations.ts";
import { verifySynchronously } from "../pkg/src/synchronous.ts";
import { profiled } from "./bench/profile.mjs";
import { benchTenant } from "./bench/tenant.mjs";

const root = join(import.meta.dirname, "..");
const wasm = (name) => join(root, `pkg/wasm/${name}.wasm`);
const ALGORITHMS = ["HS256", "ES256", "EdDSA", "RS256"];
const ROUNDS = 11;
/** Long enough that a round trip to the worker does not count, short enough to end. */
const FIRST = TOKENS * REPETITIONS;
const AGAIN = FIRST * 16;
const ISSUE = 256;
/**
 * What is measured, each side with how often it is done in a round.
 * @type {{ operation: string, against: string, ours: [string, number], theirs: [string, number], forget?: boolean }[]}
 */
const ROWS = [
  { operation: "verify-first", against: "jose", ours: ["audgate-verify", FIRST], theirs: ["jose-verify", FIRST], forget: true },
  { operation: "verify-again", against: "jose", ours: ["audgate-verify", AGAIN], theirs: ["jose-verify", FIRST] },
  { operation: "verify-again", against: "jose-map", ours: ["audgate-verify", AGAIN], theirs: ["map-verify", AGAIN] },
  { operation: "issue", against: "jose", ours: ["audgate-issue", ISSUE], theirs: ["jose-issue", ISSUE] },
];
/** The ratios to reach in workerd. */
const WANTED = {
  "verify-first": { HS256: 2.2, ES256: 1.1, EdDSA: 1.1, RS256: 1.25 },
  "verify-again": { HS256: 15, ES256: 50, EdDSA: 50, RS256: 25 },
  issue: { HS256: 2.2, ES256: 1.25, EdDSA: 1.25, RS256: 0.95 },
};

/** Where the profiler of workerd is asked, once everything is measured. */
const INSPECTOR = 9_321;
/** As often is done beforehand what is profiled. */
const WARM = 6;

/** The sizes to keep to, in KB after gzip. */
const SIZES = { gate: 60, full: 250 };

const results = [];
const bench = await benchTenant(publish, secretHash);

console.log(`node ${process.version}, ${ROUNDS} rounds, both sides in turn; jose = 1, above 1 Audgate is faster\n`);
console.log("verify: Audgate decides a whole request, rule and scopes included; jose checks the token with a key imported before.");
console.log("verify-again: tokens seen before; once against jose as it is, once against jose behind a map of as many tokens.");
console.log("issue: Audgate answers a whole token request, client authentication included; jose signs the claims.\n");
reportSizes();
await measure("node", await inNode());
const { runner, dispose } = await inWorkerd();
await measure("workerd", runner);
await dispose();
await explain();

if (process.env.BENCH_JSON) {
  writeFileSync(process.env.BENCH_JSON, `${JSON.stringify(results, null, 2)}\n`);
}

/** @param {string} runtime @param {any} runner */
async function measure(runtime, runner) {
  console.log(`\n${runtime.padEnd(8)} ${"operation".padEnd(14)} algorithm   audgate   against              ratio    wanted`);
  for (const algorithm of ALGORITHMS) {
    await runner.prepare(algorithm);
    const overhead = await median(() => timed(() => runner.run("audgate-verify", 0)));
    for (const row of ROWS) {
      const { ours, theirs, ratio } = await sideBySide(runner, row, overhead);
      const { operation, against } = row;
      const wanted = runtime === "workerd" ? WANTED[operation]?.[algorithm] : undefined;
      const goal = against !== "jose" || wanted === undefined ? "" : `${wanted.toFixed(2)} ${ratio >= wanted ? "reached" : "not reached"}`;
      console.log(
        `${"".padEnd(8)} ${operation.padEnd(14)} ${algorithm.padEnd(9)} ${micro(ours)}   ${against.padEnd(9)}${micro(theirs)} ${ratio.toFixed(2).padStart(8)}    ${goal}`.trimEnd(),
      );
      results.push({ runtime, operation, algorithm, against, median_us: ours, against_median_us: theirs, ratio });
    }
  }
  await measureGrowth(runner);
}

/** Of everything that was not reached in workerd, where its time goes there. */
async function explain() {
  const missed = results.filter(
    ({ runtime, operation, algorithm, against, ratio }) =>
      runtime === "workerd" && against === "jose" && ratio < (WANTED[operation]?.[algorithm] ?? 0),
  );
  const { runner, dispose } = await inWorkerd(INSPECTOR);
  for (const { operation, algorithm } of missed) {
    const row = ROWS.find((row) => row.operation === operation);
    if (row === undefined) continue;
    const { ours: [work, count], forget = false } = row;
    await runner.prepare(algorithm);
    const before = async () => void (forget && (await runner.forget()));
    for (let round = 0; round < WARM; round += 1) {
      await before();
      await runner.run(work, count);
    }
    const [places, ...functions] = await profiled(INSPECTOR, before, () => runner.run(work, count));
    console.log(`\n${operation} ${algorithm}, not reached; where its time goes in workerd: ${places}`);
    for (const line of functions) console.log(`  ${line}`);
  }
  await dispose();
}

/** The whole decision by known tokens: with many resources and rules against few. @param {any} runner */
async function measureGrowth(runner) {
  await runner.prepare("ES256");
  await runner.grow();
  const overhead = await median(() => timed(() => runner.run("audgate-verify", 0)));
  const { ours: few, theirs: many, ratio } = await sideBySide(runner, { ours: ["few", AGAIN], theirs: ["many", AGAIN] }, overhead);
  console.log(
    `${"".padEnd(8)} a whole decision by a known token: ${few.toFixed(1)} us with ${bench.sizes[0]} resources and rules, ` +
      `${many.toFixed(1)} us with ${bench.sizes[1]}, ${ratio.toFixed(2)} times as long`,
  );
}

/**
 * Rounds of both sides in turn: the medians in microseconds, and the median of the ratios pair by pair.
 * @param {any} runner @param {{ ours: [string, number], theirs: [string, number], forget?: boolean }} row @param {number} overhead
 */
async function sideBySide(runner, { ours: [operation, count], theirs: [other, otherCount], forget = false }, overhead) {
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS + 2; round += 1) {
    if (forget) {
      await runner.forget();
    }
    const first = await timed(() => runner.run(operation, count));
    const second = await timed(() => runner.run(other, otherCount));
    // The first two rounds warm up.
    if (round >= 2) {
      ours.push(((first - overhead) * 1000) / count);
      theirs.push(((second - overhead) * 1000) / otherCount);
    }
  }
  const ratio = middle(ours.map((value, index) => (theirs[index] ?? 0) / value));
  return { ours: middle(ours), theirs: middle(theirs), ratio };
}

async function inNode() {
  const compiled = (name) => new WebAssembly.Module(readFileSync(wasm(name)));
  return new Operations({ gate: compiled("gate"), full: compiled("full") }, bench, verifySynchronously);
}

/** @param {number} [inspectorPort] where a profiler can ask; the core has its names then */
async function inWorkerd(inspectorPort) {
  const { outputFiles } = await build({
    entryPoints: [join(root, "scripts/bench/worker.ts")],
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["workerd"],
    external: ["*.wasm"],
  });
  const core = (name) => {
    // What the build leaves beside what it publishes.
    const named = join(root, `target/${name}/bindgen/no-modules/${name}_bg.wasm`);
    return readFileSync(inspectorPort !== undefined && existsSync(named) ? named : wasm(name));
  };
  const modules = {
    "scripts/bench/worker.js": { type: "esm", contents: outputFiles[0]?.text },
    "pkg/wasm/full.wasm": { type: "wasm", contents: core("full") },
    "pkg/wasm/gate.wasm": { type: "wasm", contents: core("gate") },
  };
  const miniflare = new Miniflare({
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    telemetry: { enabled: false },
    cf: false,
    workers: [
      {
        config: {
          name: "bench",
          compatibilityDate: "2026-10-01",
          manifest: { mainModule: "scripts/bench/worker.js", modulesRoot: "/", modules },
          env: {},
          exports: {},
        },
        dev: { rootPath: root },
      },
    ],
  });
  const url = await miniflare.ready;
  const call = async (path, init) => {
    const response = await fetch(new URL(path, url), init);
    if (!response.ok) {
      throw new Error(await response.text());
    }
  };
  await call("/begin", { method: "POST", body: JSON.stringify(bench) });
  const runner = {
    prepare: (algorithm) => call(`/prepare?operation=${algorithm}`),
    forget: () => call("/forget"),
    grow: () => call("/grow"),
    run: (operation, count) => call(`/run?operation=${operation}&count=${count}`),
  };
  return { runner, dispose: () => miniflare.dispose() };
}

function reportSizes() {
  for (const [name, most] of Object.entries(SIZES)) {
    const bytes = readFileSync(wasm(name));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    const module = new WebAssembly.Module(bytes);
    const imports = WebAssembly.Module.imports(module);
    const stubs = {};
    for (const { module: from, name: member } of imports) {
      (stubs[from] ??= {})[member] = () => 0;
    }
    const times = Array.from({ length: 21 }, () => {
      const before = performance.now();
      new WebAssembly.Instance(module, stubs);
      return performance.now() - before;
    });
    const compile = Array.from({ length: 5 }, () => {
      const before = performance.now();
      new WebAssembly.Module(bytes);
      return performance.now() - before;
    });
    const kilobytes = (length) => `${(length / 1000).toFixed(1)} KB`;
    console.log(
      `${name}.wasm: ${kilobytes(bytes.length)}, gzip ${kilobytes(gzipped)} (wanted: at most ${most} KB: ${gzipped <= most * 1000 ? "reached" : "not reached"}); ` +
        `compile ${middle(compile).toFixed(2)} ms, instantiate ${middle(times).toFixed(2)} ms (medians, Node)`,
    );
  }
}

async function timed(work) {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

async function median(work) {
  const values = [];
  for (let index = 0; index < 9; index += 1) {
    values.push(await work());
  }
  return middle(values);
}

function middle(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function micro(value) {
  return `${value.toFixed(1).padStart(8)}us`;
}

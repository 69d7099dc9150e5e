// What `make test` runs, in this order. A new kind of test is a new line here.

import { existsSync } from "node:fs";

/**
 * @typedef {object} Suite
 * @property {string} name for ONLY=, the summary and the log file
 * @property {string} runtime where the tests run; "check" where there are none to count
 * @property {string[]} command
 * @property {"check" | "cargo" | "node"} count how many tests one run is, see counts.mjs
 * @property {Record<string, string>} [env]
 * @property {(seed: number) => Record<string, string>} [soak] what makes one long round of it, for `make soak`
 */

export const runtimes = ["check", "native", "wasm32 in Node", "wasm32 in Chromium", "node", "workerd", "browser"];

const wasm32 = ["--target", "wasm32-unknown-unknown"];
const strict = ["--", "-D", "warnings"];
/** The JSON Schema of the tenant document, which is in no wasm. */
const schema = ["--features", "schema"];

/** @type {Suite[]} */
export const suites = [
  check("format", "cargo", "fmt", "--check"),
  check("build", "node", "scripts/build.mjs"),
  check("clippy", "cargo", "clippy", "--locked", "--all-targets", ...schema, ...strict),
  check("clippy-gate", "cargo", "clippy", "--locked", "--lib", "--no-default-features", ...strict),
  check("clippy-wasm32", "cargo", "clippy", "--locked", "--all-targets", ...wasm32, ...strict),
  ...["pkg", "demo", "examples", "www", "scripts", "tests"].map((folder) =>
    check(`types-${folder}`, "tsc", "--noEmit", "--project", folder),
  ),
  nodeTests("architecture", "node"),

  {
    name: "core",
    runtime: "native",
    command: ["cargo", "test", "--locked", "--lib", "--tests", ...schema],
    count: "cargo",
    soak: (seed) => ({ PROPTEST_CASES: "20000", PROPTEST_RNG_SEED: String(seed) }),
  },
  { name: "core-doc", runtime: "native", command: ["cargo", "test", "--locked", "--doc"], count: "cargo" },
  {
    name: "core-wasm32-node",
    runtime: "wasm32 in Node",
    command: ["wasm-pack", "test", "--node", "--mode", "no-install", ".", "--locked", "--test", "core"],
    count: "cargo",
  },
  {
    name: "core-wasm32-chromium",
    runtime: "wasm32 in Chromium",
    command: [
      ...["wasm-pack", "test", "--headless", "--chrome", "--mode", "no-install"],
      ...[".", "--locked", "--test", "core"],
    ],
    env: { WASM_BINDGEN_USE_BROWSER: "1", WASM_BINDGEN_TEST_TIMEOUT: "600" },
    count: "cargo",
  },

  nodeTests("node", "node"),
  // Of twenty rounds: 10,000 schedules, 10,000 traps, and in one round 10 million decisions of one isolate.
  { ...nodeTests("simulator", "node"), soak: (seed) => ({ SEED: String(seed) }) },
  { ...nodeTests("traps", "workerd"), soak: (seed) => ({ TRAPS: "250", SEED: String(seed) }) },
  { ...nodeTests("memory", "node"), soak: (seed) => ({ DECISIONS: seed % 20 === 1 ? "10000000" : "100000", SEED: String(seed) }) },
  nodeTests("worker", "workerd"),
  { ...nodeTests("interop", "workerd"), soak: (seed) => ({ FUZZ_EXAMPLES: "60", SEED: String(seed) }) },
  // Of twenty rounds: 20,000 races of each kind, 500 crashes.
  { ...nodeTests("races", "workerd"), soak: (seed) => ({ RACES: "1000", SEED: String(seed) }) },
  // One round in twenty has 10,000 clients and 100,000 users, as many as a tenant can have; the others a tenth.
  { ...nodeTests("scale", "workerd"), soak: (seed) => ({ SCALE: seed % 20 === 1 ? "10" : "1", SEED: String(seed) }) },
  { ...nodeTests("crashes", "workerd"), soak: (seed) => ({ CRASHES: "25", SEED: String(seed) }) },
  { ...nodeTests("browser", "browser"), env: { CHROMIUM: chromium() } },
];

/** @param {string} name @param {string[]} command @returns {Suite} */
function check(name, ...command) {
  return { name, runtime: "check", command, count: "check" };
}

/** @param {string} folder in tests/ @param {string} runtime @returns {Suite} */
function nodeTests(folder, runtime) {
  const command = ["node", "--test", "--test-reporter=spec", `tests/${folder}/**/*.test.ts`];
  return { name: folder, runtime, command, count: "node" };
}

function chromium() {
  const places = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return process.env.CHROMIUM ?? places.find((place) => existsSync(place)) ?? "chromium";
}

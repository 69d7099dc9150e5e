// Requests a second over loopback HTTP in raw workerd, all sides in turn in one run: a worker without a gate, Audgate's
// gate, jose, and @cloudflare/workers-oauth-provider, each in front of the same handler. Ratios travel; absolute numbers
// say something about this machine only. `wrk` makes the load.

import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { publish, secretHash } from "audgate";
import { build } from "esbuild";
import { SignJWT, importJWK } from "jose";
import { benchTenant } from "./bench/tenant.mjs";

const root = join(import.meta.dirname, "..");
const ROUNDS = 7;
const SECONDS = 2;
const CONNECTIONS = 32;
const COLD_STARTS = 15;
/** Tokens that the gate remembers, and more than it is shown in a round, each once. */
const KNOWN = 256;
const NEW = 80_000;

/** @typedef {{ name: string, port: number, tokens: string[], isNew?: boolean, rates: number[], script: string }} Side */

const scratch = mkdtempSync(join(tmpdir(), "audgate-bench-"));
/** @type {import("node:child_process").ChildProcess[]} */
const servers = [];
try {
  await main();
} finally {
  for (const server of servers) server.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
}

async function main() {
  const bench = await benchTenant(publish, secretHash);
  const { keys } = JSON.parse(bench.secretKeys);
  const jwk = keys.find(({ alg }) => alg === "ES256");
  const { d, ...publicKey } = jwk;
  const ports = await freePorts(4);
  const [empty, audgate, jose, provider] = ports;
  // The resource is where the worker listens, so that each of them sees the URL that it governs.
  const uri = (port) => `http://localhost:${port}/es256`;
  const records = (port) => ({ ...bench.records, "tenant/bench": bench.records["tenant/bench"].replaceAll(bench.resources.ES256, uri(port)) });

  await Promise.all([
    serve("empty", empty, {}),
    serve("audgate", audgate, { RECORDS: JSON.stringify(records(audgate)), SECRET_KEYS: bench.secretKeys }),
    serve("jose", jose, { PUBLIC_KEY: JSON.stringify(publicKey), ISSUER: bench.issuer, AUDIENCE: uri(jose) }),
    serve("provider", provider, { ORIGIN: `http://localhost:${provider}` }),
  ]);
  const signingKey = await importJWK(jwk, "ES256");
  const token = (port, jti) =>
    new SignJWT({ client_id: bench.client.id, scope: "things:read", tid: "bench", app_id: "app" })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: jwk.kid })
      .setIssuer(bench.issuer).setSubject(bench.client.id).setAudience(uri(port)).setJti(jti)
      .setIssuedAt().setExpirationTime("1h").sign(signingKey);
  const tokens = (port, count) => inTurn(count, (index) => token(port, `j${index}`));
  console.log(`wrk, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s, all sides in turn; making ${NEW} tokens`);

  /** @type {Omit<Side, "rates" | "script">[]} */
  const compared = [
    // It reads none of it, but has to take in as much.
    { name: "empty", port: empty, tokens: await tokens(empty, KNOWN) },
    { name: "audgate, tokens seen before", port: audgate, tokens: await tokens(audgate, KNOWN) },
    { name: "audgate, new tokens", port: audgate, tokens: (await tokens(audgate, KNOWN + NEW)).slice(KNOWN), isNew: true },
    { name: "jose", port: jose, tokens: await tokens(jose, KNOWN) },
    { name: "workers-oauth-provider", port: provider, tokens: await providerTokens(provider, 16) },
  ];
  for (const side of compared) await check(side);
  /** @type {Side[]} */
  const sides = compared.map((side) => ({ ...side, rates: [], script: script(side) }));
  for (let round = 0; round < ROUNDS + 1; round += 1) {
    for (const side of sides) {
      const rate = await load(side, round);
      // The first round warms up.
      if (round > 0) side.rates.push(rate);
    }
  }
  const rates = (/** @type {string} */ name) => sides.find((side) => side.name === name)?.rates ?? [];
  for (const { name, rates } of sides) console.log(`${name.padEnd(30)} ${Math.round(middle(rates)).toString().padStart(8)} requests a second`);
  console.log();
  /** @type {[string, string, number][]} */
  const ratios = [
    ["audgate, tokens seen before", "empty", 0.85],
    ["audgate, new tokens", "empty", 0.4],
    ["audgate, tokens seen before", "jose", 1.15],
    ["audgate, new tokens", "jose", 1.15],
    ["audgate, tokens seen before", "workers-oauth-provider", 2.5],
  ];
  for (const [name, against, wanted] of ratios) {
    const others = rates(against);
    const ratio = middle(rates(name).map((rate, round) => rate / (others[round] ?? 0)));
    console.log(`${name.padEnd(30)} over ${against.padEnd(24)} ${ratio.toFixed(2)}   ${wanted.toFixed(2)} ${ratio >= wanted ? "reached" : "not reached"}`);
  }
  console.log("\nfrom the start of a workerd to its first answer, medians:");
  const cold = sides.filter(({ isNew }) => isNew !== true).slice(0, 3);
  const times = await coldStarts(cold.map((side, index) => ({ ...side, side: ["empty", "audgate", "jose"][index] ?? "" })));
  for (const { name } of cold) console.log(`${name.padEnd(30)} ${middle(times.get(name) ?? []).toFixed(1)} ms`);
  const [, ours = [], theirs = []] = cold.map(({ name }) => times.get(name));
  const over = middle(ours.map((time, round) => time - (theirs[round] ?? 0)));
  console.log(`audgate over jose              ${over.toFixed(1)} ms   5.0 ${over <= 5 ? "reached" : "not reached"}`);
}

/** Starts one worker in a workerd of its own. */
async function serve(name, port, bindings) {
  const { outputFiles } = await build({
    entryPoints: [join(root, `scripts/bench-http/${name}.ts`)],
    bundle: true, format: "esm", write: false, outdir: scratch, minify: true,
    conditions: ["workerd"], external: ["cloudflare:workers"],
    loader: { ".wasm": "copy" }, assetNames: "[name]",
  });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const wasm = outputFiles.filter(({ path }) => path.endsWith(".wasm")).map(({ path }) => path.slice(scratch.length + 1));
  const modules = [`(name = "worker", esModule = embed "${name}.js")`, ...wasm.map((file) => `(name = "./${file}", wasm = embed "${file}")`)];
  const given = Object.entries(bindings).map(([key, text]) => {
    writeFileSync(join(scratch, `${name}-${key}`), text);
    return `(name = "${key}", text = embed "${name}-${key}")`;
  });
  writeFileSync(join(scratch, `${name}.capnp`), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules}], bindings = [${given}], compatibilityDate = "2026-10-01", compatibilityFlags = ["global_fetch_strictly_public"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`);
  await start(name, port);
}

/** Starts the workerd of a side; answers once its worker has answered. */
async function start(name, port, headers = {}) {
  const server = spawn(join(root, "node_modules/.bin/workerd"), ["serve", join(scratch, `${name}.capnp`)], { stdio: ["ignore", "ignore", "ignore"] });
  servers.push(server);
  for (let attempt = 0; ; attempt += 1) {
    const answers = await fetch(`http://localhost:${port}/es256/42`, { headers }).then(() => true, () => false);
    if (answers) return server;
    if (attempt === 10_000 || server.exitCode !== null) throw new Error(`${name} does not answer`);
    await wait(1);
  }
}

/** Ends a process; its port is free then. @param {import("node:child_process").ChildProcess} server */
async function end(server) {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await ended;
}

/** Milliseconds from the start of a process to its first answer, of several starts of each side in turn. */
async function coldStarts(sides) {
  for (const server of servers.splice(0)) await end(server);
  const times = new Map(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < COLD_STARTS + 1; round += 1) {
    for (const { name, side, port, tokens: [token] } of sides) {
      const before = performance.now();
      const server = await start(side, port, { authorization: `Bearer ${token}` });
      if (round > 0) times.get(name).push(performance.now() - before);
      await end(server);
    }
  }
  return times;
}

/**
 * A request of this side is admitted, and one without a token is not.
 * @param {Omit<Side, "rates" | "script">} side
 */
async function check({ name, port, tokens: [token] }) {
  const ask = (headers) => fetch(`http://localhost:${port}/es256/42`, { headers });
  const admitted = await ask({ authorization: `Bearer ${token}` });
  if (admitted.status !== 200) throw new Error(`${name} refuses: ${admitted.status} ${await admitted.text()}`);
  const refused = await ask({});
  if (name !== "empty" && refused.status !== 401) throw new Error(`${name} admits everybody`);
}

/**
 * What wrk sends: the tokens in turn; new ones go on in the next round where the last one ended.
 * @param {Omit<Side, "rates" | "script">} side
 */
function script({ name, tokens }) {
  const file = join(scratch, `${name.replaceAll(/\W+/g, "-")}.lua`);
  writeFileSync(`${file}.tokens`, tokens.join("\n"));
  writeFileSync(file, `
local tokens = {}
for line in io.lines("${file}.tokens") do tokens[#tokens + 1] = "Bearer " .. line end
local at = 0
function init(args) at = tonumber(args[1]) end
function request()
  at = at % #tokens + 1
  return wrk.format("GET", "/es256/42", { ["Host"] = wrk.host .. ":" .. wrk.port, ["Authorization"] = tokens[at] })
end
local failed = 0
function response(status) if status ~= 200 then failed = failed + 1 end end
function done(summary) io.write("requests ", summary.requests, " errors ", summary.errors.status, " micros ", summary.duration, "\\n") end
`);
  return file;
}

/** @param {Side} side @param {number} round */
async function load({ name, port, script, isNew = false }, round) {
  const begin = isNew ? Math.floor((NEW / (ROUNDS + 1)) * round) : 0;
  const { stdout } = await promisify(execFile)("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${SECONDS}s`, "-s", script, `http://localhost:${port}`, "--", String(begin)]);
  const [, requests, errors, micros] = /requests (\d+) errors (\d+) micros (\d+)/.exec(stdout) ?? [];
  if (errors !== "0") throw new Error(`${name}: ${errors} of ${requests} requests were refused`);
  const most = NEW / (ROUNDS + 1);
  if (isNew && Number(requests) > most) console.log(`${name}: ${requests} requests for ${most} tokens, so some were seen before`);
  return (Number(requests) * 1e6) / Number(micros);
}

/** Tokens of the library's own kind, each from a grant of its own. */
async function providerTokens(port, count) {
  const origin = `http://localhost:${port}`;
  const { clientId } = await (await fetch(`${origin}/client`)).json();
  return inTurn(count, async () => {
    const verifier = randomBytes(32).toString("base64url");
    const query = new URLSearchParams({
      response_type: "code", client_id: clientId, redirect_uri: "https://client.example/callback", scope: "things:read", state: "s",
      code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256",
    });
    const { redirectTo } = await (await fetch(`${origin}/authorize?${query}`)).json();
    const code = new URL(redirectTo).searchParams.get("code") ?? "";
    const body = new URLSearchParams({ grant_type: "authorization_code", client_id: clientId, redirect_uri: "https://client.example/callback", code, code_verifier: verifier });
    return (await (await fetch(`${origin}/token`, { method: "POST", body })).json()).access_token;
  });
}

async function inTurn(count, make) {
  const made = [];
  for (let index = 0; index < count; index += 1) made.push(await make(index));
  return made;
}

async function freePorts(count) {
  const listening = await inTurn(count, async () => {
    const server = createServer();
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return server;
  });
  return inTurn(count, async (index) => {
    const { port } = listening[index].address();
    await new Promise((resolve) => listening[index].close(resolve));
    return port;
  });
}

function middle(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

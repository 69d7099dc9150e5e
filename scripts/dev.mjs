// Seeds the local KV of a port with the demo tenant and runs the demo worker on workerd until interrupted.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { check, publish, secretHash } from "audgate";
import { demoDocument, ensureCredentials, ensureMasterKey, writeDevVars } from "./demo.mjs";

const root = join(import.meta.dirname, "..");
const port = portOf(process.env.PORT ?? "8787");
const state = join(root, ".wrangler/ports", String(port));
const seedFile = join(state, "seed.json");

process.env.WRANGLER_SEND_METRICS = "false";
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";

if (await listening(port)) {
  fail(`port ${port} is in use; another one: make dev PORT=${port + 1}`);
}
if (process.env.RESET === "1") {
  rmSync(state, { recursive: true, force: true });
}
await writeDevVars();
const bound = await seed();
await serve();

/** Publishes the demo tenant unless this port's KV holds it already. Answers within how many seconds it revokes. */
async function seed() {
  const document = await demoDocument(port, secretHash);
  const outcome = check(document);
  if (!outcome.ok) {
    console.error("demo/tenant.json has faults:");
    for (const { path, problem, expected } of outcome.faults) {
      console.error(`  ${path}: ${problem}\n    expected: ${expected}`);
    }
    process.exit(1);
  }
  // Secrets and keys are made in this checkout: state of other ones would admit nobody, and could not be opened.
  const { clients } = JSON.parse(document);
  const hashes = clients.map(({ secret_hashes, jwks }) => [secret_hashes, jwks]);
  const secrets = fingerprint(JSON.stringify([hashes, ensureMasterKey()]));
  const whole = fingerprint(document);
  const seeded = existsSync(seedFile) ? JSON.parse(readFileSync(seedFile, "utf8")) : undefined;
  if (seeded?.secrets === secrets) {
    if (seeded.whole !== whole) {
      console.log("demo/tenant.json has changed since this port was seeded: RESET=1 publishes it anew");
    }
    return outcome.revocation_bound;
  }
  if (seeded !== undefined) {
    rmSync(state, { recursive: true, force: true });
  }
  console.log(`seeding the local KV of port ${port} from demo/tenant.json`);
  const publication = publish(document, Math.floor(Date.now() / 1000));
  if (publication.ok) {
    await write(publication.entries);
  }
  writeFileSync(seedFile, JSON.stringify({ secrets, whole }));
  return outcome.revocation_bound;
}

/** @param {{ key: string; value: string }[]} entries */
async function write(entries) {
  mkdirSync(state, { recursive: true });
  const { getPlatformProxy } = await import("wrangler");
  const { env, dispose } = await getPlatformProxy({
    configPath: join(root, "wrangler.toml"),
    environment: "demo",
    persist: { path: join(state, "v3") },
  });
  const { CONFIG } = /** @type {any} */ (env);
  try {
    for (const { key, value } of entries) {
      await CONFIG.put(key, value);
    }
    // A client or host that the document no longer names must not go on. Keys and what is revoked are the directory's.
    const named = new Set(entries.map(({ key }) => key));
    const { keys } = await CONFIG.list();
    for (const { name } of keys.filter(({ name }) => !named.has(name) && !/^tenant\/[^/]+\/(?:keys$|revoked(?:\/|$))/.test(name))) {
      await CONFIG.delete(name);
    }
  } finally {
    await dispose();
  }
}

async function serve() {
  const wrangler = spawn(
    "wrangler",
    ["dev", "--env", "demo", "--port", String(port), "--inspector-port", "0", "--persist-to", state, "--show-interactive-dev-session=false"],
    { cwd: root, stdio: ["ignore", "inherit", "inherit"] },
  );
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => wrangler.kill("SIGTERM"));
  }
  wrangler.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 0));
  if (await healthy()) {
    await apply();
    await announce();
  } else {
    wrangler.kill("SIGTERM");
    fail("the worker did not become healthy within 60 seconds");
  }
}

async function healthy() {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const response = await fetch(`http://localhost:${port}/healthz`).catch(() => undefined);
    if (response?.ok) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Gives the directory of a new port its tenant, as a management client does. From then on it is the source of truth. */
async function apply() {
  const seed = JSON.parse(readFileSync(seedFile, "utf8"));
  if (seed.applied === true) {
    return;
  }
  const origin = `http://localhost:${port}`;
  const { client_id: id, client_secret: secret } = (await ensureCredentials()).clients.find(
    (client) => client.kind === "management",
  );
  const token = await fetch(`${origin}/oidc/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const { access_token: accessToken } = token.ok ? await token.json() : {};
  const applied = await fetch(`${origin}/v1/tenant`, {
    method: "PUT",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: await demoDocument(port, secretHash),
  });
  if (!applied.ok) {
    fail(`the tenant's directory did not take demo/tenant.json (${applied.status}): ${await applied.text()}`);
  }
  writeFileSync(seedFile, JSON.stringify({ ...seed, applied: true }));
}

async function announce() {
  const { client_id: id, client_secret: secret } = (await ensureCredentials()).clients.find(
    (client) => client.client_id === "orders-backend",
  );
  const origin = `http://localhost:${port}`;
  console.log(`
Audgate is up.
  playground   ${origin}/
  issuer       ${origin}   (discovery: ${origin}/.well-known/oauth-authorization-server)
  gated        ${origin}/demo/orders   ${origin}/demo/profile   ${origin}/demo/payments
  applications ${origin}/demo/shop   ${origin}/demo/insights   ${origin}/demo/partners
  outbox       ${origin}/dev/outbox
  console      ${origin}/console/   (log in as hedy@shop.example; the link is in the outbox)
  secrets      demo/credentials.json
  revocation   honoured by every gate within ${bound} s, by resources set to \`strong\` at once

Try:
  TOKEN=$(curl -s -u ${id}:${secret} ${origin}/oidc/token -d grant_type=client_credentials -d resource=${origin}/demo/orders | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -i -H "Authorization: Bearer $TOKEN" ${origin}/demo/orders/42
  curl -i -H "Authorization: Bearer $TOKEN" ${origin}/demo/payments
`);
}

function portOf(text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    fail(`PORT is a number from 1 to 65535, not ${JSON.stringify(text)}`);
  }
  return value;
}

function listening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "localhost");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function fingerprint(text) {
  return createHash("sha256").update(text).digest("hex");
}

function fail(message) {
  console.error(`make dev: ${message}`);
  process.exit(1);
}

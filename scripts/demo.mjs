// What the demo needs besides its tenant's file: fresh client secrets and a master key, made once, kept out of git.

import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const tenantFile = join(root, "demo/tenant.json");
const credentialsFile = join(root, "demo/credentials.json");
const masterKeyFile = join(root, "demo/master-key");
const devVarsFile = join(root, ".dev.vars");

const PUBLIC_MEMBERS = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];

/**
 * The demo tenant's document for `port`, with the hashes of secrets and the clients' public keys of this checkout.
 * @param {number} port
 * @param {(secret: string) => string} secretHash
 */
export async function demoDocument(port, secretHash) {
  const credentials = await ensureCredentials();
  const document = JSON.parse(readFileSync(tenantFile, "utf8").replaceAll("${PORT}", String(port)));
  for (const client of document.clients) {
    const own = credentials.clients.find(({ client_id }) => client_id === client.client_id);
    if (own !== undefined) {
      client.secret_hashes = [secretHash(own.client_secret)];
    }
    const key = credentials.key_clients.find(({ client_id }) => client_id === client.client_id)?.private_jwk;
    if (key !== undefined) {
      client.jwks = { keys: [publicPart(key)] };
    }
  }
  return JSON.stringify(document, null, 2);
}

/** The secrets and keys of the demo's clients, in clear so that scripts can use them; a new client in the file gets one. */
export async function ensureCredentials() {
  const tenant = JSON.parse(readFileSync(tenantFile, "utf8"));
  if (!existsSync(credentialsFile)) {
    writeUnlessThere(credentialsFile, formatted(await credentialsOf(tenant, { clients: [] })));
  }
  const credentials = await credentialsOf(tenant, JSON.parse(readFileSync(credentialsFile, "utf8")));
  writeChanged(credentialsFile, formatted(credentials));
  return credentials;
}

/** Credentials of all that `tenant` names; those in `known` keep theirs. */
async function credentialsOf({ clients, users, applications }, known) {
  const by = (method) => clients.filter((client) => client.token_endpoint_auth_method.startsWith(method));
  const described = ({ app_id }) => ({
    application: app_id,
    kind: applications.find((application) => application.app_id === app_id).kind,
  });
  const own = (list, id) => list?.find(({ client_id }) => client_id === id);
  return {
    clients: by("client_secret").map((client) => ({
      client_id: client.client_id,
      client_secret: own(known.clients, client.client_id)?.client_secret ?? randomBytes(32).toString("base64url"),
      ...described(client),
    })),
    key_clients: await Promise.all(
      by("private_key_jwt").map(async (client) => ({
        client_id: client.client_id,
        private_jwk: own(known.key_clients, client.client_id)?.private_jwk ?? (await newKey()),
        ...described(client),
      })),
    ),
    public_clients: by("none").map((client) => ({ client_id: client.client_id, ...described(client) })),
    users: users.map(({ user_id, email, applications }) => ({ user_id, email, applications })),
  };
}

/** The secret under which the demo's objects seal what they store, in a file. */
export function ensureMasterKey() {
  if (!existsSync(masterKeyFile)) {
    writeUnlessThere(masterKeyFile, `1:${randomBytes(32).toString("base64url")}\n`);
  }
  return readFileSync(masterKeyFile, "utf8").trim();
}

/** The secrets of the demo's worker, in `.dev.vars`: the issuer's, and the client secret of one of its applications. */
export async function writeDevVars() {
  const { clients } = await ensureCredentials();
  const insights = clients.find(({ client_id }) => client_id === "shop-insights");
  const lines = [
    `MASTER_KEY='${ensureMasterKey()}'`,
    `INSIGHTS_SECRET='${insights?.client_secret}'`,
  ];
  writeChanged(devVarsFile, `${lines.join("\n")}\n`);
}

async function newKey() {
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey("jwk", privateKey);
  return { ...jwk, kid: `es256-${randomBytes(6).toString("hex")}`, alg: "ES256", use: "sig" };
}

function publicPart(key) {
  return Object.fromEntries(PUBLIC_MEMBERS.filter((name) => key[name] !== undefined).map((name) => [name, key[name]]));
}

function formatted(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Replaces a file in one step, so that whoever reads it meets the old text or the new one. */
function writeChanged(file, text) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) {
    return;
  }
  renameSync(temporary(file, text), file);
}

/** Of several processes that make a file at once, one wins; the others go on with what it made. */
function writeUnlessThere(file, text) {
  const own = temporary(file, text);
  try {
    linkSync(own, file);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") {
      throw error;
    }
  } finally {
    unlinkSync(own);
  }
}

function temporary(file, text) {
  const name = `${file}.${process.pid}`;
  writeFileSync(name, text, { mode: 0o600 });
  return name;
}

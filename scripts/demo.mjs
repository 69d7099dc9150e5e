// What the demo tenant needs besides its file: fresh client secrets and signing keys, made once, kept out of git.

import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const tenantFile = join(root, "demo/tenant.json");
const credentialsFile = join(root, "demo/credentials.json");
const signingKeysFile = join(root, "demo/signing-keys.json");
const devVarsFile = join(root, ".dev.vars");

const KEYS = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
};
const PUBLIC_MEMBERS = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];

/**
 * The demo tenant's document for `port`, with the hashes and public keys of this checkout.
 * @param {number} port
 * @param {(secret: string) => string} secretHash
 */
export async function demoDocument(port, secretHash) {
  const credentials = ensureCredentials();
  const { keys } = await ensureSigningKeys();
  const document = JSON.parse(readFileSync(tenantFile, "utf8").replaceAll("${PORT}", String(port)));
  for (const client of document.clients) {
    const own = credentials.clients.find(({ client_id }) => client_id === client.client_id);
    client.secret_hashes = [secretHash(own.client_secret)];
  }
  document.signing_keys = keys.map((key) => ({ state: "current", jwk: publicPart(key) }));
  return JSON.stringify(document, null, 2);
}

/** The secrets of the demo's clients, in clear so that scripts can use them; a new client in the file gets one. */
export function ensureCredentials() {
  const tenant = JSON.parse(readFileSync(tenantFile, "utf8"));
  if (!existsSync(credentialsFile)) {
    writeUnlessThere(credentialsFile, formatted(credentialsOf(tenant, [])));
  }
  const { clients } = JSON.parse(readFileSync(credentialsFile, "utf8"));
  const credentials = credentialsOf(tenant, clients);
  writeChanged(credentialsFile, formatted(credentials));
  return credentials;
}

/** Credentials of all that `tenant` names; those in `known` keep their secret. */
function credentialsOf({ clients, users, applications }, known) {
  const secretOf = (id) => known.find(({ client_id }) => client_id === id)?.client_secret;
  return {
    clients: clients.map(({ client_id, app_id }) => ({
      client_id,
      client_secret: secretOf(client_id) ?? randomBytes(32).toString("base64url"),
      application: app_id,
      kind: applications.find((application) => application.app_id === app_id).kind,
    })),
    users: users.map(({ user_id, email, applications }) => ({ user_id, email, applications })),
  };
}

/** One private key for each algorithm of the demo, in a file and in `.dev.vars` as the secret `SIGNING_KEYS`. */
export async function ensureSigningKeys() {
  if (!existsSync(signingKeysFile)) {
    const keys = await Promise.all(Object.keys(KEYS).map(newKey));
    writeUnlessThere(signingKeysFile, formatted({ keys }));
  }
  const jwks = JSON.parse(readFileSync(signingKeysFile, "utf8"));
  writeChanged(devVarsFile, `SIGNING_KEYS='${JSON.stringify(jwks)}'\n`);
  return jwks;
}

async function newKey(alg) {
  const { privateKey } = await crypto.subtle.generateKey(KEYS[alg], true, ["sign", "verify"]);
  const { key_ops, ext, ...jwk } = await crypto.subtle.exportKey("jwk", privateKey);
  return { ...jwk, kid: `${alg.toLowerCase()}-${randomBytes(6).toString("hex")}`, alg, use: "sig" };
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

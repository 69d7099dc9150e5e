/**
 * What many clients and users cost: the gate decides as fast and reads as much as without them, the authorization server
 * reads the same records for a token (issue 4, "Shown by" 4). Another tenant beside, which stays small, is the measure: so
 * a machine that is busy at times makes no difference. SCALE says how many thousand clients, and ten thousand users.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { document, type TenantDocument, signingKey } from "../support/demo.ts";
import { report } from "../support/figures.ts";
import { managementRequest } from "../support/objects.ts";
import { documentOf, imported, startTenants, type Tenancy } from "../support/tenants.ts";
import { clientClaims, signed, userClaims } from "../support/tokens.ts";
import type { Read } from "../support/workers/scale.ts";

const SCALE = Number(process.env["SCALE"] || 1);
const SEED = Number(process.env["SEED"] || 1);
const CLIENTS = 1_000 * SCALE;
const USERS = 10_000 * SCALE;
/** Changes in one go. */
const BATCH = 500;
/** Of measuring, in each of which the tenants take turns. */
const ROUNDS = 61;
/** Decisions of a round: with one token that is known, and with tokens that are not, each signature to be checked. */
const KNOWN = 300;
const UNKNOWN = 30;
/** How much slower a decision may look, by chance alone. */
const SLOWER = 1.5;

const withKeys = (tenant: TenantDocument): TenantDocument => ({ ...tenant, signing_keys: document(8787).signing_keys });
const { first: small, second: large, stop } = await startTenants({ entry: "tests/support/workers/scale.ts", change: withKeys });
after(stop);

const clientId = (index: number): string => `c${index}`;
const userId = (index: number): string => `u${index}`;
const lastUser = userId(USERS - 1);

const backend = documentOf(large, large.worker.port).clients.find(({ client_id: id }) => id === "orders-backend");
/** Like the shop's backend, with the same secret. */
const client = (index: number): object => ({ ...backend, client_id: clientId(index), name: `Client ${index}` });
const user = (index: number): object => ({
  ...{ user_id: userId(index), email: `${userId(index)}@shop.example`, status: "active" },
  ...{ applications: ["shop"], role_ids: ["order-viewer", "profile-owner"] },
});

async function told<T>(path: string, body?: unknown): Promise<T> {
  const { status, text } = await large.send(body === undefined ? "GET" : "POST", path, body === undefined ? {} : { body });
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

/** Adds to the large tenant what `value` makes, `count` of a kind. */
async function fill(kind: "client" | "user", count: number, value: (index: number) => object): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const indexes = Array.from({ length: Math.min(BATCH, count - from) }, (_, index) => from + index);
    const requests = indexes.map((index) =>
      managementRequest(large.id, { create: { kind, value: value(index), fresh_id: "unused", secret_hash: null } }),
    );
    assert.deepEqual(await told(`/test/fill?tenant=${large.id}`, requests), []);
  }
}

/** Tokens for the orders of a tenant that no gate has seen: of clients and users in turn. */
function unknown(tenant: Tenancy, clients: (index: number) => string, users: (index: number) => string): Promise<string[]> {
  const own = { tid: tenant.id };
  return Promise.all(
    Array.from({ length: UNKNOWN }, (_, index) =>
      signed(
        signingKey("ES256"),
        index % 2 === 0
          ? clientClaims(tenant.origin, "orders", "orders:read", { ...own, sub: clients(index), client_id: clients(index) })
          : userClaims(tenant.origin, "orders", "orders:read", users(index), own),
      ),
    ),
  );
}

const urlOf = ({ origin }: Tenancy): string => `${origin}/demo/orders/1`;

/** Microseconds for each decision, from sending the request to its answer. */
async function decided(tenant: Tenancy, tokens: string[]): Promise<number> {
  const began = performance.now();
  const { status, text } = await tenant.send("POST", "/test/decisions", { body: { url: urlOf(tenant), tokens } });
  const elapsed = performance.now() - began;
  assert.deepEqual([status, text], [200, String(tokens.length)], "the gate admits every request");
  return (1_000 * elapsed) / tokens.length;
}

const median = (values: number[]): number => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

/** Medians over the rounds: microseconds for each decision, and how they compare within a round. */
interface Times {
  small: number;
  large: number;
  ratio: number;
}

async function measured(clients: (index: number) => string, users: (index: number) => string): Promise<Record<"known" | "unknown", Times>> {
  const known: [number, number][] = [];
  const others: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const tokens = [await unknown(small, () => "orders-backend", () => "ada"), await unknown(large, clients, users)] as const;
    const turns = round % 2 === 0 ? [0, 1] as const : [1, 0] as const;
    const once: [number, number] = [0, 0];
    const again: [number, number] = [0, 0];
    for (const turn of turns) once[turn] = await decided(turn === 0 ? small : large, tokens[turn]);
    for (const turn of turns) again[turn] = await decided(turn === 0 ? small : large, new Array<string>(KNOWN).fill(tokens[turn][0] ?? ""));
    others.push(once);
    known.push(again);
  }
  const over = (of: [number, number][]): Times => ({
    small: median(of.map(([own]) => own)),
    large: median(of.map(([, own]) => own)),
    ratio: median(of.map(([one, other]) => other / one)),
  });
  return { known: over(known), unknown: over(others) };
}

/** What a gate reads of the large tenant before it decides for the first time. */
async function gateReads(): Promise<Read[]> {
  const [token] = await unknown(large, () => "orders-backend", () => "ada");
  return told<Read[]>("/test/fresh", { url: urlOf(large), tokens: [token] });
}

/** What the authorization server reads while `work` goes on, by the kind of record. */
async function issuerReads(work: () => Promise<unknown>): Promise<string[]> {
  await told("/test/reads");
  await work();
  const reads = await told<Read[]>("/test/reads");
  // What is read again because time has passed is no part of it.
  const own = reads.filter(({ key }) => /\/(?:client|user|email)\//.test(key));
  return own.map(({ key }) => key.split("/")[2] ?? "").sort();
}

async function costs(name: string, userName: string): Promise<Record<string, string[]>> {
  let token = "";
  const secret = large.secret("orders-backend");
  return {
    "client's token": await issuerReads(() => large.ask(name, { grant_type: "client_credentials", resource: `${large.origin}/demo/orders` }, secret)),
    "user's login": await issuerReads(async () => ({ refresh_token: token } = await large.userTokens(userName))),
    refresh: await issuerReads(() => large.ask("shop-web", { grant_type: "refresh_token", refresh_token: token })),
  };
}

/** Milliseconds that the answer of management takes, as a median. */
async function answers(path: string): Promise<number> {
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const began = performance.now();
    await large.manage("GET", path);
    times.push(performance.now() - began);
  }
  return median(times);
}

const PAGES: Record<string, string> = {
  "first 100 users": "/v1/users?limit=100",
  "100 users in the middle": `/v1/users?limit=100&cursor=${Buffer.from("u5").toString("base64url")}`,
  "100 of an application's users": "/v1/applications/shop/users?limit=100",
  "search among users": `/v1/users?limit=100&search=${lastUser}`,
  "first 100 clients": "/v1/clients?limit=100",
  "search among clients": `/v1/clients?limit=100&search=${clientId(CLIENTS - 1)}`,
  "one user": `/v1/users/${lastUser}`,
};

interface Measured {
  times: Record<"known" | "unknown", Times>;
  gate: Read[];
  issuer: Record<string, string[]>;
}

describe(`a tenant of ${CLIENTS.toLocaleString("en")} clients and ${USERS.toLocaleString("en")} users`, () => {
  const seconds: Record<string, number> = {};
  let without: Measured;
  let full: Measured;

  async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    seconds[name] = Math.round((performance.now() - began) / 100) / 10;
    return result;
  }

  before(async () => {
    await imported(small, withKeys);
    await imported(large, withKeys);
    await measured(() => "orders-backend", () => "ada");
    without = { gate: await gateReads(), issuer: await costs("orders-backend", "ada"), times: await measured(() => "orders-backend", () => "ada") };
    await timed("adding clients", () => fill("client", CLIENTS, client));
    await timed("adding users", () => fill("user", USERS, user));
    await timed("publishing the rest", () => large.settled());
    full = {
      gate: await gateReads(),
      issuer: await costs(clientId(CLIENTS - 1), lastUser),
      times: await measured((index) => clientId(index), (index) => userId(USERS - 1 - index)),
    };
  });

  test("holds and has published all of them", async () => {
    const [{ clients, users } = {}] = await large.worker.objects("Directory").query(
      large.id,
      "SELECT count(*) FILTER (WHERE kind = 'client') AS clients, count(*) FILTER (WHERE kind = 'user') AS users FROM entity",
    );
    assert.ok(Number(clients) > CLIENTS && Number(users) > USERS);
    // Each user has a record of their own and one of their address.
    assert.ok((await told<number>("/test/published")) >= CLIENTS + 2 * USERS);
  });

  for (const kind of ["known", "unknown"] as const) {
    test(`lets the gate decide as fast as it did without them, by a token that is ${kind} to it`, () => {
      const slower = full.times[kind].ratio / without.times[kind].ratio;
      assert.ok(slower < SLOWER, `${slower.toFixed(2)} times as long`);
    });
  }

  test("lets the gate read what it did without them, to the octet", () => {
    assert.deepEqual(full.gate, without.gate);
    assert.ok(full.gate.some(({ key, octets }) => key === `tenant/${large.id}` && octets !== null));
  });

  test("lets the authorization server read what it did without them, for a token, a login and a refresh", () => {
    assert.deepEqual(full.issuer, without.issuer);
    assert.deepEqual(full.issuer["client's token"], ["client"]);
    assert.deepEqual(full.issuer["refresh"], ["client", "user"]);
  });

  test("is listed page by page", async () => {
    const octets = full.gate.reduce((sum, { octets: own }) => sum + (own ?? 0), 0);
    const figures: Record<string, number> = { "octets the gate reads": octets };
    for (const [name, of] of [["without", without], ["with all", full]] as const) {
      for (const kind of ["known", "unknown"] as const) {
        figures[`µs a decision, ${kind} token, ${name}`] = Math.round(of.times[kind].large);
        figures[`µs beside in the small tenant, ${kind} token, ${name}`] = Math.round(of.times[kind].small);
      }
    }
    for (const [name, path] of Object.entries(PAGES)) figures[`ms ${name}`] = Math.round(await answers(path));
    for (const [name, value] of Object.entries(seconds)) figures[`s ${name}`] = value;
    // Figures of several rounds are no sums, so each has a line of its own.
    report(`scale of ${CLIENTS} clients and ${USERS} users, round ${SEED}`, SEED, figures);
  });
});

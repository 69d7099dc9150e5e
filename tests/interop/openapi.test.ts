/** The OpenAPI document of the API: that it is true, by asking for everything in it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { secretHash } from "audgate";
import * as demo from "../support/demo.ts";
import { basic } from "../support/http.ts";
import { type Asked, misfitsOf } from "../support/json_schema.ts";
import { startPythonFor } from "../support/python.ts";
import { claimsOf } from "../support/tokens.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const SEED = Number(process.env["SEED"] || 1);
/** Random requests for an operation. */
const EXAMPLES = Number(process.env["FUZZ_EXAMPLES"] || 12);
/** Whether every place of a body is brought to its bounds, which takes minutes. */
const THOROUGH = EXAMPLES > 12;
const PATIENCE = THOROUGH ? 1_500_000 : 240_000;
const PHASES = ["examples", "coverage", "fuzzing"];
const BACKEND = "backend authentication";
const SECRET = "fuzzers-secret-of-more-than-32-characters";
const FUZZER = { client_id: "fuzzer", app_id: "fuzzing" };
const CLIENT = "orders-backend";
const METHODS = ["get", "post", "put", "delete"];

type Members = Record<string, any>;

interface Operation {
  operationId: string;
  tags: string[];
}

interface OpenApi {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Members;
}

interface Outcome {
  asked: Record<string, Record<string, number>>;
  failures: string[];
  seconds: Record<string, number>;
}

type Managed = demo.TenantDocument & Record<"applications" | "roles", Members[]>;

/**
 * The demo, with a client that manages it and that the requests do not end, and with something that can go; its directory
 * makes the keys.
 */
function document(port: number): Managed {
  const tenant = demo.document(port) as Managed;
  delete (tenant as Partial<Managed>).signing_keys;
  const { uri, access_token_ttl, refresh_token_ttl, max_refresh_rotate } = tenant.resources[0] as Members;
  const lifetimes = { access_token_ttl, refresh_token_ttl, max_refresh_rotate };
  tenant.resources.push({ resource_id: "idle", name: "Of nobody", uri: `${uri}-idle`, ...lifetimes });
  tenant.applications.push({ app_id: FUZZER.app_id, name: "Fuzzing", kind: "management" });
  tenant.clients.push({
    ...FUZZER,
    name: "Fuzzer",
    type: "backend",
    grants: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
    secret_hashes: [secretHash(SECRET)],
  });
  return tenant;
}

function startFuzzed(): Promise<RunningWorker> {
  return startWorker({ entries: (port) => demo.records(document(port)) });
}

/** An access token for the default resource. */
async function tokenOf(worker: RunningWorker, clientId: string, secret: string): Promise<string> {
  const response = await worker.fetch("/oidc/token", {
    method: "POST",
    headers: { authorization: basic(clientId, secret) },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Asks with a token; the body of the answer, which is none of a refusal. */
async function ask(worker: RunningWorker, token: string, method: string, path: string, body?: object): Promise<Members> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await worker.fetch(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Members;
}

const served = async (worker: RunningWorker): Promise<OpenApi> =>
  (await (await worker.fetch("/v1/openapi.json")).json()) as OpenApi;

/** Every operation of the document, as `GET /v1/roles`, that has one of these tags, or none of them. */
function operations({ paths }: OpenApi, has: (tags: string[]) => boolean): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined && has(item[method].tags)).map(
      (method) => `${method.toUpperCase()} ${path}`,
    ),
  );
}

/** Logs a user in by a link, and what can be asked with that. */
async function loggedIn(worker: RunningWorker, token: string): Promise<Members> {
  const redirect_uri = `${worker.origin}/demo/callback`;
  await ask(worker, token, "POST", "/v1/auth/link/email/send", { email: "ada@shop.example", redirect_uri });
  const code = new URL((await worker.outbox()).at(-1)?.link ?? "").searchParams.get("code");
  const scope = "orders:read offline_access";
  return ask(worker, token, "POST", "/v1/auth/link/email/authenticate", {
    code,
    resource: `${worker.origin}/demo/orders`,
    scope,
  });
}

async function fuzzed(worker: RunningWorker, task: object): Promise<Outcome> {
  const program = startPythonFor(PATIENCE, "fuzz_api.py");
  const common = {
    document: `${worker.origin}/v1/openapi.json`,
    seed: SEED,
    examples: EXAMPLES,
    phases: PHASES,
    thorough: THOROUGH,
  };
  program.tell({ ...common, ...task });
  const outcome = (await program.next()) as Outcome;
  const requests = Object.values(outcome.asked)
    .flatMap((statuses) => Object.values(statuses))
    .reduce((sum, count) => sum + count, 0);
  const seconds = Object.entries(outcome.seconds).map(([phase, taken]) => `${phase} ${taken.toFixed(0)} s`);
  console.log(
    `schemathesis, seed ${SEED}: ${requests} requests of ${Object.keys(outcome.asked).length} operations; ${seconds.join(", ")}`,
  );
  return outcome;
}

/** The operations of which no answer was a success. */
const neverDone = ({ asked }: Outcome): string[] =>
  Object.entries(asked).flatMap(([label, statuses]) =>
    Object.keys(statuses).some((status) => status.startsWith("2")) ? [] : [label],
  );

describe("the OpenAPI document", async () => {
  const worker = await startFuzzed();
  after(() => worker.stop());

  test("is public, may be kept for five minutes, and names the issuer as its server", async () => {
    const response = await worker.fetch("/v1/openapi.json");
    const { openapi, servers } = (await response.json()) as OpenApi;
    assert.equal(response.headers.get("cache-control"), "public, max-age=300");
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.match(openapi, /^3\.1\./);
    assert.deepEqual(
      servers.map(({ url }) => url),
      [worker.origin],
    );
  });

  test("is read and not written", async () => {
    const response = await worker.fetch("/v1/openapi.json", { method: "POST" });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"]);
    const head = await worker.fetch("/v1/openapi.json", { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  });

  test("has every path and method of the management API, and no others", async () => {
    const lists: Record<string, string> = { LIST: "GET, POST", ONE: "GET, PUT, DELETE" };
    const source = readFileSync(new URL("../../src/issuer/management/route.rs", import.meta.url), "utf8");
    const routed = [...source.matchAll(/^ {4}Entry\("([^"]+)", (?:"([^"]+)"|(\w+)),/gm)].flatMap(
      ([, path, methods, named]) =>
        (methods ?? lists[named ?? ""] ?? "").split(", ").map((method) => `${method} /v1/${path}`),
    );
    const described = operations(await served(worker), (tags) => !tags.includes(BACKEND));
    assert.deepEqual(described.map((operation) => operation.replaceAll(/\{\w+\}/g, "*")).sort(), routed.sort());
  });

  test("has the calls of the backend authentication API, and no others", async () => {
    assert.deepEqual(operations(await served(worker), (tags) => tags.includes(BACKEND)).sort(), [
      "DELETE /v1/auth/users/{user_id}/sessions",
      "GET /v1/auth/users/{user_id}/sessions",
      "POST /v1/auth/link/email/authenticate",
      "POST /v1/auth/link/email/send",
      "POST /v1/auth/session/authenticate",
      "POST /v1/auth/session/logout",
      "POST /v1/auth/token/refresh",
    ]);
  });

  test("names each operation differently, and tells what each is for", async () => {
    const { paths } = await served(worker);
    const all = Object.values(paths).flatMap((item) => METHODS.flatMap((method) => item[method] ?? [])) as (Operation &
      Members)[];
    assert.equal(new Set(all.map(({ operationId }) => operationId)).size, all.length);
    for (const { operationId, summary, security, responses } of all) {
      assert.ok(summary.length > 8, operationId);
      assert.ok(security.length > 0 && responses["401"] !== undefined && responses["403"] !== undefined, operationId);
    }
  });

  test("has examples that fit their schemas", async () => {
    const { components, paths } = await served(worker);
    const asked: Asked[] = [];
    const places: string[] = [];
    const collect = (value: unknown, place: string): void => {
      if (typeof value !== "object" || value === null) return;
      const { schema, example } = value as Members;
      if (schema !== undefined && example !== undefined) {
        asked.push({ schema, document: example });
        places.push(place);
      }
      for (const [name, member] of Object.entries(value)) if (name !== "example") collect(member, `${place}/${name}`);
    };
    collect({ paths, responses: components.responses, parameters: components.parameters }, "");
    const found = await misfitsOf(asked, { components });
    assert.ok(asked.length > 60, `${asked.length} examples`);
    assert.deepEqual(
      places.flatMap((place, index) => (found[index]?.length === 0 ? [] : [`${place} at ${found[index]}`])),
      [],
    );
  });
});

test("a login, and what can be done with it, is answered as the document says", async (context) => {
  const worker = await startFuzzed();
  context.after(() => worker.stop());
  const { components, paths } = await served(worker);
  const token = await tokenOf(worker, CLIENT, demo.secretOf(CLIENT));
  const login = await loggedIn(worker, token);
  const { session_id, refresh_token } = login;
  const answers: [operation: string, answer: Members][] = [
    ["/v1/auth/link/email/authenticate", login],
    ["/v1/auth/session/authenticate", await ask(worker, token, "POST", "/v1/auth/session/authenticate", { session_id })],
    ["/v1/auth/token/refresh", await ask(worker, token, "POST", "/v1/auth/token/refresh", { refresh_token })],
  ];
  const asked = answers.map(([path, answer]) => ({
    schema: (paths[path]?.["post"] as Members).responses["200"].content["application/json"].schema as object,
    document: answer,
  }));
  assert.deepEqual(
    await misfitsOf(asked, { components }),
    answers.map(() => []),
  );
});

const ids = (list: Members[], member: string): string[] => list.map((element) => element[member] as string);

describe("of everything that the document describes, asked by schemathesis,", () => {
  test("the management API answers as described, and has no server error", async (context) => {
    const worker = await startFuzzed();
    context.after(() => worker.stop());
    const tenant = document(worker.port);
    const token = await tokenOf(worker, FUZZER.client_id, SECRET);
    await ask(worker, token, "PUT", "/v1/tenant", tenant);
    const tokens = await loggedIn(worker, await tokenOf(worker, CLIENT, demo.secretOf(CLIENT)));
    const known = {
      user_id: ids(tenant.users, "user_id"),
      resource_id: ids(tenant.resources, "resource_id"),
      role_id: ids(tenant.roles, "role_id"),
      app_id: ids(tenant.applications, "app_id"),
      client_id: ids(tenant.clients, "client_id"),
      session_id: [claimsOf(tokens.access_token).sid],
      resourceUri: ids(tenant.resources, "uri"),
      resource: ids(tenant.resources, "uri"),
    };
    const outcome = await fuzzed(worker, {
      token,
      phases: [...PHASES, "stateful"],
      without: [BACKEND],
      known,
      spared: FUZZER,
      tenant,
    });
    assert.deepEqual(outcome.failures, []);
    assert.deepEqual(
      Object.keys(outcome.asked).sort(),
      operations(await served(worker), (tags) => !tags.includes(BACKEND)).sort(),
    );
    // What goes is gone, or in use; and an announced key waits for an hour.
    assert.deepEqual(
      neverDone(outcome).filter((label) => !label.startsWith("DELETE ") && label !== "PUT /v1/keys/{kid}"),
      [],
    );
    await ask(worker, token, "GET", "/v1/publication");
  });

  test("the backend authentication API answers as described, and has no server error", async (context) => {
    const worker = await startFuzzed();
    context.after(() => worker.stop());
    const tenant = document(worker.port);
    const token = await tokenOf(worker, CLIENT, demo.secretOf(CLIENT));
    const sessions = [await loggedIn(worker, token), await loggedIn(worker, token)];
    const known = {
      user_id: ids(tenant.users, "user_id"),
      session_id: ids(sessions, "session_id"),
      refresh_token: ids(sessions, "refresh_token"),
      resource: ids(tenant.resources, "uri"),
      email: ids(tenant.users, "email"),
      redirect_uri: [`${worker.origin}/demo/callback`],
    };
    const { tags } = await served(worker);
    const without = tags.map(({ name }) => name).filter((name) => name !== BACKEND);
    const outcome = await fuzzed(worker, { token, without, known });
    assert.deepEqual(outcome.failures, []);
    assert.deepEqual(
      Object.keys(outcome.asked).sort(),
      operations(await served(worker), (names) => names.includes(BACKEND)).sort(),
    );
    // A code works once, and a refresh token no longer than its session.
    const brief = ["POST /v1/auth/link/email/authenticate", "POST /v1/auth/token/refresh"];
    assert.deepEqual(
      neverDone(outcome).filter((label) => !brief.includes(label)),
      [],
    );
  });
});

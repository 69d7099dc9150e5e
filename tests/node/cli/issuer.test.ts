/** The command line at a real worker in workerd: a tenant from its first document to its backup. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as demo from "../../support/demo.ts";
import { seconds } from "../../support/tokens.ts";
import { type RunningWorker, startWorker } from "../../support/worker.ts";
import { atTerminal, audgate, Folder, json } from "./command.ts";

const folder = new Folder();
let worker: RunningWorker;
/** Without keys: the directory makes them. */
let tenant: demo.TenantDocument;
let file: string;

before(async () => {
  worker = await startWorker({ entries: (port) => demo.records(documentFor(port)) });
  tenant = documentFor(worker.port);
  file = folder.file("tenant.json", tenant);
});
after(() => worker.stop());

function documentFor(port: number): demo.TenantDocument {
  const { signing_keys: _, ...document } = demo.document(port);
  return document as demo.TenantDocument;
}

const as = (clientId: string, ...args: string[]) => [...args, "--issuer", worker.origin, "--client-id", clientId];
const given = (clientId: string) => ({ env: { AUDGATE_CLIENT_SECRET: demo.secretOf(clientId) } });
const run = (...args: string[]) => audgate(as("tenant-admin", ...args), given("tenant-admin"));
const value = (...args: string[]) => json(as("tenant-admin", ...args), given("tenant-admin"));

/** The document with another lifetime of access tokens for payments. */
function edited(name: string, accessTokenTtl: number): string {
  const copy = structuredClone(tenant);
  const payments = copy.resources.find(({ resource_id: id }) => id === "payments");
  Object.assign(payments ?? {}, { access_token_ttl: accessTokenTtl });
  return folder.file(name, copy);
}

describe("a directory that nobody has given a tenant", () => {
  test("has nothing to export", async () => {
    const { code, value: said } = await value("export");
    assert.equal(code, 1);
    assert.equal(said.error.code, "directory_empty");
  });

  test("gets nothing from a client that is none of a management application", async () => {
    const { code, stderr } = await audgate(as("orders-backend", "apply", file, "--yes"), given("orders-backend"));
    assert.equal(code, 1);
    assert.match(stderr, /this is for a client of a management application/);
  });

  test("gets nothing by a wrong secret", async () => {
    const { code, stderr } = await audgate(as("tenant-admin", "apply", file, "--yes"), given("orders-backend"));
    assert.equal(code, 1);
    assert.match(stderr, /invalid_client/);
  });

  test("gets nothing without --yes, and the plan is everything", async () => {
    const { code, stdout } = await run("apply", file);
    assert.equal(code, 1);
    assert.match(stdout, /^\+ resource orders$/m);
    assert.match(stdout, /^\d+ to create, none to change, none to delete$/m);
    assert.equal((await value("export")).value.error.code, "directory_empty");
  });

  test("gets its first document, and says when it is published", async () => {
    const { code, value: said, stderr } = await value("apply", file, "--yes", "--wait");
    assert.equal(code, 0, stderr);
    assert.equal(said.applied, true);
    assert.ok(said.published.version >= said.publication.version);
  });
});

describe("a tenant", () => {
  test("is what its document says", async () => {
    const { code, stdout } = await run("plan", file, "--detailed-exitcode");
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^nothing to do/);
  });

  test("is exported as a document that has no faults and changes nothing", async () => {
    const exported = folder.absent("exported.json");
    assert.equal((await run("export", "-o", exported)).code, 0);
    assert.equal((await audgate(["check", exported])).code, 0);
    assert.equal((await run("plan", exported, "--detailed-exitcode")).code, 0);
    const text = readFileSync(exported, "utf8");
    assert.equal((await run("export")).stdout, text, "the same text each time");
    for (const client of ["tenant-admin", "orders-backend"]) assert.ok(!text.includes(demo.secretOf(client)));
  });

  test("is planned by members, and changed by nothing but apply", async () => {
    const { code, stdout } = await run("plan", edited("planned.json", 600), "--detailed-exitcode");
    assert.equal(code, 2);
    assert.equal(stdout, "~ resource payments\n    ~ access_token_ttl: 300 (5 minutes) -> 600 (10 minutes)\n\nnone to create, 1 to change, none to delete\n");
    assert.equal((await run("plan", file, "--detailed-exitcode")).code, 0);
  });

  test("keeps its users where the document has none", async () => {
    const { users: _, ...others } = tenant;
    assert.equal((await run("plan", folder.file("without-users.json", others), "--detailed-exitcode")).code, 0);
  });

  test("loses a client only where the plan has said so", async () => {
    const copy = { ...tenant, clients: tenant.clients.filter(({ client_id: id }) => id !== "shop-checkout") };
    const { code, stdout } = await run("plan", folder.file("fewer.json", copy));
    assert.equal(code, 0);
    assert.match(stdout, /^- client shop-checkout\n    - client_id: "shop-checkout"$/m);
    assert.match(stdout, /\nnone to create, none to change, 1 to delete\n$/);
  });

  test("of another deployment is refused", async () => {
    const copy = { ...tenant, hosts: [...tenant.hosts, "login.acme.example"] };
    const { code, value: said } = await value("apply", folder.file("hosts.json", copy), "--yes");
    assert.equal(code, 1);
    assert.equal(said.error.code, "fixed");
  });

  test("is not changed by a plan that somebody else has overtaken", async () => {
    const mine = edited("mine.json", 700);
    const theirs = edited("theirs.json", 800);
    const answer = async (): Promise<string> => {
      assert.equal((await run("apply", theirs, "--yes")).code, 0);
      return "yes";
    };
    const { code, stderr } = await atTerminal(as("tenant-admin", "apply", mine), { ...given("tenant-admin"), answer });
    assert.equal(code, 1);
    assert.match(stderr, /nothing was changed: somebody has changed the tenant/);
    const { code: same } = await run("plan", theirs, "--detailed-exitcode");
    assert.equal(same, 0);
    assert.equal((await run("apply", file, "--yes", "--wait")).code, 0);
  });
});

describe("tokens", () => {
  const mint = (...more: string[]) =>
    audgate(as("shop-viewer", "token", "mint", "--resource", `${worker.origin}/demo/orders`, ...more), given("shop-viewer"));

  test("are minted and verified by the issuer's keys", async () => {
    const { code, stdout: token } = await mint();
    assert.equal(code, 0);
    const { code: verified, stdout } = await audgate(["token", "inspect", "--issuer", worker.origin], { input: token });
    assert.equal(verified, 0, stdout);
    assert.match(stdout, /^VERIFIED/);
    assert.match(stdout, /scopes\s+orders:read\n/);
  });

  test("are not minted for a resource that the client does not have", async () => {
    const { code, stderr } = await audgate(
      as("shop-viewer", "token", "mint", "--resource", `${worker.origin}/demo/payments`),
      given("shop-viewer"),
    );
    assert.equal(code, 1);
    assert.match(stderr, /invalid_target/);
  });

  test("are not minted with a scope that no role grants, and explain says so", async () => {
    const { code } = await mint("--scope", "orders:cancel");
    assert.equal(code, 1);
    const { code: explained, stdout } = await audgate(
      ["explain", "--as", "tenant-admin", "--issuer", worker.origin, "--client-id", "shop-viewer", "--resource", `${worker.origin}/demo/orders`],
      given("tenant-admin"),
    );
    assert.equal(explained, 0);
    assert.match(stdout, /\+ orders:read: granted: .*; granted by order-viewer\n/);
    assert.match(stdout, /- orders:cancel: not granted: no role grants it\n/);
  });

  test("decide on this machine as at the gate", async () => {
    const { stdout: token } = await mint();
    const tokenFile = folder.file("token.txt", token);
    for (const [method, status] of [["GET", 200], ["DELETE", 403]] as const) {
      const url = `${worker.origin}/demo/orders/42`;
      const { code } = await audgate(["explain", "--document", file, "--request", `${method} ${url}`, "--token-file", tokenFile, "--issuer", worker.origin]);
      const response = await fetch(url, { method, headers: { authorization: `Bearer ${token.trim()}` } });
      assert.equal(response.status, status);
      assert.equal(code, status === 200 ? 0 : 1);
    }
  });
});

describe("keys", () => {
  test("are listed, announced, and not moved on before everybody can know", async () => {
    const { value: listed } = await value("keys", "list");
    assert.ok(listed.keys.length > 0);
    const { code, value: rotated } = await value("keys", "rotate", "--algorithm", "ES256");
    assert.equal(code, 0);
    assert.equal(rotated.key.state, "next");
    const { code: early, value: refused, stderr } = await value("keys", "advance", rotated.key.kid, "--to", "current");
    assert.equal(early, 1);
    assert.equal(refused.error.code, "too_early");
    assert.match(stderr, /can be current from \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, in 1 hour/);
    assert.match((await run("keys", "list")).stdout, new RegExp(`^${rotated.key.kid}  ES256  next`, "m"));
  });

  test("are announced once", async () => {
    const { code, stderr } = await run("keys", "rotate", "--algorithm", "ES256");
    assert.equal(code, 1);
    assert.match(stderr, /a key that comes next exists already/);
  });

  test("of an algorithm that the tenant does not use are refused", async () => {
    assert.equal((await run("keys", "rotate", "--algorithm", "PS256")).code, 1);
  });
});

describe("a backup", () => {
  /** The record of the tenant by which refresh tokens are judged. */
  const published = async () => JSON.parse((await worker.config.get("tenant/demo")) ?? "{}") as Record<string, unknown>;

  test("brings back what was changed since, and revokes refresh tokens", async () => {
    const backup = folder.absent("backup.json");
    assert.equal((await run("backup", "-o", backup)).code, 0);
    assert.equal((await run("apply", edited("changed.json", 900), "--yes")).code, 0);
    assert.equal((await run("plan", backup, "--detailed-exitcode")).code, 2);
    assert.equal((await run("restore", backup)).code, 1, "nobody was asked");
    assert.equal((await published()).refresh_tokens_not_before, undefined);
    const began = seconds();
    const { code, value: said, stderr } = await value("restore", backup, "--yes", "--wait");
    assert.equal(code, 0, stderr);
    assert.equal(said.refresh_tokens_revoked, true);
    const record = await published();
    assert.ok(Number(record.refresh_tokens_not_before) > began);
    assert.ok(said.published.version >= Number(record.version), "what was waited for is the revocation too");
    assert.equal((await run("plan", backup, "--detailed-exitcode")).code, 0);
  });
});

/** `plan`, `apply` and `restore`: nothing is changed that was not shown and agreed to. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { document } from "../../support/demo.ts";
import { atTerminal, audgate, Folder, json } from "./command.ts";
import { type Reply, ScriptedIssuer, ScriptedTenant, type Sent } from "./scripted_issuer.ts";

const DRY = "PUT /v1/tenant?dry_run=true";
const REAL = "PUT /v1/tenant";
const REVOCATION = "POST /v1/tenant/refresh-tokens/revocation";

const folder = new Folder();
const file = folder.file("tenant.json", document(8787));
const faulty = folder.file("faulty.json", { ...document(8787), issuer: "nothing" });
const issuer = await ScriptedIssuer.start();
let tenant = new ScriptedTenant(issuer);
beforeEach(() => {
  issuer.reset();
  tenant = new ScriptedTenant(issuer);
  issuer.answers.set(REVOCATION, { status: 204 });
});

const given = (): { env: Record<string, string> } => ({ env: issuer.env });
const online = (...args: string[]): string[] => [...args, ...issuer.options];
const changed = (): boolean => issuer.calls.includes(REAL);

describe("plan", () => {
  test("shows every change with old and new value, and changes nothing", async () => {
    const { code, stdout } = await audgate(online("plan", file), given());
    assert.equal(code, 0);
    assert.equal(stdout, "~ resource payments\n    ~ access_token_ttl: 300 (5 minutes) -> 600 (10 minutes)\n\nnone to create, 1 to change, none to delete\n");
    assert.deepEqual(issuer.calls.slice(1), ["GET /v1/tenant", DRY]);
  });

  test("sends the document as it is in the file", async () => {
    await audgate(online("plan", file), given());
    assert.deepEqual(JSON.parse(issuer.sent.at(-1)?.body ?? ""), JSON.parse(JSON.stringify(document(8787))));
  });

  test("ends with 2 where there are changes, if that is asked for", async () => {
    assert.equal((await audgate(online("plan", file, "--detailed-exitcode"), given())).code, 2);
  });

  test("ends with 0 where there are none", async () => {
    tenant.changes = [];
    const { code, stdout } = await audgate(online("plan", file, "--detailed-exitcode"), given());
    assert.equal(code, 0);
    assert.match(stdout, /^nothing to do/);
  });

  test("is one JSON value with the changes and the revision", async () => {
    const { code, value } = await json(online("plan", file), given());
    assert.equal(code, 0);
    assert.deepEqual(value, { issuer: issuer.origin, revision: '"7"', changes: tenant.changes });
  });

  test("refuses a document with faults before it asks anybody", async () => {
    const { code, stderr } = await audgate(online("plan", faulty), given());
    assert.equal(code, 1);
    assert.match(stderr, /\$\.issuer/);
    assert.deepEqual(issuer.calls, []);
  });

  test("is made again when somebody changes the tenant while it is made", async () => {
    tenant.before.set(DRY, () => {
      tenant.revision += 1;
      tenant.before.clear();
    });
    const { code, value } = await json(online("plan", file), given());
    assert.equal(code, 0);
    assert.equal(value.revision, '"8"');
  });

  test("gives up on a tenant that changes all the time", async () => {
    tenant.before.set(DRY, () => (tenant.revision += 1));
    const { code, value } = await json(online("plan", file), given());
    assert.equal(code, 1);
    assert.equal(value.error.code, "precondition_failed");
  });

  test("shows the faults that only the issuer finds", async () => {
    issuer.answers.set(REAL, { status: 400, body: { message: ["$.uri: is bad (expected: good)", "$.name: too long (expected: shorter)"], error_code: "invalid_request" } });
    const { code, stderr } = await audgate(online("plan", file), given());
    assert.equal(code, 1);
    assert.match(stderr, /\$\.uri: is bad \(expected: good\)\n.*\$\.name: too long/);
  });

  test("says what to do about a document that is too large", async () => {
    issuer.answers.set(REAL, { status: 413, body: { message: ["the request body is too long"], error_code: "body_too_long" } });
    const { code, stderr } = await audgate(online("plan", file), given());
    assert.equal(code, 1);
    assert.match(stderr, /larger than the issuer reads; one without `users` leaves users as they are/);
  });

  test("shows why something cannot go", async () => {
    const used = [{ kind: "client", id: "orders-backend" }];
    issuer.answers.set(REAL, { status: 409, body: { message: ["it is in use"], error_code: "in_use", used_by: used } });
    const { code, value } = await json(online("plan", file), given());
    assert.equal(code, 1);
    assert.deepEqual(value.error.answer.used_by, used);
  });

  test("has no colours where nobody looks, and none where NO_COLOR is set", async () => {
    const { stdout } = await audgate(online("plan", file), given());
    assert.doesNotMatch(stdout, /\u001b/);
    assert.match((await atTerminal(online("plan", file), given())).stdout, /\u001b\[33m~/);
  });
});

describe("apply", () => {
  test("changes what was planned, and nothing later than that", async () => {
    const { code, stdout } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 0);
    assert.match(stdout, /access_token_ttl: 300.*600[\s\S]*\napplied; version 8 is on its way: every gate goes by it within 40 seconds\n$/);
    const [put] = issuer.sent.filter(({ method, path }) => `${method} ${path}` === REAL);
    assert.equal(put?.headers["if-match"], '"7"');
  });

  test("changes nothing where there is nothing to do", async () => {
    tenant.changes = [];
    const { code, stdout } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 0);
    assert.match(stdout, /^nothing to do/);
    assert.equal(changed(), false);
  });

  test("prints one JSON value, and the plan beside it", async () => {
    const { code, value, stderr } = await json(online("apply", file, "--yes"), given());
    assert.equal(code, 0);
    assert.equal(value.applied, true);
    assert.equal(value.changes.length, 1);
    assert.match(stderr, /~ access_token_ttl/);
  });

  test("gives an empty directory its first tenant, if it is still empty then", async () => {
    tenant.empty = true;
    const { code } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 0);
    assert.equal(issuer.sent.at(-1)?.headers["if-match"], '"0"');
  });

  test("does not take over a directory that was empty when the plan was made", async () => {
    tenant.empty = true;
    tenant.before.set(REAL, () => (tenant.empty = false));
    const { code, stderr } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 1);
    assert.match(stderr, /plan again/);
  });

  test("waits for publication where that is asked for", async () => {
    tenant.pending = 3;
    const { code, stdout } = await atTerminal(online("apply", file, "--yes", "--wait"), given());
    assert.equal(code, 0);
    assert.match(stdout, /applied; version 8 is published; every gate goes by it from 2026-11-18 11:07:20 UTC/);
    assert.equal(issuer.calls.filter((call) => call === "GET /v1/publication").length, 4);
  });

  test("ends with 3 where it is not published in time, and says that it is done", async () => {
    tenant.pending = 1_000_000;
    const { code, stderr } = await atTerminal(online("apply", file, "--yes", "--wait", "--timeout", "5"), given());
    assert.equal(code, 3);
    assert.match(stderr, /it is done, and not published yet after 5 seconds: \d+ records wait/);
  });
});

describe("an answer that does not come", () => {
  test("to a change leaves it open, and says so", async () => {
    const answered = issuer.answers.get(REAL) as (sent: Sent) => Reply;
    issuer.answers.set(REAL, (sent) => (sent.path.includes("dry_run") ? answered(sent) : { status: 0 }));
    const { code, stderr } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 3);
    assert.match(stderr, /the connection broke off\nwhether the tenant was changed cannot be told: plan again/);
  });

  test("to a question about the publication is asked for again", async () => {
    const answers: Reply[] = [{ status: 0 }, { status: 503, body: { error: "temporarily_unavailable" } }];
    const last = issuer.answers.get("GET /v1/publication") as () => Reply;
    issuer.answers.set("GET /v1/publication", () => answers.shift() ?? last());
    const { code, stdout } = await atTerminal(online("apply", file, "--yes", "--wait"), given());
    assert.equal(code, 0);
    assert.match(stdout, /version 8 is published/);
  });

  test("because it is refused says that the change is made", async () => {
    issuer.answers.set("GET /v1/publication", { status: 401, body: { error: "invalid_token", reason: "expired" } });
    const { code, value, stderr } = await json(online("apply", file, "--yes", "--wait"), given());
    assert.equal(code, 1);
    assert.match(stderr, /it is done, and whether it is published cannot be told/);
    assert.equal(value.error.applied, true);
  });
});

describe("apply changes nothing", () => {
  test("without --yes where nobody can be asked", async () => {
    const { code, stdout, stderr } = await audgate(online("apply", file), given());
    assert.equal(code, 1);
    assert.match(stdout, /access_token_ttl/);
    assert.match(stderr, /nothing was changed: there is nobody to ask here/);
    assert.equal(changed(), false);
  });

  for (const answer of ["no", "", "y", "YES", "yes, but", undefined]) {
    test(`at a terminal where the answer is ${JSON.stringify(answer)}`, async () => {
      const { code, asked, stderr } = await atTerminal(online("apply", file), { ...given(), answer: async () => answer });
      assert.equal(code, 1);
      assert.equal(asked.length, 1);
      assert.match(stderr, /nothing was changed/);
      assert.equal(changed(), false);
    });
  }

  test("before the plan is on the screen", async () => {
    let seen = "";
    const answer = async (): Promise<string> => {
      seen = changed() ? "changed" : "not changed";
      return "yes";
    };
    const { code, stdout, asked } = await atTerminal(online("apply", file), { ...given(), answer });
    assert.equal(code, 0);
    assert.equal(seen, "not changed");
    assert.match(asked[0] ?? "", /none to create, 1 to change, none to delete.*Only `yes`/);
    assert.match(stdout, /access_token_ttl/);
    assert.equal(changed(), true);
  });

  test("where somebody has changed the tenant since the plan", async () => {
    tenant.before.set(REAL, () => (tenant.revision += 1));
    const { code, stderr } = await audgate(online("apply", file, "--yes"), given());
    assert.equal(code, 1);
    assert.match(stderr, /nothing was changed: somebody has changed the tenant since this plan was made; plan again/);
    assert.equal(tenant.changes.length, 1);
  });

  test("where somebody does while the question is open", async () => {
    const answer = async (): Promise<string> => {
      tenant.revision += 1;
      return "yes";
    };
    const { code } = await atTerminal(online("apply", file), { ...given(), answer });
    assert.equal(code, 1);
    assert.equal(tenant.changes.length, 1);
  });

  test("by a document with faults", async () => {
    const { code } = await audgate(online("apply", faulty, "--yes"), given());
    assert.equal(code, 1);
    assert.deepEqual(issuer.calls, []);
  });

  test("by a file that is not there", async () => {
    const { code, value } = await json(online("apply", folder.absent("absent.json"), "--yes"), given());
    assert.equal(code, 1);
    assert.equal(value.error.code, "cannot_read");
    assert.deepEqual(issuer.calls, []);
  });
});

describe("restore", () => {
  test("makes the tenant equal to the backup and then revokes every refresh token", async () => {
    const { code, value } = await json(online("restore", file, "--yes"), given());
    assert.equal(code, 0);
    assert.deepEqual([value.restored, value.refresh_tokens_revoked], [true, true]);
    assert.deepEqual(issuer.calls.slice(-2), [REAL, REVOCATION]);
  });

  test("revokes them also where the tenant is as the backup says", async () => {
    tenant.changes = [];
    const { code } = await audgate(online("restore", file, "--yes"), given());
    assert.equal(code, 0);
    assert.deepEqual(issuer.calls.slice(-2), [DRY, REVOCATION]);
  });

  test("revokes nothing without --yes where nobody can be asked", async () => {
    tenant.changes = [];
    const { code } = await audgate(online("restore", file), given());
    assert.equal(code, 1);
    assert.ok(!issuer.calls.includes(REVOCATION));
  });

  test("revokes nothing where the tenant has changed since the plan", async () => {
    tenant.before.set(REAL, () => (tenant.revision += 1));
    const { code } = await audgate(online("restore", file, "--yes"), given());
    assert.equal(code, 1);
    assert.ok(!issuer.calls.includes(REVOCATION));
  });

  test("says loudly that tokens are not revoked where that fails", async () => {
    issuer.answers.set(REVOCATION, { status: 503, body: { error: "temporarily_unavailable" } });
    const { code, value, stderr } = await json(online("restore", file, "--yes"), given());
    assert.equal(code, 3);
    assert.match(stderr, /its refresh tokens are NOT revoked: restore again/);
    assert.deepEqual([value.error.restored, value.error.refresh_tokens_revoked], [true, false]);
  });
});

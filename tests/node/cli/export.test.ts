/** `export` and `backup`: files that change only where the tenant does, and that only their owner reads. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { document } from "../../support/demo.ts";
import { audgate, Folder, json } from "./command.ts";
import { ScriptedIssuer } from "./scripted_issuer.ts";

const folder = new Folder();
const tenant = JSON.parse(JSON.stringify(document(8787))) as ReturnType<typeof document>;
const issuer = await ScriptedIssuer.start();
beforeEach(() => {
  issuer.reset();
  issuer.answers.set("GET /v1/tenant", { status: 200, headers: { etag: '"7"' }, body: tenant });
});

const run = (...args: string[]) => audgate([...args, ...issuer.options], { env: issuer.env });

describe("export", () => {
  test("prints the document, and beside it what is in it", async () => {
    const { code, stdout, stderr } = await run("export");
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), tenant);
    assert.match(stderr, /it holds hashes of client secrets, and no secret in clear/);
  });

  test("writes a file that `check` takes", async () => {
    const file = folder.absent("exported.json");
    assert.equal((await run("export", "-o", file)).code, 0);
    assert.equal((await audgate(["check", file])).code, 0);
  });

  test("replaces a file in one step and leaves nothing else behind", async () => {
    const own = new Folder();
    const file = own.file("exported.json", "before");
    assert.equal((await run("export", "-o", file)).code, 0);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), tenant);
    assert.deepEqual(readdirSync(own.path), ["exported.json"]);
  });

  test("leaves users out where that is asked for", async () => {
    const { users: _, ...others } = tenant;
    assert.deepEqual(JSON.parse((await run("export", "--no-users")).stdout), others);
  });

  test("leaves the file as it was where the issuer refuses", async () => {
    issuer.answers.set("GET /v1/tenant", { status: 503, body: { error: "temporarily_unavailable" } });
    const file = folder.file("kept.json", "before");
    assert.equal((await run("export", "-o", file)).code, 3);
    assert.equal(readFileSync(file, "utf8"), "before");
  });

  test("refuses a folder that is not there", async () => {
    const { code, stderr } = await run("export", "-o", join(folder.path, "none", "a.json"));
    assert.equal(code, 1);
    assert.match(stderr, /cannot write .*there is no such file/);
  });

  test("of a directory that nobody has given a tenant is refused", async () => {
    issuer.answers.set("GET /v1/tenant", { status: 409, body: { message: ["nobody has given it a tenant"], error_code: "directory_empty" } });
    const { code, value } = await json(["export", ...issuer.options], { env: issuer.env });
    assert.equal(code, 1);
    assert.equal(value.error.code, "directory_empty");
  });
});

describe("backup", () => {
  test("writes everything into a file that only its owner reads", async () => {
    const file = folder.absent("backup.json");
    const { code, stdout } = await run("backup", "-o", file);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), tenant);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(stdout, /nor is MASTER_KEY/);
  });

  test("does not replace a file, and asks nobody", async () => {
    const file = folder.file("older.json", "before");
    const { code, stderr } = await run("backup", "-o", file);
    assert.equal(code, 1);
    assert.match(stderr, /is there already; --force replaces it/);
    assert.equal(readFileSync(file, "utf8"), "before");
    assert.deepEqual(issuer.calls, []);
  });

  test("replaces one with --force, which is its owner's only then", async () => {
    const file = folder.file("replaced.json", "before");
    assert.equal(statSync(file).mode & 0o077, 0o044);
    assert.equal((await run("backup", "-o", file, "--force")).code, 0);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(readdirSync(dirname(file)).every((name) => !name.startsWith("replaced.json.")));
  });

  test("is never printed", async () => {
    const { code, stdout } = await run("backup", "-o", "-");
    assert.equal(code, 1);
    assert.equal(stdout, "");
  });

  test("needs a file", async () => {
    const { code, stderr } = await run("backup");
    assert.equal(code, 1);
    assert.match(stderr, /required option '-o, --output <file>'/);
  });
});

/** `publish`, `secret-hash` and `master-key`: what a deployment begins with. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { secretHash } from "audgate";
import { document, records, valueOf } from "../../support/demo.ts";
import { audgate, atTerminal, Folder, json } from "./command.ts";

const folder = new Folder();
const tenant = document(8787);
const file = folder.file("tenant.json", tenant);
const secret = randomBytes(32).toString("base64url");

describe("publish", () => {
  test("prints the entries for `wrangler kv bulk put` and nothing else on standard output", async () => {
    const { code, stdout, stderr } = await audgate(["publish", file]);
    assert.equal(code, 0);
    const entries = JSON.parse(stdout) as { key: string; value: string }[];
    assert.deepEqual(entries.map(({ key }) => key).sort(), records(tenant).map(({ key }) => key).sort());
    for (const entry of entries) assert.deepEqual(Object.keys(entry), ["key", "value"]);
    assert.match(stderr, /wrangler kv bulk put records\.json --binding CONFIG --remote/);
  });

  test("goes on from the version in force", async () => {
    const later = Math.floor(Date.now() / 1_000) + 1_000_000;
    const previous = folder.file("previous.json", valueOf(records(tenant, { at: later }), "tenant/demo"));
    const { value } = await json(["publish", file, "--previous", previous]);
    const record = JSON.parse(valueOf(value, "tenant/demo")) as { version: number };
    assert.ok(record.version > later);
  });

  const refused: [string, string[]][] = [
    ["a document with faults", [folder.file("faulty.json", { ...tenant, issuer: "nothing" })]],
    ["a previous record that cannot be read", [file, "--previous", folder.file("broken.json", "{")]],
    ["a previous record of another tenant", [file, "--previous", folder.file("other.json", valueOf(records({ ...tenant, tenant_id: "other" }), "tenant/other"))]],
    ["a previous record that is not there", [file, "--previous", folder.absent("none.json")]],
  ];
  for (const [name, args] of refused) {
    test(`refuses ${name}, and prints no entry`, async () => {
      const { code, stdout } = await audgate(["publish", ...args]);
      assert.equal(code, 1);
      assert.equal(stdout, "");
    });
  }
});

describe("secret-hash", () => {
  for (const [name, end] of [["a line feed", "\n"], ["a line feed of Windows", "\r\n"], ["nothing", ""]] as const) {
    test(`hashes what stands on standard input, which ends with ${name}`, async () => {
      const { code, stdout } = await audgate(["secret-hash"], { input: `${secret}${end}` });
      assert.equal(code, 0);
      assert.equal(stdout, `${secretHash(secret)}\n`);
    });
  }

  test("is one JSON value where that is asked for", async () => {
    assert.deepEqual((await json(["secret-hash"], { input: secret })).value, { secret_hash: secretHash(secret) });
  });

  for (const [name, input] of [["one that is too short", secret.slice(0, 31)], ["one that is too long", secret.repeat(6)], ["two lines", `${secret}\n${secret}`], ["nothing", ""]] as const) {
    test(`refuses ${name} without repeating it`, async () => {
      const { code, stdout, stderr } = await audgate(["secret-hash"], { input });
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.ok(input === "" || !stderr.includes(input.split("\n")[0] as string));
    });
  }

  test("does not read where the screen would show it", async () => {
    const { code, stderr } = await atTerminal(["secret-hash"], {});
    assert.equal(code, 1);
    assert.match(stderr, /pipe it/);
  });
});

describe("master-key", () => {
  test("is a number and 32 fresh octets", async () => {
    const keys = await Promise.all([1, 2].map(async () => (await audgate(["master-key"])).stdout));
    for (const key of keys) assert.match(key, /^1:[A-Za-z0-9_-]{43}\n$/);
    assert.notEqual(keys[0], keys[1]);
  });

  test("has the number that is asked for", async () => {
    assert.match((await json(["master-key", "--number", "2"])).value.master_key, /^2:/);
  });

  for (const number of ["0", "-1", "1.5", "two", "256"]) {
    test(`has no number ${number}`, async () => {
      const { code, stdout } = await audgate(["master-key", `--number=${number}`]);
      assert.equal(code, 1);
      assert.equal(stdout, "");
    });
  }

  test("is one that the server takes", async () => {
    const { instances } = await import("../../../pkg/dist/cli/core.js");
    const [one, two] = [await audgate(["master-key"]), await audgate(["master-key", "--number", "255"])];
    for (const { stdout } of [one, two]) assert.equal(instances.current().use((core) => core.masterKeyFault(stdout.trim())), undefined);
  });
});

/** `audgate check`: all faults, as a compiler reports them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { document, secretOf, signingKey } from "../../support/demo.ts";
import { audgate, Folder, json } from "./command.ts";

const folder = new Folder();
const good = folder.file("good.json", document(8787));

test("a document without faults ends with 0 and says how soon revocation works", async () => {
  const { code, stdout, stderr } = await audgate(["check", good]);
  assert.equal(code, 0);
  assert.match(stdout, /good\.json: no faults; .* within 52 s\n$/);
  assert.equal(stderr, "");
});

test("standard input is `-`", async () => {
  const { code, value } = await json(["check", "-"], { input: JSON.stringify(document(8787)) });
  assert.equal(code, 0);
  assert.deepEqual(value, { ok: true, file: "-", revocation_bound: 52 });
});

describe("faults", () => {
  const tenant = document(8787);
  Object.assign(tenant.resources[0] ?? {}, { access_token_ttl: 0 });
  Object.assign(tenant.clients[0] ?? {}, { resources: [{ resource_id: "nothing", scopes: [] }] });
  delete (tenant.resources[1] as Record<string, unknown>).uri;
  const file = folder.file("faulty.json", tenant);
  const lines = JSON.stringify(tenant, null, 2).split("\n");

  test("end with 1 and are all reported, each with line, column, path and what would be right", async () => {
    const { code, stdout, stderr } = await audgate(["check", file]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const line = lines.findIndex((text) => text.includes('"access_token_ttl": 0')) + 1;
    assert.ok(stderr.includes(`${file}:${line}:27: $.resources[0].access_token_ttl: is 0`), stderr);
    assert.match(stderr, /\d+:\d+: \$\.resources\[1\].*\buri\b/);
    assert.match(stderr, /\d+:\d+: \$\.clients\[0\]\.resources\[0\]\.resource_id: there is no resource `nothing`\n    expected: /);
    assert.match(stderr, /\n3 faults\n$/);
  });

  test("are one JSON value with --json", async () => {
    const { code, value } = await json(["check", file]);
    assert.equal(code, 1);
    assert.equal(value.ok, false);
    assert.equal(value.faults.length, 3);
    for (const fault of value.faults) {
      assert.deepEqual(Object.keys(fault), ["path", "problem", "expected", "line", "column"]);
    }
  });
});

describe("a file that is no document is refused with 1", () => {
  const cases: [string, string, RegExp][] = [
    ["broken JSON, with its line", '{\n  "tenant_id": "a",\n  "issuer"; 1\n}', /broken\.json:3:11: \$: not JSON/],
    ["a member that stands twice, with its line", '{\n  "tenant_id": "a",\n  "tenant_id": "b"\n}', /broken\.json:3:\d+: .*a name stands twice/],
    ["an empty file", "", /\$: /],
    ["a byte-order mark", `\ufeff${JSON.stringify(document(8787))}`, /\$: not JSON/],
    ["something else than an object", "[]", /\$: /],
    ["a nesting without end", "[".repeat(100_000), /\$: /],
  ];
  for (const [name, text, says] of cases) {
    test(name, async () => {
      const { code, stderr } = await audgate(["check", folder.file("broken.json", text)]);
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  test("one that is not there", async () => {
    const { code, stderr } = await audgate(["check", folder.absent("absent.json")]);
    assert.equal(code, 1);
    assert.match(stderr, /^audgate: cannot read `.*absent\.json`: there is no such file\n$/);
  });

  test("a folder", async () => {
    const { code, value } = await json(["check", folder.path]);
    assert.equal(code, 1);
    assert.equal(value.error.code, "cannot_read");
  });

  test("octets that are not UTF-8", async () => {
    const file = folder.file("latin1.json", "");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(file, Buffer.from([0x7b, 0xe9, 0x7d]));
    const { code, stderr } = await audgate(["check", file]);
    assert.equal(code, 1);
    assert.match(stderr, /is not UTF-8/);
  });
});

describe("a secret that stands in a document in clear is a fault and is not shown", () => {
  const secrets: [string, string, (tenant: ReturnType<typeof document>) => void][] = [
    ["a client's", secretOf("orders-backend"), ({ clients }) => Object.assign(clients[0] ?? {}, { secret_hashes: [secretOf("orders-backend")] })],
    ["a private key", signingKey("ES256").d ?? "", (tenant) => (tenant.signing_keys = [{ state: "current", jwk: signingKey("ES256") }])],
  ];
  for (const [name, secret, change] of secrets) {
    test(name, async () => {
      const tenant = document(8787);
      change(tenant);
      const file = folder.file("secret.json", tenant);
      for (const more of [[], ["--json"]]) {
        const { code, stdout, stderr } = await audgate(["check", file, ...more]);
        assert.equal(code, 1);
        assert.ok(!`${stdout}${stderr}`.includes(secret));
      }
    });
  }
});

test("what a document says cannot command the terminal", async () => {
  const tenant = document(8787);
  Object.assign(tenant.clients[0] ?? {}, { resources: [{ resource_id: "\u001b[2Jgone\u202e", scopes: [] }] });
  const { code, stderr } = await audgate(["check", folder.file("escape.json", tenant)]);
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, /[\u001b\u202e]/);
});

/** What the command line understands, and how it refuses the rest. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { audgate, json } from "./command.ts";

const SECRET = "a-secret-that-nobody-may-see-0123456789";
const ONLINE = [
  ["plan", "tenant.json"],
  ["apply", "tenant.json"],
  ["restore", "tenant.json"],
  ["export"],
  ["backup", "-o", "backup.json"],
  ["token", "mint", "--resource", "https://shop.example/orders"],
  ["keys", "list"],
  ["keys", "rotate", "--algorithm", "ES256"],
  ["keys", "advance", "key-1", "--to", "current"],
];

describe("arguments that are not understood are refused with 1, on standard error, without a stack trace", () => {
  const refused: [string, string[], RegExp][] = [
    ["an unknown command", ["chekc", "tenant.json"], /unknown command 'chekc'\n\(Did you mean check\?\)/],
    ["no command", [], /Usage: audgate/],
    ["a group without a command", ["token"], /Usage: audgate token/],
    ["an unknown command of a group", ["keys", "remove"], /unknown command 'remove'/],
    ["an unknown option", ["check", "a.json", "--fix"], /unknown option '--fix'/],
    ["a missing argument", ["check"], /missing required argument 'file'/],
    ["an argument too many", ["check", "a.json", "b.json"], /too many arguments/],
    ["a missing issuer", ["plan", "a.json"], /required option '--issuer <url>'/],
    ["a state that no key is moved to", ["keys", "advance", "k", "--to", "next", "--issuer", "https://a.example"], /Allowed choices are current, disabled/],
    ["a number that is none", ["master-key", "--number", "one"], /A whole number/],
    ["two questions at once", ["explain", "--client-id", "a", "--document", "b"], /either by --client-id and --resource/],
    ["no question", ["explain"], /either by --client-id and --resource/],
    ["half a question", ["explain", "--client-id", "a", "--issuer", "https://a.example"], /belong together/],
    ["half of another", ["explain", "--document", "a.json"], /belong together/],
  ];
  for (const [name, args, says] of refused) {
    test(name, async () => {
      const { code, stdout, stderr } = await audgate(args);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }

  test("with --json as one JSON value", async () => {
    const { code, value } = await json(["check", "a.json", "--fix"]);
    assert.equal(code, 1);
    assert.equal(value.error.code, "usage");
  });
});

describe("a secret as an argument is refused and not repeated", () => {
  for (const args of [[`--client-secret=${SECRET}`], ["--client-secret", SECRET]]) {
    for (const command of [...ONLINE, ["check", "tenant.json"], ["explain"]]) {
      test(`${command.join(" ")} ${args.join(" ").replace(SECRET, "...")}`, async () => {
        const { code, stdout, stderr } = await audgate([...command, "--issuer", "https://login.acme.example", ...args]);
        assert.equal(code, 1);
        assert.match(stderr, /never an argument/);
        assert.ok(!`${stdout}${stderr}`.includes(SECRET));
      });
    }
  }

  test("under a name that does not exist", async () => {
    const { code, value, stderr } = await json(["check", "a.json", `--secret=${SECRET}`]);
    assert.equal(code, 1);
    assert.match(stderr, /unknown option '--secret=\.\.\.'/);
    assert.ok(!`${stderr}${JSON.stringify(value)}`.includes(SECRET));
  });
});

describe("an issuer is refused before anything is sent", () => {
  const refused: [string, string, RegExp][] = [
    ["plain http to another machine", "http://login.acme.example", /plain http: secrets and tokens would travel in clear/],
    ["plain http to a name that only looks like this machine", "http://localhost.acme.example", /plain http/],
    ["plain http to an address that is not this machine's", "http://128.0.0.1", /plain http/],
    ["plain http to every address", "http://0.0.0.0:8787", /plain http/],
    ["a password in it", `https://admin:${SECRET}@login.acme.example`, /a host and perhaps a port/],
    ["a path", "https://login.acme.example/oidc", /a host and perhaps a port/],
    ["a query", "https://login.acme.example/?a", /a host and perhaps a port/],
    ["another scheme", "ftp://login.acme.example", /a URL such as/],
    ["no URL", "login.acme.example", /a URL such as/],
  ];
  for (const [name, issuer, says] of refused) {
    test(name, async () => {
      const { code, stdout, stderr } = await audgate(["export", "--issuer", issuer, "--client-id", "admin"], {
        env: { AUDGATE_CLIENT_SECRET: SECRET },
      });
      assert.equal(code, 1);
      assert.match(stderr, says);
      assert.ok(!`${stdout}${stderr}`.includes(SECRET));
    });
  }
});

describe("without credentials nothing is sent", () => {
  test("no client", async () => {
    const { code, stderr } = await audgate(["export", "--issuer", "https://login.acme.example"]);
    assert.equal(code, 1);
    assert.match(stderr, /which client\?/);
  });

  test("no secret", async () => {
    const { code, stderr } = await audgate(["export", "--issuer", "https://login.acme.example", "--client-id", "admin"]);
    assert.equal(code, 1);
    assert.match(stderr, /AUDGATE_CLIENT_SECRET/);
  });

  test("a file of the secret that is not there", async () => {
    const { code, stderr } = await audgate(
      ["export", "--issuer", "https://login.acme.example", "--client-id", "admin", "--client-secret-file", "no-such-file"],
      { env: { AUDGATE_CLIENT_SECRET: SECRET } },
    );
    assert.equal(code, 1);
    assert.match(stderr, /cannot read `no-such-file`: there is no such file/);
  });
});

describe("--help", () => {
  test("of the program names every command, the exit codes and where the secret goes", async () => {
    const { code, stdout } = await audgate(["--help"]);
    assert.equal(code, 0);
    for (const name of ["check", "plan", "apply", "export", "backup", "restore", "publish", "secret-hash", "master-key", "token", "keys", "explain"]) {
      assert.match(stdout, new RegExp(`^  ${name}\\b`, "m"));
    }
    for (const word of ["AUDGATE_CLIENT_SECRET", "AUDGATE_ISSUER", "Exit codes", "--json"]) assert.ok(stdout.includes(word), word);
  });

  for (const command of [...ONLINE, ["check"], ["publish"], ["explain"], ["token", "inspect"], ["master-key"], ["secret-hash"]]) {
    const name = command.filter((word) => /^[a-z]+(?:-[a-z]+)?$/.test(word)).slice(0, 2).join(" ");
    test(`of ${name} is printed without anything else that it needs`, async () => {
      const { code, stdout, stderr } = await audgate([...command.slice(0, ["token", "keys"].includes(command[0] ?? "") ? 2 : 1), "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, /^Usage: audgate .*\n\n[A-Z]/);
      assert.equal(stderr, "");
    });
  }

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../../pkg/package.json", import.meta.url), "utf8")) as { version: string };
    const { code, stdout } = await audgate(["--version"]);
    assert.equal(code, 0);
    assert.equal(stdout, `${version}\n`);
  });
});

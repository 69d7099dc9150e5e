/** `make dev` without its build: what a newcomer sees, types and gets (issue 2, "Shown by" 1). */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { assertGateRefusal, assertTokenRefusal, challengeOf } from "../support/assertions.ts";
import { Checkout, dev, type Dev } from "../support/dev.ts";
import { basic, freePort, raw, requestText } from "../support/http.ts";

const checkout = new Checkout();
after(() => checkout.remove());

interface Health {
  status: string;
  version: number;
}

describe("the first start", async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  let running: Dev;
  let first: Health;
  before(async () => {
    running = dev(checkout, { PORT: String(port) });
    await running.announced;
    first = (await (await fetch(`${origin}/healthz`)).json()) as Health;
  });
  after(() => running.stop());

  async function ask(clientId: string, resource: string): Promise<Response> {
    return fetch(`${origin}/oidc/token`, {
      method: "POST",
      headers: { authorization: basic(clientId, checkout.secretOf(clientId)) },
      body: new URLSearchParams({ grant_type: "client_credentials", resource: `${origin}/demo/${resource}` }),
    });
  }
  const tokenOf = async (answer: Response): Promise<string> => ((await answer.json()) as { access_token: string }).access_token;

  test("says that it seeds, and ends with the URLs", () => {
    assert.match(running.output(), new RegExp(`seeding the local KV of port ${port}`));
    for (const url of [`${origin}/`, `${origin}/demo/orders`, `${origin}/demo/profile`, `${origin}/demo/payments`]) {
      assert.ok(running.output().includes(url), url);
    }
  });

  test("prints three curl lines: a token opens orders, and is invalid_token at payments", async () => {
    const [, lines = ""] = /^Try:\n((?: .*\n){3})/m.exec(running.output()) ?? [];
    assert.equal(lines.match(/curl /g)?.length, 3);
    const { stdout } = await promisify(execFile)("sh", ["-c", lines]);
    const [, orders = "", payments = ""] = stdout.split(/HTTP\/1\.1 /);
    assert.match(orders, /^200 /);
    assert.match(orders, /"order":"42"/);
    assert.match(payments, /^401 /);
    assert.match(payments, /^www-authenticate: Bearer .*error="invalid_token"/im);
    assert.ok(payments.includes(`resource_metadata="${origin}/.well-known/oauth-protected-resource/demo/payments"`));
  });

  test("a token without the scope is 403 insufficient_scope", async () => {
    const token = await tokenOf(await ask("shop-viewer", "orders"));
    const response = await fetch(`${origin}/demo/orders/42`, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
    assert.equal(challengeOf(response).error, "insufficient_scope");
    await assertGateRefusal(response, 403, "insufficient_scope");
  });

  test("an unassigned resource is invalid_target", async () =>
    assertTokenRefusal(await ask("orders-backend", "payments"), 400, "invalid_target"));

  test("dot segments on the wire do not lead from orders to payments", async () => {
    const token = await tokenOf(await ask("orders-backend", "orders"));
    const headers = [`Authorization: Bearer ${token}`];
    for (const target of ["/demo/orders/../payments", "/demo/orders/%2e%2e/payments", "/demo/./payments", "/demo//payments"]) {
      const response = await raw(port, requestText({ target, host: `localhost:${port}`, headers }));
      assert.ok([400, 401, 403, 404].includes(response.status), `${target}: ${response.status}`);
    }
  });

  test("the playground's page is served, and a gated path never is by an asset", async () => {
    assert.equal((await fetch(`${origin}/`)).headers.get("content-type")?.split(";")[0], "text/html");
    assert.equal((await fetch(`${origin}/demo/orders/index.html`)).status, 401);
  });

  test("a second one on the same port says that it is in use, and which to take", async () => {
    const second = dev(checkout, { PORT: String(port) });
    assert.equal(await second.ended, 1);
    assert.match(second.output(), new RegExp(`port ${port} is in use.*PORT=${port + 1}`));
  });

  test("ends when it is told to, and leaves the port free", async () => {
    await running.stop();
    await assert.rejects(fetch(`${origin}/healthz`));
  });

  describe("and the next", () => {
    let next: Dev;
    const start = async (environment: Record<string, string> = {}): Promise<Health> => {
      next = dev(checkout, { PORT: String(port), ...environment });
      await next.announced;
      return (await (await fetch(`${origin}/healthz`)).json()) as Health;
    };

    test("keeps what was seeded", async () => {
      const { version } = await start();
      assert.doesNotMatch(next.output(), /seeding/);
      // The directory has published since, by the same document.
      assert.ok(version >= first.version);
      await next.stop();
    });

    test("says so when the tenant's file has changed since, and keeps what was seeded", async () => {
      checkout.tenant = checkout.tenant.replace('"The shop itself"', '"The shop, renamed"');
      const { version } = await start();
      assert.match(next.output(), /has changed.*RESET=1/);
      // The directory has published since, by the same document.
      assert.ok(version >= first.version);
      await next.stop();
    });

    test("seeds anew with RESET=1, and the same secrets go on", async () => {
      const secret = checkout.secretOf("orders-backend");
      const { version } = await start({ RESET: "1" });
      assert.match(next.output(), /seeding/);
      assert.ok(version > first.version);
      assert.equal(checkout.secretOf("orders-backend"), secret);
      assert.equal((await ask("orders-backend", "orders")).status, 200);
      await next.stop();
    });
  });
});

describe("a tenant file with faults stops it with the list", () => {
  const faulty = new Checkout();
  after(() => faulty.remove());

  async function list(tenant: string): Promise<string> {
    faulty.tenant = tenant;
    const started = dev(faulty, { PORT: String(await freePort()) });
    assert.equal(await started.ended, 1);
    return started.output();
  }

  test("of every fault at once, each with its path and what would be right", async () => {
    const output = await list(
      checkout.tenant
        .replace('"access_token_ttl": 3600', '"access_token_ttl": 0')
        .replace('"clock_tolerance"', '"clock_tolerence"')
        .replace('"kind": "management"', '"kind": "root"'),
    );
    for (const path of ["$.resources[0].access_token_ttl", "$.settings", "$.applications[2].kind"]) {
      assert.ok(output.includes(`  ${path}`), `${path} in:\n${output}`);
    }
    assert.ok((output.match(/^ {4}expected: ./gm) ?? []).length >= 3);
    assert.doesNotMatch(output, /seeding|Audgate is up/);
  });

  test("and never quotes a secret's hash, nor the stack of a program", async () => {
    const output = await list(checkout.tenant.replace('"kind": "management"', '"kind": "root"'));
    assert.doesNotMatch(output, /sha256:|at .+:\d+:\d+/);
  });
});

describe("a port that is none", () => {
  for (const port of ["0", "65536", "http", "-1", "80.5"]) {
    test(`${port} is refused`, async () => {
      const started = dev(checkout, { PORT: port });
      assert.equal(await started.ended, 1);
      assert.match(started.output(), /PORT is a number from 1 to 65535/);
    });
  }
});

test("a port that something else listens at is not taken over", async () => {
  const port = await freePort();
  const other = createServer((_request, response) => response.end("other")).listen(port, "localhost");
  const started = dev(checkout, { PORT: String(port), RESET: "1" });
  assert.equal(await started.ended, 1);
  assert.equal(await (await fetch(`http://localhost:${port}/`)).text(), "other");
  other.close();
});

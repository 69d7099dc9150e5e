/** `audgate explain`: the decision of the gate with its trace, and the answer of the issuer. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { document, signingKey } from "../../support/demo.ts";
import { clientClaims, seconds, signed } from "../../support/tokens.ts";
import { audgate, Folder, json } from "./command.ts";
import { CLIENT, ScriptedIssuer } from "./scripted_issuer.ts";

const ORIGIN = "http://localhost:8787";
const ORDER = `GET ${ORIGIN}/demo/orders/42`;
const folder = new Folder();
const tenant = document(8787);
const file = folder.file("tenant.json", tenant);
const { signing_keys: signingKeys, ...withoutKeys } = tenant;
const managed = folder.file("managed.json", withoutKeys);
const jwks = folder.file("jwks.json", { keys: signingKeys.map(({ jwk }) => jwk) });
const issuer = await ScriptedIssuer.start();
beforeEach(() => issuer.reset());

const token = (resource: string, scope: string, others = {}) => signed(signingKey("ES256"), clientClaims(ORIGIN, resource, scope, others));
const asked = (request: string, ...more: string[]) => ["explain", "--document", file, "--request", request, ...more];
const good = folder.file("good.txt", await token("orders", "orders:read"));

describe("a request under a document", () => {
  test("is admitted with the facts that it rests on", async () => {
    const { code, stdout } = await audgate(asked(ORDER, "--token-file", good));
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^admitted  GET http:\/\/localhost:8787\/demo\/orders\/42\n/);
    for (const fact of [/resource +orders\n/, /rule +GET, HEAD \/\*\*\n/, /subject +orders-backend \(client\)\n/, /scopes of the token +orders:read\n/, /not looked at +whether the token was revoked\n/]) {
      assert.match(stdout, fact);
    }
  });

  test("is admitted where the rule is public, without a token", async () => {
    assert.equal((await audgate(asked(`GET ${ORIGIN}/demo/payments/status`))).code, 0);
  });

  test("has the gate's own decision with --json", async () => {
    const { code, value } = await json(asked(ORDER, "--token-file", good));
    assert.equal(code, 0);
    assert.equal(value.decision.type, "allow");
    assert.equal(value.decision.access.clientId, "orders-backend");
    assert.equal(value.revocation_looked_at, false);
  });

  test("may have its token on standard input", async () => {
    assert.equal((await audgate(asked(ORDER, "--token-file", "-"), { input: await token("orders", "orders:read") })).code, 0);
  });

  const tokens: [string, string, () => Promise<string | undefined>, string][] = [
    ["no token", ORDER, async () => undefined, "no_token"],
    ["a token for another resource", ORDER, () => token("payments", "orders:read"), "audience_mismatch"],
    ["a token without the scope", `DELETE ${ORIGIN}/demo/orders/42`, () => token("orders", "orders:read"), "insufficient_scope"],
    ["a token that has expired", ORDER, () => token("orders", "orders:read", { iat: seconds() - 900, exp: seconds() - 600 }), "expired"],
    ["a token of another tenant", ORDER, () => token("orders", "orders:read", { tid: "other" }), "tenant_mismatch"],
    ["a path that nothing covers", `GET ${ORIGIN}/elsewhere`, async () => undefined, "no_resource"],
    ["a path that could be read in two ways", `GET ${ORIGIN}/demo/orders/%2e%2e%2fpayments`, async () => undefined, "ambiguous_path"],
    ["what is no token", ORDER, async () => "not-a-token", "not_three_parts"],
  ];
  for (const [name, request, given, reason] of tokens) {
    test(`with ${name} is refused as ${reason}, and the token is not shown`, async () => {
      const text = await given();
      const more = text === undefined ? [] : ["--token-file", folder.file("token.txt", text)];
      const { code, value } = await json(asked(request, ...more));
      assert.equal(code, 1);
      assert.equal(value.decision.reason, reason);
      if (text !== undefined) assert.ok(!JSON.stringify(value).includes(text));
      const { stdout } = await audgate(asked(request, ...more));
      assert.match(stdout, new RegExp(`^refused  .*: ${reason}, status \\d{3}\n  because `));
    });
  }

  test("is decided as of the moment that is asked about", async () => {
    const later = await json(asked(ORDER, "--token-file", good, "--at", String(seconds() + 3_600)));
    assert.equal(later.value.decision.reason, "expired");
    const past = await json(asked(ORDER, "--token-file", good, "--at", "2020-01-01T00:00:00Z"));
    assert.equal(past.value.decision.reason, "not_yet_valid");
  });

  test("to a resource that asks accounts says that nobody was asked", async () => {
    const strong = structuredClone(tenant);
    Object.assign(strong.resources[0] ?? {}, { revocation: "strong" });
    const args = ["explain", "--document", folder.file("strong.json", strong), "--request", ORDER, "--token-file", good];
    const { code, stdout } = await audgate(args);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /whether the token was revoked; this resource asks the accounts/);
  });
});

describe("keys that the tenant's directory makes", () => {
  const args = ["explain", "--document", managed, "--request", ORDER, "--token-file", good];

  test("are given as a file", async () => {
    const { code, stdout } = await audgate([...args, "--jwks", jwks]);
    assert.equal(code, 0, stdout);
  });

  test("are fetched from the issuer", async () => {
    issuer.answers.set("GET /oidc/jwks", { status: 200, body: { keys: signingKeys.map(({ jwk }) => jwk) } });
    assert.equal((await audgate([...args, "--issuer", issuer.origin])).code, 0);
    assert.deepEqual(issuer.calls, ["GET /oidc/jwks"]);
  });

  test("are asked for where a token is to be looked at", async () => {
    const { code, stderr } = await audgate(args);
    assert.equal(code, 1);
    assert.match(stderr, /--jwks FILE/);
  });

  test("are not needed without a token", async () => {
    const { value } = await json(["explain", "--document", managed, "--request", ORDER]);
    assert.equal(value.decision.reason, "no_token");
  });

  for (const [name, text] of [["no JSON", "{"], ["no set", "{}"], ["a private key", JSON.stringify({ keys: [signingKey("ES256")] })]] as const) {
    test(`are refused where they are ${name}`, async () => {
      const { code, stderr, stdout } = await audgate([...args, "--jwks", folder.file("keys.json", text)]);
      assert.equal(code, 1);
      assert.ok(!`${stdout}${stderr}`.includes(signingKey("ES256").d ?? ""));
    });
  }
});

describe("what is no question about a request is refused", () => {
  const cases: [string, string[]][] = [
    ["a request without a method", asked(`${ORIGIN}/demo/orders`)],
    ["a request without a URL", asked("GET /demo/orders")],
    ["a request of another scheme", asked("GET file:///etc/passwd")],
    ["a method that no runtime sends", asked(`TRACE ${ORIGIN}/demo/orders`)],
    ["a moment that is none", asked(ORDER, "--at", "soon")],
    ["a token file that is not there", asked(ORDER, "--token-file", folder.absent("none.txt"))],
    ["a document with faults", ["explain", "--document", folder.file("faulty.json", { ...tenant, issuer: "x" }), "--request", ORDER]],
  ];
  for (const [name, args] of cases) {
    test(name, async () => {
      const { code, stdout, stderr } = await audgate(args);
      assert.equal(code, 1);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /\n\s+at /);
    });
  }
});

describe("a question to the issuer", () => {
  const question = ["explain", "--client-id", "shop-viewer", "--resource", `${ORIGIN}/demo/orders`, "--as", CLIENT];
  const run = (...more: string[]) => audgate([...question, "--issuer", issuer.origin, ...more], { env: issuer.env });
  const answer = {
    client_id: "shop-viewer",
    resource_id: "orders",
    granted: ["orders:read"],
    scopes: [
      { scope: "orders:read", granted: true, reason: "effective", roles: ["order-viewer"] },
      { scope: "orders:cancel", granted: false, reason: "not_granted_by_role", roles: [] },
      { scope: "orders:fly", granted: false, reason: "of_a_later_version" },
    ],
  };

  test("is asked by one client about another, and answered scope by scope", async () => {
    issuer.answers.set("GET /v1/explain", { status: 200, body: { result: answer } });
    const { code, stdout } = await run("--user-id", "ada");
    assert.equal(code, 0);
    const query = new URLSearchParams(issuer.sent.at(-1)?.path.split("?")[1]);
    assert.deepEqual(Object.fromEntries(query), { client_id: "shop-viewer", resource: `${ORIGIN}/demo/orders`, user_id: "ada" });
    assert.match(stdout, /^shop-viewer at orders\n  \+ orders:read: granted: .*; granted by order-viewer\n  - orders:cancel: not granted: no role grants it\n  - orders:fly: not granted: of_a_later_version\n$/);
  });

  test("ends with 1 where a scope that was asked about is not granted", async () => {
    issuer.answers.set("GET /v1/explain", { status: 200, body: { result: answer } });
    assert.equal((await run("--scope", "orders:read orders:cancel")).code, 1);
    assert.equal((await run("--scope", "orders:read")).code, 0);
  });

  test("ends with 1 where there would be no token at all, and says why", async () => {
    issuer.answers.set("GET /v1/explain", { status: 200, body: { result: { client_id: "shop-viewer", granted: [], scopes: [], refusal: "user_suspended" } } });
    const { code, stdout } = await run("--user-id", "ada");
    assert.equal(code, 1);
    assert.match(stdout, /no token: user_suspended: the user is suspended/);
  });

  test("about a client that is not there is refused", async () => {
    const { code, stderr } = await run();
    assert.equal(code, 1);
    assert.match(stderr, /not_found/);
  });

  test("needs somebody who asks", async () => {
    const { code, stderr } = await audgate([...question.slice(0, -2), "--issuer", issuer.origin], { env: issuer.env });
    assert.equal(code, 1);
    assert.match(stderr, /who asks\?/);
    assert.deepEqual(issuer.calls, []);
  });
});

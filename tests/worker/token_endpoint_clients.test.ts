/** Client authentication at the token endpoint: who is refused, and what the refusal and the log give away. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { secretHash } from "audgate";
import { assertTokenRefusal } from "../support/assertions.ts";
import { document, records, secretOf } from "../support/demo.ts";
import { basic } from "../support/http.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const SECRET = secretOf("orders-backend");
const WRONG = "canary-wrong-secret-0123456789abcdefghij";
const ODD_SECRET = "odd: secret+with/characters%of=the&form-encoding é";

let worker: RunningWorker;
before(async () => {
  worker = await startWorker({
    entries: (port) => {
      const tenant = document(port);
      const [template] = tenant.clients.filter((client) => client.client_id === "orders-backend");
      assert.ok(template !== undefined);
      tenant.clients.push(
        { ...template, client_id: "odd", secret_hashes: [secretHash(ODD_SECRET)] },
        { ...template, client_id: "two-secrets", secret_hashes: [secretHash("a".repeat(40)), secretHash("b".repeat(40))] },
      );
      return records(tenant);
    },
  });
});
after(() => worker.stop());

function ask(authorization: string | undefined, parameters: Record<string, string> = {}): Promise<Response> {
  return worker.fetch("/oidc/token", {
    method: "POST",
    headers: authorization === undefined ? {} : { authorization },
    body: new URLSearchParams({ grant_type: "client_credentials", ...parameters }),
  });
}

describe("a client that does not prove who it is gets invalid_client", () => {
  const header = (credentials: string | Buffer): string => `Basic ${Buffer.from(credentials as string).toString("base64")}`;
  const cases: [string, string | undefined, Record<string, string>?][] = [
    ["no authentication", undefined],
    ["an unknown client", basic("nobody", SECRET)],
    ["a wrong secret", basic("orders-backend", WRONG)],
    ["another client's secret", basic("partner-app", SECRET)],
    ["the hash of the secret as the secret", basic("orders-backend", secretHash(SECRET))],
    ["the secret but for its last character", basic("orders-backend", SECRET.slice(0, -1))],
    ["the secret and one character more", basic("orders-backend", `${SECRET}x`)],
    ["an empty secret", basic("orders-backend", "")],
    ["a secret of 10,000 characters", basic("orders-backend", "x".repeat(10_000))],
    ["an empty client", basic("", SECRET)],
    ["a client that names another key of the store", basic("../../tenant/demo", SECRET)],
    ["a client with a slash in it", basic("orders-backend/x", SECRET)],
    ["a client called __proto__", basic("__proto__", SECRET)],
    ["the client in upper case", basic("ORDERS-BACKEND", SECRET)],
    ["a scheme that is no scheme", "Basic"],
    ["Basic with nothing behind it", "Basic "],
    ["Basic that is no Base64", "Basic %%%"],
    ["Basic without a colon", header("orders-backend")],
    ["Basic with octets that are no UTF-8", header(Buffer.from([0xff, 0x3a, 0xff]))],
    ["Basic with a broken percent-encoding", header(`orders-backend:%zz${SECRET}`)],
    ["the Bearer scheme", `Bearer ${SECRET}`],
    ["two credentials in one field", `${basic("orders-backend", SECRET)}, ${basic("orders-backend", SECRET)}`],
    ["only a client_id in the form", undefined, { client_id: "orders-backend" }],
    ["a wrong secret in the form", undefined, { client_id: "orders-backend", client_secret: WRONG }],
    ["a secret in the form without a client", undefined, { client_secret: SECRET }],
    ["an assertion, which no client is registered for", undefined, { client_assertion: "x", client_id: "orders-backend" }],
  ];
  for (const [name, authorization, parameters] of cases) {
    test(name, async () => {
      const response = await ask(authorization, parameters);
      assert.equal(response.headers.get("www-authenticate"), `Basic realm="${worker.origin}"`);
      await assertTokenRefusal(response, 401, "invalid_client");
    });
  }
});

describe("a client that authenticates in two ways gets invalid_request", () => {
  const good = basic("orders-backend", SECRET);
  test("the secret in header and form", async () =>
    assertTokenRefusal(await ask(good, { client_secret: SECRET }), 400, "invalid_request"));
  test("a wrong secret in the form beside the right one in the header", async () =>
    assertTokenRefusal(await ask(good, { client_secret: WRONG }), 400, "invalid_request"));
  test("another client in the form", async () =>
    assertTokenRefusal(await ask(good, { client_id: "partner-app" }), 400, "invalid_request"));
  test("a secret and an assertion", async () =>
    assertTokenRefusal(await ask(good, { client_assertion: "x" }), 400, "invalid_request"));
});

describe("a client that proves who it is gets a token", () => {
  test("by a secret in the form", async () =>
    assert.equal((await ask(undefined, { client_id: "orders-backend", client_secret: SECRET })).status, 200));
  test("by the header, with its own client_id in the form too", async () =>
    assert.equal((await ask(basic("orders-backend", SECRET), { client_id: "orders-backend" })).status, 200));
  test("with a secret that the form-encoding changes", async () =>
    assert.equal((await ask(basic("odd", ODD_SECRET))).status, 200));
  for (const character of "ab") {
    test(`with the secret of ${character} while two are valid`, async () =>
      assert.equal((await ask(basic("two-secrets", character.repeat(40)))).status, 200));
  }
});

describe("nobody learns which clients exist", () => {
  test("unknown client and wrong secret get the same answer", async () => {
    const unknown = await ask(basic("nobody", WRONG));
    const wrong = await ask(basic("orders-backend", WRONG));
    assert.equal(await unknown.text(), await wrong.text());
    assert.deepEqual([...unknown.headers.keys()].sort(), [...wrong.headers.keys()].sort());
  });
});

describe("a secret shows up nowhere (D11)", () => {
  const attempts = (): Promise<Response>[] => [
    ask(basic("orders-backend", WRONG)),
    ask(basic(WRONG, SECRET)),
    ask(undefined, { client_id: "orders-backend", client_secret: WRONG }),
    ask(basic("orders-backend", SECRET), { client_secret: WRONG }),
    ask(basic("orders-backend", SECRET), { scope: WRONG }),
    ask(basic("orders-backend", SECRET), { resource: `https://${WRONG}.example/` }),
    ask(basic("orders-backend", SECRET), { grant_type: WRONG }),
    ask(`Bearer ${WRONG}`),
    ask(`Basic ${WRONG}`),
    worker.fetch("/oidc/token", { method: "POST", body: `client_secret=${WRONG}&client_secret=${SECRET}` }),
  ];

  test("not in any answer", async () => {
    for (const response of await Promise.all(attempts())) {
      assert.ok(response.status >= 400);
      const everything = `${await response.text()}${JSON.stringify([...response.headers])}`;
      for (const secret of [WRONG, SECRET]) assert.ok(!everything.includes(secret), everything);
    }
  });

  test("not in the log, nor does any token", async () => {
    const token = await worker.token("orders-backend", "orders");
    await worker.fetch("/demo/payments", { headers: { authorization: `Bearer ${token}` } });
    await Promise.all(attempts());
    await worker.logged("gate_refusal");
    const log = worker.log.join("\n");
    assert.match(log, /"reason":"authentication_failed"/);
    for (const secret of [WRONG, SECRET, token, token.split(".")[2] ?? ""]) assert.ok(!log.includes(secret));
  });
});

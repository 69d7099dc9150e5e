/** The tenant document: every fault at once, and what is published of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { check, publish, secretHash } from "audgate";
import { document, records, secretOf, signingKey, valueOf, type TenantDocument } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const tenant = document(8787);
const text = JSON.stringify(tenant);

function faults(given: string): { path: string; problem: string; expected: string }[] {
  const outcome = check(given);
  return outcome.ok ? [] : outcome.faults;
}

/** The demo's document as `change` leaves it. */
function changed(change: (tenant: TenantDocument) => void): string {
  const copy = structuredClone(tenant);
  change(copy);
  return JSON.stringify(copy);
}

test("the demo's document has no faults", () => assert.deepEqual(check(text), { ok: true, revocation_bound: 52 }));

describe("a text that is no document has one fault, at its root or where it breaks", () => {
  for (const given of ["", " ", "{", "null", "1", '"x"', "[]", `${text}x`, text.slice(0, -1), `\ufeff${text}`, "[".repeat(10_000), '{"tenant_id":"a","tenant_id":"b"}']) {
    test(JSON.stringify(given.slice(0, 30)), () => {
      const [fault] = faults(given);
      assert.match(fault?.path ?? "", /^\$/);
      assert.equal(publish(given, 1).ok, false);
    });
  }
});

describe("faults", () => {
  test("are all reported at once, each with its path, its problem and what would be right", () => {
    const found = faults(
      changed((copy) => {
        Object.assign(copy.resources[0] ?? {}, { access_token_ttl: 0 });
        Object.assign(copy.resources[1] ?? {}, { uri: copy.resources[0]?.uri });
        Object.assign(copy.resources[2] ?? {}, { refresh_token_ttl: 604_801 });
        Object.assign(copy.clients[0] ?? {}, { resources: [{ resource_id: "nothing", scopes: [] }] });
        copy.settings = { sessions: 1 };
      }),
    );
    const paths = found.map(({ path }) => path);
    for (const start of ["$.resources[0].access_token_ttl", "$.resources[1].uri", "$.resources[2].refresh_token_ttl", "$.clients[0].resources[0]", "$.settings"]) {
      assert.ok(paths.some((path) => path.startsWith(start)), `${start} among ${paths.join(", ")}`);
    }
    for (const { problem, expected } of found) assert.ok(problem !== "" && expected !== "");
  });

  const secrets: [string, (copy: TenantDocument) => void][] = [
    ["a client's secret in clear", (copy) => { Object.assign(copy.clients[0] ?? {}, { secret_hashes: [secretOf("orders-backend")] }); }],
    ["a private signing key", (copy) => { copy.signing_keys = [{ state: "current", jwk: signingKey("ES256") }]; }],
    ["a symmetric key with its value", (copy) => { copy.signing_keys.push({ state: "next", jwk: { kty: "oct", alg: "HS256", kid: "h", k: secretOf("orders-backend") } }); }],
  ];
  for (const [name, change] of secrets) {
    test(`name ${name}, and do not repeat it`, () => {
      const found = faults(changed(change));
      assert.ok(found.length > 0);
      const reported = JSON.stringify(found);
      for (const secret of [secretOf("orders-backend"), signingKey("ES256").d ?? ""]) assert.ok(!reported.includes(secret));
    });
  }
});

describe("what is published", () => {
  const entries = records(tenant, { at: 1_700_000_000 });

  test("is the tenant, each client, user, address and host, under keys of their own", () => {
    const clients = tenant.clients.map(({ client_id }) => `tenant/demo/client/${client_id}`);
    const hosts = tenant.hosts.map((host) => `host/${host}`);
    const users = tenant.users.map(({ user_id }) => `tenant/demo/user/${user_id}`);
    const keys = entries.map(({ key }) => key);
    const addresses = keys.filter((key) => key.startsWith("tenant/demo/email/"));
    assert.equal(addresses.length, users.length);
    assert.deepEqual(keys.sort(), ["tenant/demo", ...clients, ...users, ...addresses, ...hosts].sort());
  });
  test("keeps clients and users out of the tenant's record, whose cost must not grow with them", () => {
    const record = JSON.parse(valueOf(entries, "tenant/demo")) as object;
    for (const member of ["clients", "users", "applications", "$schema"]) assert.ok(!(member in record), member);
  });
  test("holds no secret in clear and no private key", () => {
    const everything = JSON.stringify(entries);
    for (const { client_id } of tenant.clients) assert.ok(!everything.includes(secretOf(client_id)));
    for (const alg of ["ES256", "EdDSA", "RS256"]) assert.ok(!everything.includes(signingKey(alg).d ?? "?"));
  });
  test("has a version that grows, also where the clock stands still or goes back", () => {
    const versionOf = (given: { value: string }[]): number => (JSON.parse(given[0]?.value ?? "") as { version: number }).version;
    const previous = valueOf(entries, "tenant/demo");
    for (const at of [1_700_000_000, 1_600_000_000, 1_800_000_000]) {
      assert.ok(versionOf(records(tenant, { at, previous })) > versionOf(entries));
    }
  });
  test("is refused after a record that is another tenant's or none at all: its version could go back", () => {
    const other = records({ ...structuredClone(tenant), tenant_id: "other" }, { at: 2_000_000_000 })[0]?.value ?? "";
    for (const previous of [other, "", "{", "null"]) {
      assert.equal(publish(JSON.stringify(tenant), 1_700_000_000, previous).ok, false);
    }
  });
});

describe("shortening a lifetime (A11)", () => {
  async function shortened(): Promise<{ isolate: Isolate; ask: (issued: number, lifetime: number) => Promise<number>; start: number }> {
    const isolate = new Isolate();
    const start = Math.floor(isolate.now / 1_000);
    const copy = structuredClone(tenant);
    Object.assign(copy.resources[0] ?? {}, { access_token_ttl: 60 });
    isolate.store.put(records(copy, { at: start, previous: valueOf(records(tenant, { at: start }), "tenant/demo") }));
    const ask = async (issued: number, lifetime: number): Promise<number> => {
      const times = { iat: issued, exp: issued + lifetime };
      const token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read", times));
      return (await isolate.request("/demo/orders/1", token)).status;
    };
    return { isolate, ask, start };
  }

  test("does not kill tokens that live already", async () => {
    const { isolate, ask, start } = await shortened();
    isolate.wait(3_000);
    assert.equal(await ask(start, 3_600), 200);
  });
  test("still refuses what lives longer than any ever issued", async () => {
    const { ask, start } = await shortened();
    assert.equal(await ask(start, 3_601), 401);
  });
  test("gives new tokens the shorter life", async () => {
    const { isolate } = await shortened();
    const { expires_in: lifetime } = (await (await isolate.askToken("orders-backend")).json()) as { expires_in: number };
    assert.equal(lifetime, 60);
  });
});

test("the hash of a secret is the SHA-256 of its octets, by its name", async () => {
  const secret = "s\u00e9cret".repeat(6);
  const octets = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  assert.equal(secretHash(secret), `sha256:${Buffer.from(octets).toString("base64url")}`);
});

test("a secret that is guessed, or longer than the token endpoint reads, has no hash", () => {
  for (const secret of ["", "x".repeat(31), "x".repeat(257)]) assert.throws(() => secretHash(secret), RangeError);
});

test("an argument of the wrong type is the caller's mistake and costs nobody an instance", () => {
  for (const wrong of [undefined, 3, {}, null]) {
    assert.throws(() => check(wrong as never), TypeError);
    assert.throws(() => publish(wrong as never, 0), TypeError);
  }
  assert.equal(check(JSON.stringify(tenant)).ok, true);
});

/** `decide`, the decision alone: what the gate would say, by what is given and by nothing else. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { BrokenConfiguration, decide, type DecisionInput, gate, type GateDecision } from "audgate";
import * as gateOnly from "audgate/gate";
import { freshKey, records, signingKey, valueOf } from "../support/demo.ts";
import { demoTenant, ORIGIN, Store } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const ENTRIES = records(demoTenant);
const CONFIGURATION = valueOf(ENTRIES, "tenant/demo");
const NOW = Math.floor(Date.now() / 1_000);

let token: string;
before(async () => {
  token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
});

const asked = (changes: Partial<DecisionInput> = {}): DecisionInput => ({
  method: "GET",
  url: `${ORIGIN}/demo/orders/42`,
  configuration: CONFIGURATION,
  now: NOW,
  ...changes,
});

async function outcome(changes: Partial<DecisionInput> = {}): Promise<string> {
  const decision = await decide(asked(changes));
  return decision.type === "deny" ? decision.reason : decision.type;
}

/** What a gate with a handler decides about the same. */
async function gated({ method, url, headers, token: bearer, now }: DecisionInput): Promise<GateDecision | undefined> {
  let decided: GateDecision | undefined;
  const options = {
    tenant: "demo",
    config: () => new Store(ENTRIES),
    now: () => now * 1_000,
    trace: true,
    onDecision: (decision: GateDecision) => void (decided = decision),
  };
  const fields = new Headers(headers);
  if (bearer !== undefined) fields.set("authorization", `Bearer ${bearer}`);
  const request = new Request(url, { method, headers: fields });
  await gate({ fetch: () => new Response() }, options).fetch(request, {}, { waitUntil: () => undefined });
  return decided;
}

describe("is what the gate decides, with its trace", () => {
  const requests: [string, () => Partial<DecisionInput>][] = [
    ["with a good token", () => ({ token })],
    ["with the token in its field", () => ({ headers: { authorization: `Bearer ${token}` } })],
    ["without a token", () => ({})],
    ["with half a token", () => ({ token: token.slice(0, -20) })],
    ["for another resource", () => ({ token, url: `${ORIGIN}/demo/payments` })],
    ["for a method that wants more", () => ({ token, method: "DELETE" })],
    ["for a method without a rule", () => ({ token, method: "POST" })],
    ["under no resource", () => ({ token, url: `${ORIGIN}/elsewhere` })],
    ["at a public rule", () => ({ url: `${ORIGIN}/demo/payments/status` })],
    ["at a path that has two readings", () => ({ token, url: `${ORIGIN}/demo/orders/a%2Fb` })],
    ["from a page of another origin", () => ({ token, headers: { origin: "https://shop.example" } })],
    ["after its time", () => ({ token, now: NOW + 100_000 })],
    ["before its time", () => ({ token, now: NOW - 100_000 })],
    ["for the metadata of a resource", () => ({ url: `${ORIGIN}/.well-known/oauth-protected-resource/demo/orders` })],
    ["as a preflight", () => ({ method: "OPTIONS", headers: { origin: "https://shop.example", "access-control-request-method": "GET" } })],
  ];
  for (const [name, changes] of requests) {
    test(name, async () => {
      const input = asked(changes());
      assert.equal(JSON.stringify(await decide(input)), JSON.stringify(await gated(input)));
    });
  }
  test("and the smaller build decides it too", async () => {
    const input = asked({ token });
    assert.equal(JSON.stringify(await gateOnly.decide(input)), JSON.stringify(await decide(input)));
  });
});

test("the same input has the same decision: nothing is remembered", async () => {
  const [first, second] = [await decide(asked({ token })), await decide(asked({ token }))];
  assert.deepEqual(first, second);
  assert.equal(first.type === "allow" && first.trace?.known_token, false);
});

test("the token goes before the field", async () =>
  assert.equal(await outcome({ token, headers: { authorization: "Bearer x" } }), "allow"));

test("many decisions leave nothing behind", async () => {
  for (let round = 0; round < 300; round += 1) await decide(asked());
  assert.equal(await outcome({ token }), "allow");
});

describe("text that no request has", () => {
  const texts: [string, Partial<DecisionInput>, string][] = [
    ["a method with a line feed", { method: `GET\n${ORIGIN}/demo/payments/status` }, "no_rule"],
    ["a URL with a line feed", { url: `${ORIGIN}/demo/payments/status\n` }, "ambiguous_path"],
    ["no URL", { url: "" }, "ambiguous_path"],
    ["a relative URL", { url: "/demo/payments/status" }, "ambiguous_path"],
    ["a method in lower case", { method: "get", url: `${ORIGIN}/demo/payments/status` }, "no_rule"],
  ];
  for (const [name, changes, reason] of texts) {
    test(`${name} is refused`, async () => assert.equal(await outcome(changes), reason));
  }
  test("a field with a line feed is a TypeError, as for a request", () =>
    assert.rejects(decide(asked({ headers: { origin: "a\nb" } })), TypeError));
});

test("a resource whose tokens are asked about each time cannot be decided here", async () => {
  const resources = demoTenant.resources.map((resource) =>
    resource.resource_id === "orders" ? { ...resource, revocation: "strong" } : resource,
  );
  const configuration = valueOf(records({ ...demoTenant, resources }), "tenant/demo");
  assert.equal(await outcome({ token, configuration }), "revocation_unknown");
});

test("symmetric keys come beside the configuration", async () => {
  const { secret, published } = await freshKey("HS256");
  const signing_keys = [...demoTenant.signing_keys, { state: "next", jwk: published }];
  const configuration = valueOf(records({ ...demoTenant, signing_keys }), "tenant/demo");
  const own = await signed(secret, clientClaims(ORIGIN, "orders", "orders:read"));
  assert.equal(await outcome({ token: own, configuration, secretKeys: JSON.stringify({ keys: [secret] }) }), "allow");
});

describe("a configuration that is none", () => {
  for (const configuration of ["", "{", "null", "[]", "{}", '{"tenant_id":"demo"}', '{"tenant_id":{}}', '{"tenant_id":"a b"}', CONFIGURATION.slice(0, -1)]) {
    test(`${JSON.stringify(configuration.slice(0, 20))} is broken, and says where`, () =>
      assert.rejects(decide(asked({ token, configuration })), (error) => error instanceof BrokenConfiguration && error.faults.length > 0));
  }
});

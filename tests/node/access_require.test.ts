/** A handler that asks for more than the rule of its request: `access.require`, and what its gate answers. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { type Access, AccessRefused, type GatedAccess, type GateOptions } from "audgate";
import { gateWith } from "../../pkg/dist/gate.js";
import { challengeOf } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { claimsOf, clientClaims, signed } from "../support/tokens.ts";

const ORDER = "/demo/orders/42";

let reader: string;
let manager: string;
before(async () => {
  reader = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
  manager = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read orders:cancel"));
});

type Work = (access: GatedAccess, isolate: Isolate) => Response | void | Promise<Response | void>;

/** The answer to a request whose handler does `work`, and answers 200 where that answers nothing. */
async function answer(work: Work, request: Asked = {}): Promise<Response> {
  const { path = ORDER, token, isolate = new Isolate(), options = {}, headers = {} } = request;
  const gated = gateWith(isolate.instances)<unknown, { waitUntil(work: Promise<unknown>): void }>(
    { fetch: async (_request, _env, { access }) => (await work(access, isolate)) ?? new Response("done") },
    { config: () => isolate.store, now: () => isolate.now, ...options },
  );
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return gated.fetch(new Request(`${ORIGIN}${path}`, { headers: { ...headers, ...authorization } }), {}, { waitUntil: () => undefined });
}

interface Asked {
  path?: string;
  token?: string;
  isolate?: Isolate;
  options?: GateOptions<unknown>;
  headers?: Record<string, string>;
}

async function assertRefused(response: Response, status: number, reason: string): Promise<void> {
  assert.deepEqual([response.status, ((await response.clone().json()) as { reason?: string }).reason], [status, reason]);
}

describe("what was granted", () => {
  test("is not refused", async () => {
    for (const scopes of [["orders:read"], ["orders:cancel"], ["orders:cancel", "orders:read"], ["orders:cancel orders:read"]]) {
      const response = await answer((access) => access.require(...scopes), { token: manager });
      assert.equal(await response.text(), "done");
    }
  });
  test("is what the token said, whatever the handler has made of it", async () => {
    const response = await answer(
      (access) => {
        if (access.kind !== "public") {
          const { scopes } = access;
          assert.throws(() => scopes.push("orders:cancel"), TypeError);
          access.scopes = ["orders:cancel"];
        }
        access.require("orders:cancel");
      },
      { token: reader },
    );
    await assertRefused(response, 403, "insufficient_scope");
  });
});

describe("what was not granted", () => {
  test("is 403 with all scopes of rule and handler in the challenge (RFC 6750 section 3.1)", async () => {
    const response = await answer((access) => access.require("orders:cancel", "orders:refund", "orders:read"), { token: reader });
    await assertRefused(response, 403, "insufficient_scope");
    assert.deepEqual(challengeOf(response), {
      resource_metadata: `${ORIGIN}/.well-known/oauth-protected-resource/demo/orders`,
      error: "insufficient_scope",
      error_description: "the token lacks a scope that this operation needs",
      scope: "orders:read orders:cancel orders:refund",
    });
    assert.equal(response.headers.get("cache-control"), "no-store");
  });
  test("is refused where one of several is missing", async () =>
    assertRefused(await answer((access) => access.require("orders:read", "orders:cancel"), { token: reader }), 403, "insufficient_scope"));
  test("is refused where only its spelling differs", async () => {
    for (const scope of ["orders:READ", "orders:rea", "orders:read2", "orders"]) {
      await assertRefused(await answer((access) => access.require(scope), { token: reader }), 403, "insufficient_scope");
    }
  });
  test("is refused after the handler has waited for something", async () => {
    const response = await answer(
      async (access) => {
        await new Promise((resolve) => setImmediate(resolve));
        access.require("orders:cancel");
      },
      { token: reader },
    );
    await assertRefused(response, 403, "insufficient_scope");
  });
  test("can be read by a page of an allowed origin, and by no other", async () => {
    const asked = (origin: string): Promise<Response> =>
      answer((access) => access.require("orders:cancel"), { token: reader, headers: { origin } });
    const allowed = await asked("https://shop.example");
    assert.equal(allowed.headers.get("access-control-allow-origin"), "https://shop.example");
    assert.equal(allowed.headers.get("vary"), "Origin");
    assert.equal((await asked("https://evil.example")).headers.get("access-control-allow-origin"), null);
  });
  test("is 403 without a challenge where the rule is public: no token would be read", async () => {
    const response = await answer((access) => access.require("payments:read"), { path: "/demo/payments/status", token: reader });
    await assertRefused(response, 403, "public_rule");
    assert.equal(response.headers.get("www-authenticate"), null);
  });
});

describe("a demand that is a mistake of the handler", () => {
  const mistakes: [string, unknown[]][] = [
    ["for nothing", []],
    ["for a constant that is not there", [undefined]],
    ["for an empty text", [""]],
    ["for an empty text among others", ["orders:read", ""]],
    ["for a list", [["orders:read"]]],
    ["for a text with a quote", ['orders:"read"']],
    ["for a text with a line feed", ["orders:read\nx"]],
    ["for a text that ends with a space", ["orders:read "]],
  ];
  for (const [name, scopes] of mistakes) {
    test(`${name} is a TypeError, and nobody passes`, () =>
      assert.rejects(answer((access) => access.require(...(scopes as string[])), { token: manager }), TypeError));
  }
});

describe("where nothing can be decided any more", () => {
  test("because the core has trapped meanwhile, it is 503 and no challenge", async () => {
    const response = await answer(
      (access, isolate) => {
        assert.throws(() => isolate.trap());
        access.require("orders:read");
      },
      { token: reader },
    );
    await assertRefused(response, 503, "cannot_decide_now");
    assert.equal(response.headers.get("www-authenticate"), null);
    assert.equal(response.headers.get("retry-after"), "1");
  });
});

describe("what is told of a refusal", () => {
  test("is one event with reason, tenant, resource and subject, and nothing of the token", async () => {
    const isolate = new Isolate();
    isolate.logged("gate_refusal");
    await answer((access) => access.require("orders:cancel"), { token: reader, isolate });
    const [event, ...others] = isolate.logged("gate_refusal");
    assert.equal(others.length, 0);
    const { tenant, resource, reason, trace } = event as { tenant: string; resource: string; reason: string; trace: Record<string, unknown> };
    assert.deepEqual([tenant, resource, reason], ["demo", "orders", "insufficient_scope"]);
    assert.deepEqual(
      [trace["subject"], trace["subject_kind"], trace["scopes_held"], trace["scopes_wanted"]],
      ["orders-backend", "client", "orders:read", "orders:read orders:cancel"],
    );
    const text = JSON.stringify(event);
    assert.ok(!text.includes(String(claimsOf(reader)["jti"])));
    assert.ok(!reader.split(".").some((part) => text.includes(part)));
  });
  test("is told to onDecision after the admission", async () => {
    const told: string[] = [];
    await answer((access) => access.require("orders:cancel"), {
      token: reader,
      options: { onDecision: (decision) => void told.push(decision.type === "deny" ? decision.reason : decision.type) },
    });
    assert.deepEqual(told, ["allow", "insufficient_scope"]);
  });
  test("is nothing where the handler deals with it", async () => {
    const isolate = new Isolate();
    isolate.logged("gate_refusal");
    const response = await answer(
      (access) => {
        try {
          access.require("orders:cancel");
          return undefined;
        } catch (error) {
          assert.ok(error instanceof AccessRefused);
          return Response.json({ without: error.refusal.reason, would: error.getResponse().status });
        }
      },
      { token: reader, isolate },
    );
    assert.deepEqual(await response.json(), { without: "insufficient_scope", would: 403 });
    assert.deepEqual(isolate.logged("gate_refusal"), []);
  });
});

test("other errors of a handler are its own affair", () =>
  assert.rejects(
    answer(() => {
      throw new RangeError("the handler's");
    }, { token: reader }),
    { name: "RangeError", message: "the handler's" },
  ));

describe("the access", () => {
  let access: GatedAccess;
  before(async () => {
    await answer((admitted) => void (access = admitted), { token: manager });
  });
  test("is cloned by structure with everything but `require`", () => {
    const copy = structuredClone(access) as Access;
    assert.deepEqual(copy, JSON.parse(JSON.stringify(access)));
    assert.equal("require" in copy, false);
    assert.equal(copy.kind === "client" && copy.subject, "orders-backend");
  });
  test("shows `require` in no listing", () => assert.ok(!Object.keys(access).includes("require")));
});

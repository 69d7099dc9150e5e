/** Requests of any length at the gate: what does not fit into the core's buffer is decided like what does. */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gate } from "audgate";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

/** The core's buffer, in octets. */
const BUFFER = 24 * 1_024;

const isolate = new Isolate();
let token: string;
before(async () => {
  token = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read"));
});

/** A path below orders that makes the request's text exactly `length` octets long. */
function pathOf(length: number, authorization: string): string {
  const rest = `GET\n${ORIGIN}/demo/orders/\n\n\n${authorization}`.length;
  return `/demo/orders/${"a".repeat(length - rest)}`;
}

describe("at the edge of the buffer", () => {
  for (const more of [-2, -1, 0, 1, 2, 1_000, 100_000]) {
    test(`${BUFFER + more} octets: a good token is admitted`, async () =>
      assert.equal((await isolate.request(pathOf(BUFFER + more, `Bearer ${token}`), token)).status, 200));
    test(`${BUFFER + more} octets: without a token is refused`, async () =>
      assert.equal((await isolate.request(pathOf(BUFFER + more, ""))).status, 401));
    test(`${BUFFER + more} octets: a token cut short is refused`, async () => {
      const cut = token.slice(0, -1);
      assert.equal((await isolate.request(pathOf(BUFFER + more, `Bearer ${cut}`), cut)).status, 401);
    });
  }
});

describe("a request sees nothing of the one before it", () => {
  test("not its token", async () => {
    assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
    assert.equal((await isolate.request("/demo/orders/1")).status, 401);
    assert.equal((await isolate.request("/demo/o", "x")).status, 403);
  });
  test("not its path", async () => {
    assert.equal((await isolate.request("/demo/payments/status")).status, 200);
    assert.equal((await isolate.request("/demo/payments")).status, 401);
  });
  test("not its access, even where the host hands the same context to both", async () => {
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const gated = gate(
      {
        fetch: async (request: Request, _env, context) => {
          if (request.url.endsWith("/1")) await first.promise;
          seen.push(context.access.kind);
          return new Response();
        },
      },
      { config: () => isolate.store },
    );
    const shared = { waitUntil: () => undefined };
    const headers = { authorization: `Bearer ${token}` };
    const slow = gated.fetch(new Request(`${ORIGIN}/demo/orders/1`, { headers }), {}, shared);
    await gated.fetch(new Request(`${ORIGIN}/demo/payments/status`), {}, shared);
    first.resolve();
    await slow;
    assert.deepEqual(seen, ["public", "client"]);
    assert.equal("access" in shared, false);
  });
  test("not what a handler sets on its context, whose methods still run on the platform's", async () => {
    const work: unknown[] = [];
    const kept: unknown[] = [];
    const ofHandler = Promise.resolve();
    class PlatformContext {
      #mine = work;
      note = "the platform's";
      waitUntil(promise: unknown): void {
        this.#mine.push(promise);
      }
    }
    const shared = new PlatformContext();
    Object.freeze(shared);
    const gated = gate<unknown, PlatformContext>(
      {
        fetch: (_request, _env, context) => {
          kept.push(context.note);
          const { waitUntil } = context;
          waitUntil(ofHandler);
          context.note = "the handler's";
          kept.push(context.note, context instanceof PlatformContext);
          return new Response();
        },
      },
      { config: () => isolate.store },
    );
    for (let request = 0; request < 2; request += 1) {
      await gated.fetch(new Request(`${ORIGIN}/demo/payments/status`), {}, shared);
    }
    assert.deepEqual(kept, ["the platform's", "the handler's", true, "the platform's", "the handler's", true]);
    const handed = work.filter((promise) => promise === ofHandler).length;
    assert.deepEqual([handed, shared.note], [2, "the platform's"]);
  });
  test("not its handler's access: each admitted request has its own", async () => {
    await isolate.request("/demo/orders/1", token);
    await isolate.request("/demo/payments/status");
    const [withToken, isPublic] = isolate.admitted.slice(-2);
    assert.deepEqual([withToken?.kind, isPublic?.kind], ["client", "public"]);
    assert.equal("subject" in (isPublic ?? {}), false);
  });
});

describe("a field that could break the text apart", () => {
  const fields: [string, Record<string, string>][] = [
    ["an Origin that looks like the rest of a request", { origin: "null GET /demo/payments/status" }],
    ["a preflight method that is a token", { "access-control-request-method": "Bearer x" }],
    ["characters of Latin-1", { origin: "https://\u00e9\u00ff.example" }],
  ];
  for (const [name, headers] of fields) {
    test(`${name} admits nobody`, async () =>
      assert.equal((await isolate.request("/demo/orders/1", undefined, { headers })).status, 401));
  }
  test("a line feed cannot be in any of them", () => {
    assert.throws(() => new Headers({ origin: "a\nb" }), TypeError);
    assert.ok(!new Request(`${ORIGIN}/a\nb`).url.includes("\n"));
    assert.throws(() => new Request(ORIGIN, { method: "G\nET" }), TypeError);
  });
  test("Latin-1 in the token is malformed, whatever follows", async () => {
    const response = await isolate.request("/demo/orders/1", undefined, { headers: { authorization: `Bearer \u00e9${token}` } });
    assert.equal(response.status, 400);
  });
});

test("a token that was verified is checked again for its time on every use (E1)", async () => {
  const own = new Isolate();
  const now = Math.floor(own.now / 1_000);
  const short = await signed(signingKey("ES256"), clientClaims(ORIGIN, "orders", "orders:read", { iat: now, exp: now + 30 }));
  assert.equal((await own.request("/demo/orders/1", short)).status, 200);
  own.wait(39);
  assert.equal((await own.request("/demo/orders/1", short)).status, 200, "the clock tolerance is ten seconds");
  own.wait(1);
  assert.equal((await own.request("/demo/orders/1", short)).status, 401);
});

test("a token that was verified opens nothing else (E1)", async () => {
  assert.equal((await isolate.request("/demo/orders/1", token)).status, 200);
  assert.equal((await isolate.request("/demo/payments", token)).status, 401);
  assert.equal((await isolate.request("/demo/orders/1", token, { method: "DELETE" })).status, 403);
});

test("another spelling of a verified token's signature is another token (B2, E1)", async () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, payload, signature = ""] = token.split(".");
  const octets = Buffer.from(signature, "base64url");
  const s = (order - BigInt(`0x${octets.subarray(32).toString("hex")}`)).toString(16).padStart(64, "0");
  const twin = `${header}.${payload}.${Buffer.concat([octets.subarray(0, 32), Buffer.from(s, "hex")]).toString("base64url")}`;
  assert.notEqual(twin, token);
  const own = new Isolate();
  assert.equal((await own.request("/demo/orders/1", token)).status, 200);
  assert.equal((await own.request("/demo/orders/1", twin)).status, 200, "RFC 7518 accepts both");
  const forged = `${header}.${payload}.${Buffer.concat([octets.subarray(0, 32), octets.subarray(0, 32)]).toString("base64url")}`;
  assert.equal((await own.request("/demo/orders/1", forged)).status, 401);
});

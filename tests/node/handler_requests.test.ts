/** What reaches the handler of a request that was admitted: the request itself, but for cookies of gates and issuers (THREATS E15). */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { gateWith } from "../../pkg/dist/gate.js";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";

const isolate = new Isolate();
let token: string;
before(async () => {
  token = await signed(signingKey("RS256"), clientClaims(ORIGIN, "payments", "payments:make"));
});

/** A payment with this `Cookie` field, as it was sent and as the handler has seen it. */
async function shown(cookie: string | undefined): Promise<{ sent: Request; seen: Request }> {
  const headers = { authorization: `Bearer ${token}`, "x-other": "kept", ...(cookie === undefined ? {} : { cookie }) };
  const sent = new Request(`${ORIGIN}/demo/payments`, { method: "POST", body: "12.50", headers });
  const seen: Request[] = [];
  const handler = { fetch: (request: Request): Response => (seen.push(request), new Response()) };
  const gated = gateWith(isolate.instances)(handler, { config: () => isolate.store, now: () => isolate.now });
  assert.equal((await gated.fetch(sent, {}, { waitUntil: () => undefined })).status, 200);
  return { sent, seen: seen[0] as Request };
}

describe("a request without cookies of ours", () => {
  for (const cookie of [undefined, "", "theme=dark; lang=de", "__Host-session=x", "audgate=x"]) {
    test(`is handed on as it is: ${cookie ?? "no field"}`, async () => {
      const { sent, seen } = await shown(cookie);
      assert.equal(seen, sent);
    });
  }
});

describe("a request with cookies of ours", () => {
  const cases: [string, string | null][] = [
    ["theme=dark; __Host-audgate-page.token.orders=1.1.AAAA; lang=de", "theme=dark; lang=de"],
    ["__Host-audgate-session=x", null],
    ["audgate-page.hint=x;\taudgate-session=y", null],
    ["a=1, __Host-audgate-page.token.orders=x; b=2", "b=2"],
  ];
  for (const [cookie, left] of cases) {
    test(`comes without them, and whole otherwise: ${cookie}`, async () => {
      const { sent, seen } = await shown(cookie);
      assert.equal(seen.headers.get("cookie"), left);
      assert.deepEqual(
        [seen.method, seen.url, seen.headers.get("x-other"), seen.headers.get("authorization"), await seen.text()],
        ["POST", sent.url, "kept", `Bearer ${token}`, "12.50"],
      );
      assert.equal(sent.headers.get("cookie"), cookie);
    });
  }
});

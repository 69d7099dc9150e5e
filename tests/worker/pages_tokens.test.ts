/**
 * Tokens that are in a cookie although no login gave them, because somebody has the secret or the issuer errs: the gate says
 * of each what it says of it in `Authorization` (THREATS A).
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CookieKeys } from "../../pkg/dist/pages/cookie-keys.js";
import { freshKey, signingKey } from "../support/demo.ts";
import { cookieSecret, PageVisitor, seen, startPages } from "../support/pages.ts";
import { type Claims, encoded, seconds, signed, signedVerbatim, userClaims } from "../support/tokens.ts";
import type { RunningWorker } from "../support/worker.ts";

const PAGE = "/demo/orders/42";
const NAME = "audgate-page.token.orders";

let worker: RunningWorker;
let keys: CookieKeys;
before(async () => {
  worker = await startPages();
  keys = await CookieKeys.of(cookieSecret);
});
after(() => worker.stop());

/** The cookie that the gate itself would have set for `text`, a minute ago. */
async function cookieWith(text: string, { tenant = "demo", client = "shop-pages", name = NAME } = {}): Promise<string> {
  const at = seconds() - 60;
  return `${NAME}=${at}.${await keys.seal(`${tenant}\n${client}\n${name}\n${at}`, text)}`;
}

/** A user's token for the orders, good but for what `changes` says. */
const token = (changes: Claims = {}, header: Claims = {}): Promise<string> =>
  signed(signingKey("ES256"), userClaims(worker.origin, "orders", "orders:read", "ada", changes), header);

/** The same with members of the header that no library writes. */
function withHeader(members: Claims): Promise<string> {
  const { alg, kid } = signingKey("ES256");
  const claims = userClaims(worker.origin, "orders", "orders:read", "ada");
  return signedVerbatim(signingKey("ES256"), JSON.stringify({ alg, kid, typ: "at+jwt", ...members }), JSON.stringify(claims));
}

/** Status and reason of the answer. */
async function answered(headers: Record<string, string>): Promise<[number, unknown]> {
  const visitor = new PageVisitor(worker);
  const response = await visitor.fetch(PAGE, { headers: { accept: "application/json", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", ...headers } });
  const { reason } = (await response.json()) as { reason?: unknown };
  return [response.status, reason];
}

test("a good one is admitted, so the refusals below are about what is wrong in them", async () => {
  const page = await seen(await new PageVisitor(worker).navigateWith(PAGE, await cookieWith(`${await token()}\n`)));
  assert.equal(page.subject, "ada");
});

describe("a token in a cookie is refused as it is in the header", () => {
  const parts = async (): Promise<string[]> => (await token()).split(".");
  const vectors: [string, () => Promise<string>][] = [
    ["expired", () => token({ exp: seconds() - 3_600, iat: seconds() - 7_200 })],
    ["of tomorrow", () => token({ nbf: seconds() + 86_400 })],
    ["for another resource", () => token({ aud: `${worker.origin}/demo/payments` })],
    ["for two resources", () => token({ aud: [`${worker.origin}/demo/orders`, "https://evil.example"] })],
    ["of another issuer", () => token({ iss: "https://evil.example" })],
    ["of another tenant", () => token({ tid: "other" })],
    ["without the scope", () => token({ scope: "orders:cancel" })],
    ["of no type", () => token({}, { typ: "JWT" })],
    ["with a critical header", () => withHeader({ crit: ["x"], x: 1 })],
    ["by a key that is none of ours", async () => signed((await freshKey("ES256")).secret, userClaims(worker.origin, "orders", "orders:read", "ada"))],
    ["without an algorithm", async () => `${encoded('{"alg":"none","typ":"at+jwt"}')}.${(await parts())[1]}.`],
    ["with another's signature", async () => `${(await parts()).slice(0, 2).join(".")}.${(await token({ sub: "grace" })).split(".")[2]}`],
    ["with a payload that was exchanged", async () => `${(await parts())[0]}.${(await token({ sub: "grace" })).split(".")[1]}.${(await parts())[2]}`],
    ["in pieces", async () => (await token()).slice(0, -10)],
    ["that is two", async () => `${await token()} ${await token()}`],
    ["that is a list", async () => `${await token()},x`],
    ["of dots", async () => ".".repeat(1_000)],
    ["that is none", async () => "x"],
  ];
  for (const [what, made] of vectors) {
    test(what, async () => {
      const text = await made();
      const byHeader = await answered({ authorization: `Bearer ${text}` });
      assert.ok(byHeader[0] >= 400, `the header admits it: ${byHeader}`);
      assert.deepEqual(await answered({ cookie: await cookieWith(`${text}\n`) }), byHeader);
    });
  }
});

describe("a cookie that is sealed right and holds nonsense counts for nothing", () => {
  for (const text of ["", "\n", "token without an end", "\u0000\n", "tök\u{1F511}\n", "\n\n\n"]) {
    test(JSON.stringify(text), async () => {
      const [status] = await answered({ cookie: await cookieWith(text) });
      assert.ok(status === 400 || status === 401, String(status));
    });
  }
});

test("a cookie that is sealed for another tenant, client or name counts for nothing", async () => {
  const text = `${await token()}\n`;
  for (const other of [{ tenant: "other" }, { client: "other" }, { name: "audgate-page.token.payments" }, { name: "__Host-audgate-page.token.orders" }]) {
    assert.deepEqual(await answered({ cookie: await cookieWith(text, other) }), [401, "no_token"]);
  }
});

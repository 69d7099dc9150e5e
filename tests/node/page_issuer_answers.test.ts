/** Gated pages of `audgate/gate`, whose issuer is somewhere else and answers well, badly or not at all. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gate } from "audgate/gate";
import { records, signingKey } from "../support/demo.ts";
import { demoTenant, ORIGIN, Store } from "../support/isolate.ts";
import { cookieSecret } from "../support/pages.ts";
import { signed, userClaims } from "../support/tokens.ts";

const PAGE = `${ORIGIN}/demo/orders/1`;
const BROWSER = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none" };
const context = { waitUntil: () => undefined };

/** A gate with pages whose issuer answers forms as `answer` does. */
function gated(answer: (request: Request) => Response | Promise<Response>, asked: Request[] = []) {
  const store = new Store(records(demoTenant));
  const fetch = (request: Request): Response | Promise<Response> => {
    asked.push(request.clone());
    return answer(request);
  };
  return gate<object, typeof context>(
    { fetch: (request) => new Response(request.headers.get("cookie")) },
    { config: () => store, secretKeys: () => undefined, pages: { clientId: "shop-pages", cookieSecret: () => cookieSecret, issuer: () => ({ fetch }) } },
  );
}

/** A navigation with these cookies, and the cookies that it leaves. */
async function navigate(gate: ReturnType<typeof gated>, url: string, cookie = "") {
  const response = await gate.fetch(new Request(url, { headers: { ...BROWSER, ...(cookie === "" ? {} : { cookie }) } }), {}, { ...context });
  const left = response.headers.getSetCookie().filter((field) => !field.includes("Max-Age=0"));
  return { response, cookie: left.map((field) => field.split(";", 1)[0]).join("; ") };
}

/** From the page to the issuer and back, where the token endpoint answers so. */
async function loggedIn(answer: (request: Request) => Response | Promise<Response>, asked: Request[] = []) {
  const own = gated(answer, asked);
  const begun = await navigate(own, PAGE);
  assert.equal(begun.response.status, 303);
  const state = new URL(begun.response.headers.get("location") ?? "").searchParams.get("state") ?? "";
  const callback = `${ORIGIN}/.audgate/callback?${new URLSearchParams({ state, iss: ORIGIN, code: "a-code" })}`;
  return { own, ...(await navigate(own, callback, begun.cookie)) };
}

async function tokens(): Promise<object> {
  const token = await signed(signingKey("ES256"), userClaims(ORIGIN, "orders", "orders:read", "ada"));
  return { access_token: token, token_type: "Bearer", expires_in: 300 };
}

test("a login at an issuer that answers well opens the page, whose handler sees no cookie", async () => {
  const asked: Request[] = [];
  const good = await tokens();
  const { own, response, cookie } = await loggedIn(() => Response.json(good), asked);
  assert.deepEqual([response.status, response.headers.get("location")], [303, PAGE]);
  const page = await navigate(own, PAGE, `a=1; ${cookie}`);
  assert.deepEqual([page.response.status, await page.response.text()], [200, "a=1"]);
  const [form] = asked;
  assert.deepEqual([form?.method, form?.url, form?.redirect], ["POST", `${ORIGIN}/oidc/token`, "manual"]);
  assert.equal(form?.headers.get("content-type"), "application/x-www-form-urlencoded");
  assert.equal(new URLSearchParams(await form?.text()).get("client_id"), "shop-pages");
});

describe("an issuer keeps the visitor outside, and gets nothing kept,", () => {
  const cases: [string, () => Response | Promise<Response>, number][] = [
    ["where it throws", () => Promise.reject(new Error("down")), 503],
    ["where it is down", () => new Response("down", { status: 500 }), 503],
    ["where it redirects", () => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }), 503],
    ["where it has no end", () => new Response(" ".repeat(65_537)), 503],
    ["where it breaks off", () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) })), 503],
    ["where it says nothing", () => new Response(null), 502],
    ["where it speaks HTML", () => new Response("<html>"), 502],
    ["where it is not text at all", () => new Response(new Uint8Array([0xff, 0xfe, 0x00])), 502],
    ["where a name stands twice", () => new Response('{"access_token":"a","access_token":"b","token_type":"Bearer"}'), 502],
    ["where it nests without end", () => new Response("[".repeat(10_000)), 502],
    ["where it refuses the code", () => Response.json({ error: "invalid_grant" }, { status: 400 }), 400],
    ["where it refuses the client", () => Response.json({ error: "invalid_client" }, { status: 401 }), 500],
    ["where its token is none", () => Response.json({ access_token: "x", token_type: "Bearer" }), 401],
  ];
  for (const [what, answer, status] of cases) {
    test(what, async () => {
      const { response, cookie } = await loggedIn(answer);
      assert.deepEqual([response.status, cookie, response.headers.get("location")], [status, "", null]);
      assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
    });
  }
});

test("settings that are none decide nothing", async () => {
  const store = new Store(records(demoTenant));
  for (const wrong of [{ clientId: "a b" }, { path: "/" }, { scope: "orders:read" }, { afterLogout: "//evil.example" }]) {
    const pages = { clientId: "shop-pages", cookieSecret: () => cookieSecret, ...wrong };
    const own = gate<object, typeof context>({ fetch: () => new Response("admitted") }, { config: () => store, pages });
    for (const url of [PAGE, `${ORIGIN}/demo/payments/status`]) assert.equal((await navigate(own, url)).response.status, 503);
  }
});

test("resources that stand in code have no issuer to be sent to, so their pages decide nothing", async () => {
  const trust = { issuer: "https://login.example", resources: [{ uri: `${ORIGIN}/demo/orders`, rules: [{ methods: ["GET"], path: "/**" }] }] };
  const pages = { clientId: "shop-pages", cookieSecret: () => cookieSecret };
  const own = gate<object, typeof context>({ fetch: () => new Response("admitted") }, { trust, pages });
  assert.equal((await navigate(own, PAGE)).response.status, 503);
});

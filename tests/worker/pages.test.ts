/** Gated pages end to end (R4, R26; THREATS E15): browser, gate and issuer, with every header and cookie in the test's hand. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PageVisitor, seen, startPages } from "../support/pages.ts";
import type { RunningWorker } from "../support/worker.ts";

const PAGE = "/demo/orders/42";
const PAYMENTS = "/demo/payments";
const PROFILE = "/demo/profile/users/ada";
const TOKEN = "audgate-page.token.orders";

let worker: RunningWorker;
let ada: PageVisitor;
before(async () => {
  worker = await startPages();
  ada = new PageVisitor(worker);
});
after(() => worker.stop());

/** The value of a cookie of the browser. */
function cookieOf(visitor: PageVisitor, name: string): string {
  const pair = visitor.cookie.split("; ").find((candidate) => candidate.startsWith(`${name}=`));
  assert.ok(pair, `no cookie ${name} in ${visitor.cookie}`);
  return pair.slice(name.length + 1);
}

/** Asserts that the browser is sent to the issuer, and gives the authorization request. */
function sentToIssuer(response: Response): URLSearchParams {
  assert.equal(response.status, 303);
  const url = new URL(response.headers.get("location") ?? "");
  assert.equal(url.origin + url.pathname, `${worker.origin}/oidc/auth`);
  return url.searchParams;
}

/** Asserts a page that says why it goes no further. */
async function refusedOnPage(response: Response, status: number, heading: string): Promise<string> {
  const html = await response.text();
  assert.equal(response.status, status, html);
  assert.equal(response.headers.get("location"), null);
  assert.match(response.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.match(html, new RegExp(`<h1>${heading}</h1>`));
  return html;
}

async function passes(seconds: number): Promise<void> {
  await worker.fetch(`/test/clock?ahead=${seconds}`);
}

describe("a navigation without a token", () => {
  test("is sent to the issuer with that page's resource", async () => {
    const asked = sentToIssuer(await new PageVisitor(worker).navigate(`${PAGE}?view=all`));
    assert.equal(asked.get("resource"), `${worker.origin}/demo/orders`);
    assert.equal(asked.get("client_id"), "shop-pages");
    assert.equal(asked.get("redirect_uri"), `${worker.origin}/.audgate/callback`);
    assert.equal(asked.get("code_challenge_method"), "S256");
    assert.equal(asked.get("scope"), "openid orders:read orders:cancel");
  });

  test("comes back and goes on where it was", async () => {
    const page = await seen(await ada.visit(`${PAGE}?view=all`));
    assert.deepEqual(
      [page.path, page.subject, page.resource],
      [`${PAGE}?view=all`, "ada", `${worker.origin}/demo/orders`],
    );
  });

  test("is asked nothing at the next resource, and nothing again at the first", async () => {
    assert.equal((await seen(await ada.visit(PAYMENTS))).resource, `${worker.origin}/demo/payments`);
    assert.equal((await seen(await ada.navigate(PAGE))).subject, "ada");
  });

  test("opens a public page without a login", async () => {
    assert.equal((await seen(await new PageVisitor(worker).navigate("/demo/payments/status"))).subject, null);
  });
});

describe("what is no navigation", () => {
  test("gets 401 with the challenge, never a redirect", async () => {
    for (const headers of [{ "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, { accept: "application/json" }]) {
      const visitor = new PageVisitor(worker);
      const response = await visitor.fetch(PAGE, { headers });
      assert.equal(response.status, 401);
      assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer resource_metadata=/);
      assert.deepEqual(await response.json(), { reason: "no_token" });
      assert.equal(visitor.cookie, "");
    }
  });

  test("is admitted by the cookie where it comes from a page of this host", async () => {
    const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin" };
    assert.equal((await seen(await ada.fetch(PAGE, { headers }))).subject, "ada");
  });

  test("is nobody's where another site embeds it", async () => {
    const headers = { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image", "sec-fetch-site": "cross-site" };
    assert.equal((await ada.fetch(PAGE, { headers })).status, 401);
  });
});

describe("the cookies", () => {
  test("never reach the handler, whatever admits the request", async () => {
    const token = await worker.token("orders-backend", "orders");
    const others = `theme=dark; ${ada.cookie}; lang=de`;
    assert.equal((await seen(await ada.navigateWith(PAGE, others))).cookie, "theme=dark; lang=de");
    const ours = ada.cookie.split("; ").filter((pair) => pair.startsWith("audgate-page.")).join("; ");
    assert.equal((await seen(await ada.navigateWith(PAGE, ours))).cookie, null);
    const headers = { cookie: ours, authorization: `Bearer ${token}` };
    const byToken = await seen(await worker.fetch(PAGE, { headers }));
    assert.deepEqual([byToken.cookie, byToken.subject], [null, "orders-backend"]);
    assert.equal((await seen(await worker.fetch("/demo/payments/status", { headers: { cookie: ours } }))).cookie, null);
  });

  test("never reach a handler behind a gate of this host that has no pages, and neither do the issuer's", async () => {
    const token = await worker.token("orders-backend", "orders");
    assert.match(ada.cookie, /audgate-page\..*audgate-session=|audgate-session=.*audgate-page\./);
    for (const [path, headers] of [
      [`${PAGE}?without-pages`, { authorization: `Bearer ${token}` }],
      ["/demo/payments/status?without-pages", {}],
    ] as [string, Record<string, string>][]) {
      const asked = async (cookie: string): Promise<string | null> =>
        (await seen(await worker.fetch(path, { headers: { ...headers, cookie } }))).cookie;
      assert.equal(await asked(`theme=dark; ${ada.cookie}; __Host-audgate-page.token.orders=1.1.AAAA; lang=de`), "theme=dark; lang=de");
      assert.equal(await asked(ada.cookie), null);
      assert.equal(await asked("theme=dark;lang=de"), "theme=dark;lang=de");
    }
    assert.equal((await worker.fetch(`${PAGE}?without-pages`, { headers: { cookie: ada.cookie } })).status, 401);
  });

  test("make a page the visitor's own to every cache", async () => {
    const { headers } = await ada.navigate(PAGE);
    assert.deepEqual([headers.get("vary"), headers.get("cache-control")], ["Origin, cookie", "private"]);
    assert.equal((await ada.navigate("/demo/payments/status")).headers.get("cache-control"), null);
  });

  test("are not ended for everybody by a page that caches keep", async () => {
    const junk = { headers: { cookie: "audgate-page.token.payments=1.1.AAAA" } };
    const { headers } = await worker.fetch("/demo/payments/status", junk);
    assert.match(headers.get("set-cookie") ?? "", /Max-Age=0/);
    assert.equal(headers.get("cache-control"), "private, no-store");
  });

  test("count for nothing once anything in them is changed", async () => {
    const value = cookieOf(ada, TOKEN);
    const middle = Math.floor(value.length / 2);
    const flipped = value.slice(0, middle) + (value[middle] === "A" ? "B" : "A") + value.slice(middle + 1);
    const [at, version, sealed] = value.split(".");
    for (const changed of [flipped, value.slice(0, -4), `${value}AAAA`, `${Number(at) + 1}.${version}.${sealed}`, `${at}.2.${sealed}`, "", "x", `${at}.1.`]) {
      sentToIssuer(await ada.navigateWith(PAGE, `${TOKEN}=${changed}`));
    }
    assert.equal((await ada.navigateWith(PAGE, `${TOKEN}=${value}`)).status, 200);
  });

  test("count for nothing under another name", async () => {
    sentToIssuer(await ada.navigateWith(PAGE, `${TOKEN}=${cookieOf(ada, "audgate-page.token.payments")}`));
    sentToIssuer(await ada.navigateWith(PAGE, `${TOKEN}=${cookieOf(ada, "audgate-page.hint")}`));
  });

  test("count for nothing where one stands twice, or is longer than any of ours", async () => {
    const pair = `${TOKEN}=${cookieOf(ada, TOKEN)}`;
    sentToIssuer(await ada.navigateWith(PAGE, `${pair}; ${pair}`));
    sentToIssuer(await ada.navigateWith(PAGE, `${TOKEN}=1.1.${"A".repeat(5_000)}`));
  });

  test("hold nothing that can be read, and neither does the log", async () => {
    const value = cookieOf(ada, TOKEN);
    const plain = Buffer.from(value.split(".")[2] ?? "", "base64url").toString("latin1");
    assert.doesNotMatch(plain, /eyJ/);
    assert.ok(worker.log.every((line) => !line.includes("eyJ") && !line.includes(value.slice(20, 60))));
  });
});

describe("a request that changes something", () => {
  test("is admitted from a page of this host", async () => {
    const page = await seen(await ada.post(`${PAYMENTS}/`));
    assert.deepEqual([page.method, page.subject], ["POST", "ada"]);
  });

  test("is refused from anywhere else", async () => {
    for (const headers of [
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      { "sec-fetch-site": "same-site", origin: "http://evil.localhost" },
      { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
      { "sec-fetch-site": "none", origin: "null" },
    ]) {
      await refusedOnPage(await ada.post(`${PAYMENTS}/`, headers), 403, "This did not work");
    }
    const fetched = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", origin: "https://evil.example" };
    const response = await ada.post(`${PAYMENTS}/`, fetched);
    assert.deepEqual([response.status, await response.json()], [403, { reason: "cross_site_request" }]);
  });
});

describe("what comes to the callback", () => {
  /** A browser that the issuer has just sent back, and where to. */
  async function returning(): Promise<{ visitor: PageVisitor; callback: URL }> {
    const visitor = new PageVisitor(worker);
    return { visitor, callback: await visitor.authorized(PAGE) };
  }
  const changed = (url: URL, name: string, value: string | null): URL => {
    const copy = new URL(url);
    if (value === null) copy.searchParams.delete(name);
    else copy.searchParams.set(name, value);
    return copy;
  };

  test("is refused with another login's state", async () => {
    const { visitor, callback } = await returning();
    const other = (await returning()).callback.searchParams.get("state") as string;
    for (const state of [other, "", "x", `${callback.searchParams.get("state")}x`]) {
      await refusedOnPage(await visitor.navigate(changed(callback, "state", state)), 400, "Not logged in");
    }
    assert.equal((await visitor.navigate(callback)).status, 303);
  });

  test("is refused from another issuer", async () => {
    for (const iss of [null, "https://evil.example", `${worker.origin}/`]) {
      const { visitor, callback } = await returning();
      await refusedOnPage(await visitor.navigate(changed(callback, "iss", iss)), 400, "Not logged in");
    }
  });

  test("is refused in another browser", async () => {
    const { callback } = await returning();
    const other = new PageVisitor(worker);
    await refusedOnPage(await other.navigate(callback), 400, "Not logged in");
    assert.equal(other.cookie, "");
  });

  test("is taken once, also by a browser that has kept its cookies", async () => {
    const { visitor, callback } = await returning();
    const { cookie } = visitor;
    assert.equal((await visitor.navigate(callback)).status, 303);
    await refusedOnPage(await visitor.navigate(callback), 400, "Not logged in");
    await refusedOnPage(await visitor.navigateWith(callback.pathname + callback.search, cookie), 400, "Not logged in");
    assert.equal((await worker.logged("page_refusal"))["reason"], "cross_site_request");
    assert.ok(worker.log.some((line) => line.includes("code_refused")));
  });

  test("is refused with a code that is not the issuer's", async () => {
    const { visitor, callback } = await returning();
    await refusedOnPage(await visitor.navigate(changed(callback, "code", "stolen")), 400, "Not logged in");
    assert.doesNotMatch(visitor.cookie, /page\.token/);
  });

  test("shows the issuer's refusal, and none of its words", async () => {
    const { visitor, callback } = await returning();
    const refused = changed(changed(callback, "code", null), "error", "access_denied");
    refused.searchParams.set("error_description", "<script>alert(1)</script>");
    const html = await refusedOnPage(await visitor.navigate(refused), 403, "Not logged in");
    assert.doesNotMatch(html, /script>/);
  });

  test("leads to no other host", async () => {
    for (const target of [`${PAGE}?//evil.example`, `${PAGE}?return_to=https://evil.example/&x=\\evil.example`]) {
      const visitor = new PageVisitor(worker);
      const back = await visitor.navigate(await visitor.authorized(target));
      assert.equal(new URL(back.headers.get("location") ?? "").origin, worker.origin);
    }
    assert.equal((await new PageVisitor(worker).navigate(`${worker.origin}//evil.example/`)).headers.get("location"), null);
  });
});

describe("a user who may not", () => {
  test("is told so on a page, and not sent round", async () => {
    const grace = new PageVisitor(worker);
    const html = await refusedOnPage(await grace.visit(PAYMENTS, "grace@shop.example"), 403, "Not for you");
    assert.match(html, /insufficient_scope/);
    await refusedOnPage(await grace.navigate(PAYMENTS), 403, "Not for you");
  });
});

describe("several tabs", () => {
  test("log in at once", async () => {
    const visitor = new PageVisitor(worker);
    const callbacks = [await visitor.authorized(PAGE), await visitor.authorized(PAYMENTS), await visitor.authorized(`${PAGE}?tab=3`)];
    for (const callback of callbacks.reverse()) assert.equal((await visitor.navigate(callback)).status, 303);
    assert.equal((await visitor.navigate(PAGE)).status, 200);
    assert.equal((await visitor.navigate(PAYMENTS)).status, 200);
  });
});

describe("a logout", () => {
  test("is asked for on a page, and nobody else's form does it", async () => {
    const response = await ada.navigate("/.audgate/logout");
    assert.match(await response.text(), /<form method="post" action="\/\.audgate\/logout">/);
    await refusedOnPage(await ada.post("/.audgate/logout", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }), 403, "This did not work");
    assert.equal((await ada.navigate(PAGE)).status, 200);
  });

  test("ends cookies, tokens and session, and comes back", async () => {
    const visitor = new PageVisitor(worker);
    await visitor.visit(PAGE);
    const stolen = visitor.cookie;
    const done = await visitor.post("/.audgate/logout");
    assert.equal(done.status, 303);
    const end = new URL(done.headers.get("location") ?? "");
    assert.deepEqual([end.pathname, end.searchParams.has("id_token_hint")], ["/oidc/session/end", true]);
    const arrival = await visitor.open(end);
    assert.equal(arrival.kind === "elsewhere" && arrival.url.href, `${worker.origin}/demo/payments/status`);
    assert.doesNotMatch(visitor.cookie, /page\.|session/);
    sentToIssuer(await visitor.navigate(PAGE));
    // What was copied before opens no session either.
    const again = await visitor.navigateWith(PAGE, stolen);
    if (again.status !== 200) sentToIssuer(again);
  });

  test("takes a stolen cookie along, at once where the resource asks the accounts", async () => {
    const visitor = new PageVisitor(worker);
    await visitor.visit(PROFILE);
    const stolen = visitor.cookie;
    assert.equal((await visitor.navigateWith(PROFILE, stolen)).status, 200);
    assert.equal((await visitor.post("/.refreshing/logout")).status, 303);
    const refused = await visitor.fetch(PROFILE, { headers: { cookie: stolen, accept: "application/json" } });
    assert.equal(refused.status, 401);
  });
});

// Time goes on from here.
describe("expirations", () => {
  test("are each resource's own: payments ask the issuer again while the shop goes on", async () => {
    const visitor = new PageVisitor(worker);
    const orders = await seen(await visitor.visit(PAGE));
    const payments = await seen(await visitor.visit(PAYMENTS));
    await passes(320);
    assert.equal((await seen(await visitor.navigate(PAGE))).expiresAt, orders.expiresAt);
    assert.equal((await visitor.fetch(PAYMENTS, { headers: { accept: "application/json" } })).status, 401);
    // The session is good, so nobody is asked anything.
    const again = await seen(await visitor.visit(PAYMENTS));
    assert.ok(Number(again.expiresAt) > Number(payments.expiresAt));
  });

  test("are put off at the edge where there is a refresh token, also for what is no navigation", async () => {
    const visitor = new PageVisitor(worker);
    const first = await seen(await visitor.visit(PROFILE));
    const before = cookieOf(visitor, "audgate-page.token.profile");
    await passes(320);
    const headers = { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin" };
    // Two tabs at once: the second one's refresh token was just used, and gives the same successor.
    const [one, two] = await Promise.all([visitor.fetch(PROFILE, { headers }), visitor.fetch(PROFILE, { headers })]);
    assert.equal(one.headers.get("cache-control"), "private, no-store");
    assert.ok(Number((await seen(one)).expiresAt) > Number(first.expiresAt));
    assert.equal((await seen(two)).subject, "ada");
    assert.notEqual(cookieOf(visitor, "audgate-page.token.profile"), before);
    assert.equal((await seen(await visitor.navigate(PROFILE))).subject, "ada");
  });
});

test("a page that asks for a recent login leads to one, although the session is good", async () => {
  const visitor = new PageVisitor(worker);
  await visitor.visit(PAGE);
  assert.equal((await visitor.navigate("/demo/orders/confirm")).status, 200);
  await passes(90);
  assert.equal((await visitor.navigate(PAGE)).status, 200);
  const asked = sentToIssuer(await visitor.navigate("/demo/orders/confirm"));
  assert.equal(asked.get("max_age"), "60");
  const page = await visitor.open(`${worker.origin}/oidc/auth?${asked}`);
  assert.deepEqual([page.kind, page.kind === "page" && page.heading], ["page", "Log in to Pages"]);
  assert.equal((await seen(await visitor.visit("/demo/orders/confirm"))).path, "/demo/orders/confirm");
});

test("without a cookie secret nothing is decided, and the log says what is missing", async () => {
  const bare = await startPages(null);
  try {
    for (const headers of [{}, { authorization: "Bearer x" }]) {
      assert.equal((await bare.fetch(PAGE, { headers })).status, 503);
    }
    const { message } = await bare.logged("unavailable");
    assert.match(String(message), /GATE_COOKIE_SECRET/);
  } finally {
    await bare.stop();
  }
});

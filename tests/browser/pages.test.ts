/** Gated pages in a browser: there and back, each resource with its own expiration, the logout and a stolen cookie. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Browser } from "playwright-core";
import { type Seen, startPages } from "../support/pages.ts";
import type { RunningWorker } from "../support/worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { SCREENSHOTS, Visitor } from "./support/visitor.ts";

const ADA = "ada@shop.example";
const GRACE = "grace@shop.example";
const SHOP = "/demo/orders/42?view=all";
const PAYMENTS = "/demo/payments";
/** Its resource asks the accounts on every request. */
const PROFILE = "/demo/profile/users/ada";

let browser: Browser;
let worker: RunningWorker;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  [browser, worker] = await Promise.all([launchChromium(), startPages()]);
});

after(async () => {
  await browser?.close();
  await worker?.stop();
});

/** A test with a browser of its own, which has nothing to complain about in the end. */
function visit(claim: string, work: (visitor: Visitor) => Promise<void>): void {
  test(claim, async () => {
    const visitor = await Visitor.arrive(browser, worker);
    try {
      await work(visitor);
      assert.deepEqual(visitor.complaints, []);
    } finally {
      await visitor.leave();
    }
  });
}

/** Opens a gated page and logs in on the way. */
async function logIn(visitor: Visitor, target: string, email = ADA): Promise<void> {
  await visitor.open(target);
  await visitor.page.waitForURL(/\/oidc\/login\?/);
  await visitor.open(await visitor.askForLink(email));
  await visitor.press("Log in");
}

async function seen(visitor: Visitor): Promise<Seen> {
  return JSON.parse(await visitor.page.locator("#seen").innerText()) as Seen;
}

describe("a page behind the gate", () => {
  visit("leads to the login and back to where it was", async (ada) => {
    await logIn(ada, SHOP);
    assert.equal(ada.page.url(), `${worker.origin}${SHOP}`);
    const { subject, path } = await seen(ada);
    assert.deepEqual([subject, path], ["ada", SHOP]);
    await ada.picture("pages-shop");
  });

  visit("shows its handler no cookie of the gate, and no script either", async (ada) => {
    await logIn(ada, SHOP);
    assert.doesNotMatch((await seen(ada)).cookie ?? "", /page\./);
    assert.equal(await ada.page.evaluate(() => document.cookie), "");
    const cookies = await ada.page.context().cookies();
    const ours = cookies.filter(({ name }) => name.startsWith("audgate-page."));
    assert.ok(ours.length > 0 && ours.every(({ httpOnly, sameSite, path }) => httpOnly && sameSite === "Lax" && path === "/"));
  });

  visit("answers a script with 401 and sends it nowhere", async (visitor) => {
    await visitor.open("/demo/payments/status");
    const answer = await visitor.page.evaluate(async (path) => {
      const response = await fetch(path);
      return [response.status, response.redirected, response.headers.get("www-authenticate")];
    }, SHOP);
    assert.deepEqual(answer.slice(0, 2), [401, false]);
    assert.match(String(answer[2]), /^Bearer resource_metadata=/);
  });

  visit("says on a page why somebody may not see it", async (grace) => {
    await logIn(grace, PAYMENTS, GRACE);
    assert.equal(await grace.heading(), "Not for you");
    await grace.look("pages-not-for-you");
  });

  visit("shows that a login is none of this browser's", async (visitor) => {
    await visitor.open(`/.audgate/callback?state=x&code=x&iss=${encodeURIComponent(worker.origin)}`);
    assert.equal(await visitor.heading(), "Not logged in");
    await visitor.look("pages-not-logged-in");
  });
});

describe("a logout", () => {
  visit("is asked for, ends the session and comes back", async (ada) => {
    await logIn(ada, SHOP);
    await ada.page.getByRole("link", { name: "Log out" }).click();
    assert.equal(await ada.heading(), "Log out?");
    await ada.look("pages-logout");
    await ada.press("Log out");
    await ada.page.waitForURL(`${worker.origin}/demo/payments/status`);
    await ada.picture("pages-logged-out");
    await ada.open(SHOP);
    await ada.page.waitForURL(/\/oidc\/login\?/);
  });

  visit("takes a stolen cookie along", async (ada) => {
    await logIn(ada, PROFILE);
    const stolen = await ada.page.context().cookies();
    const thief = await Visitor.arrive(browser, worker);
    try {
      const tokens = stolen.filter(({ name }) => name.startsWith("audgate-page.token."));
      await thief.page.context().addCookies(tokens);
      await thief.open(PROFILE);
      assert.equal((await seen(thief)).subject, "ada");
      await ada.open("/.audgate/logout");
      await ada.press("Log out");
      await ada.page.waitForURL(`${worker.origin}/demo/payments/status`);
      await thief.page.context().clearCookies();
      await thief.page.context().addCookies(tokens);
      await thief.open(PROFILE);
      assert.equal(await thief.page.locator("#seen").count(), 0, "the thief was let in");
      await thief.picture("pages-stolen-cookie");
    } finally {
      await thief.leave();
    }
  });
});

// The clock is put forward here, for all that comes after.
describe("expirations", () => {
  visit("are each resource's own: payments ask the issuer again, unseen, while the shop goes on", async (ada) => {
    await logIn(ada, SHOP);
    const shop = await seen(ada);
    await ada.open(PAYMENTS);
    const payments = await seen(ada);
    await ada.picture("pages-payments");
    const asked: string[] = [];
    ada.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await worker.fetch("/test/clock?ahead=320");

    await ada.open(SHOP);
    assert.equal((await seen(ada)).expiresAt, shop.expiresAt);
    assert.ok(!asked.includes("/oidc/auth"), "the shop asked again");
    const status = await ada.page.evaluate(async (path) => (await fetch(path)).status, PAYMENTS);
    assert.equal(status, 401);
    await ada.open(PAYMENTS);
    assert.equal(new URL(ada.page.url()).pathname, PAYMENTS);
    assert.ok(asked.includes("/oidc/auth") && asked.includes("/.audgate/callback"), asked.join(" "));
    assert.ok(Number((await seen(ada)).expiresAt) > Number(payments.expiresAt));
    await ada.picture("pages-payments-again");
  });

  visit("of a login are a page's own, too: confirming an order asks who it is again", async (ada) => {
    await logIn(ada, SHOP);
    await worker.fetch("/test/clock?ahead=90");
    await ada.open(SHOP);
    assert.equal((await seen(ada)).subject, "ada");
    await ada.open("/demo/orders/confirm");
    assert.equal(await ada.heading(), "Log in to Pages");
    await ada.picture("pages-step-up");
    await ada.open(await ada.askForLink(ADA));
    await ada.press("Log in");
    assert.equal(new URL(ada.page.url()).pathname, "/demo/orders/confirm");
    assert.equal((await seen(ada)).subject, "ada");
  });
});

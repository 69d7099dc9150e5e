/** Users in a browser: the hosted login, consent, the demo's applications and what their tokens open. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { startWorker } from "../support/worker.ts";
import { launchChromium } from "./support/chromium.ts";
import { type Demo, runningDemo, SCREENSHOTS, Visitor } from "./support/visitor.ts";

const ADA = "ada@shop.example";
const GRACE = "grace@shop.example";
/** Within this the gates of the demo honour a logout, in milliseconds. */
const REVOCATION_BOUND = 60_000;

let browser: Browser;
let demo: Demo;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  // Consent is remembered, so a demo that runs elsewhere has to be a fresh one.
  const running = process.env["AUDGATE_URL"]?.replace(/\/$/, "");
  [browser, demo] = await Promise.all([launchChromium(), running === undefined ? startWorker() : runningDemo(running)]);
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** A test with a browser of its own, which has nothing to complain about in the end. */
function visit(claim: string, work: (visitor: Visitor) => Promise<void>, options: BrowserContextOptions = {}): void {
  test(claim, async () => {
    const visitor = await Visitor.arrive(browser, demo, options);
    try {
      await work(visitor);
      assert.deepEqual(visitor.complaints, []);
    } finally {
      await visitor.leave();
    }
  });
}

describe("the hosted login", () => {
  visit("link_in_the_mail_leads_back_into_the_application", async (ada) => {
    await ada.open("/demo/shop");
    await ada.look("shop-start");
    await ada.begin("shop");
    assert.equal(await ada.heading(), "Log in to Shop");
    await ada.look("login-address");
    const link = await ada.askForLink(ADA);
    await ada.look("login-sent");
    await ada.open("/dev/outbox");
    await ada.look("outbox");
    await ada.open(link);
    await ada.look("login-link");
    await ada.press("Log in");
    assert.equal(ada.page.url(), `${demo.origin}/demo/shop`);
    assert.match(await ada.text(), /Logged in as ada/);
    await ada.look("shop-logged-in");
  });

  visit("works_without_scripts", async (ada) => {
    await ada.logIn("shop", ADA);
    assert.match(await ada.text(), /Logged in as ada/);
    assert.deepEqual(await ada.atTheGate("My profile"), [200, null]);
  }, { javaScriptEnabled: false });

  visit("works_with_the_keyboard_alone", async (ada) => {
    const { keyboard } = ada.page;
    await ada.begin("shop");
    await ada.page.locator("input:focus").waitFor();
    await keyboard.type("nobody@shop.example");
    await keyboard.press("Enter");
    await ada.page.getByRole("heading", { name: "Check your mailbox" }).waitFor();
    await ada.begin("shop");
    await ada.open(await ada.askForLink(ADA));
    await ada.page.locator("button:focus").waitFor();
    await keyboard.press("Enter");
    await ada.page.waitForURL(/\/demo\/shop$/);
  });

  visit("opening_a_link_uses_nothing_up", async (ada) => {
    await ada.begin("shop");
    const link = await ada.askForLink(ADA);
    for (let opened = 0; opened < 3; opened += 1) await ada.open(link);
    await ada.press("Log in");
    assert.match(await ada.text(), /Logged in as ada/);
  });

  visit("link_works_once", async (ada) => {
    await ada.begin("shop");
    const link = await ada.askForLink(ADA);
    await ada.open(link);
    await ada.press("Log in");
    await ada.open(link);
    assert.equal(await ada.heading(), "This link does not work");
    await ada.look("login-link-used");
  });

  visit("link_in_another_browser_says_what_to_do_and_stays_good", async (ada) => {
    await ada.begin("shop");
    const link = await ada.askForLink(ADA);
    const elsewhere = await Visitor.arrive(browser, demo);
    await elsewhere.open(link);
    assert.equal(await elsewhere.heading(), "Open this link in the other browser");
    await elsewhere.look("login-other-browser");
    await elsewhere.leave();
    await ada.open(link);
    await ada.press("Log in");
    assert.match(await ada.text(), /Logged in as ada/);
  });

  visit("unknown_address_sees_what_a_known_one_sees", async (visitor) => {
    const seen: string[] = [];
    for (const email of [ADA, "eve@shop.example"]) {
      await visitor.begin("shop");
      await visitor.page.getByLabel("Email address").fill(email);
      await visitor.press("Send me a link");
      seen.push((await visitor.text()).replace(email, ""));
    }
    assert.equal(seen[0], seen[1]);
  });

  visit("what_is_no_address_is_said_at_the_field", async (visitor) => {
    await visitor.begin("shop");
    await visitor.page.locator("form").evaluate((form: HTMLFormElement) => (form.noValidate = true));
    await visitor.page.getByLabel("Email address").fill("ada at shop");
    await visitor.press("Send me a link");
    assert.match(await visitor.page.getByRole("alert").innerText(), /enter an email address/);
    assert.equal(await visitor.page.getByLabel("Email address").getAttribute("aria-describedby"), "problem");
    await visitor.look("login-address-refused");
  });

  visit("link_without_a_known_application_is_shown_and_leads_nowhere", async (visitor) => {
    await visitor.open("/oidc/auth?client_id=nobody&redirect_uri=https://evil.example/");
    assert.equal(await visitor.heading(), "This login link does not work");
    await visitor.look("login-refused");
  });
});

describe("a user who is logged in", () => {
  visit("reaches_her_own_profile_and_not_another_user_s", async (ada) => {
    await ada.logIn("shop", ADA);
    assert.deepEqual(await ada.atTheGate("My profile"), [200, null]);
    await ada.look("shop-profile");
    assert.deepEqual(await ada.atTheGate("Grace’s profile"), [403, "wrong_subject"]);
    await ada.look("shop-other-profile");
  });

  visit("is_asked_nothing_at_the_next_visit", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.open("/demo/shop");
    assert.match(await ada.text(), /Logged in as ada/);
    await ada.page.context().clearCookies({ name: "audgate-demo-visitor" });
    await ada.open("/demo/shop");
    await ada.press("Only if I am logged in already");
    assert.match(await ada.text(), /Logged in as ada/);
  });

  visit("opens_one_resource_with_one_token", async (ada) => {
    await ada.logIn("shop", ADA);
    assert.deepEqual(await ada.atTheGate("View an order"), [401, "audience_mismatch"]);
    await ada.look("shop-audience");
    await ada.press("Orders");
    assert.equal(await ada.claim("aud"), `${demo.origin}/demo/orders`);
    assert.deepEqual(await ada.atTheGate("View an order"), [200, null]);
  });

  visit("may_view_an_order_and_not_cancel_it", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.press("Orders");
    assert.deepEqual(await ada.atTheGate("Cancel an order"), [403, "insufficient_scope"]);
    await ada.look("shop-cancel");
  });

  visit("cancels_an_order_where_her_role_lets_her", async (grace) => {
    await grace.logIn("shop", GRACE);
    await grace.press("Orders");
    assert.deepEqual(await grace.atTheGate("Cancel an order"), [200, null]);
  });

  visit("opens_nothing_at_a_resource_where_no_role_gives_her_anything", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.press("Payments");
    assert.deepEqual(await ada.atTheGate("View payments"), [403, "insufficient_scope"]);
  });

  visit("does_not_enter_an_application_that_she_is_not_assigned_to", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.open("/demo/partners");
    await ada.press("Log in");
    assert.equal(await ada.refusal(), "access_denied");
    assert.doesNotMatch(await ada.text(), /Logged in as/);
    await ada.look("partners-denied");
  });

  visit("enters_another_application_that_she_is_assigned_to_without_another_login", async (grace) => {
    await grace.logIn("shop", GRACE);
    const sid = await grace.claim("sid");
    await grace.open("/demo/partners");
    await grace.press("Log in");
    assert.match(await grace.text(), /Logged in as grace/);
    assert.equal(await grace.claim("sid"), sid);
    assert.deepEqual(await grace.atTheGate("View an order"), [401, "audience_mismatch"]);
  });

  visit("gets_a_new_token_of_the_same_session_by_refreshing", async (ada) => {
    await ada.logIn("shop", ADA);
    const [jti, sid] = [await ada.claim("jti"), await ada.claim("sid")];
    await ada.press("Refresh");
    assert.notEqual(await ada.claim("jti"), jti);
    assert.equal(await ada.claim("sid"), sid);
    assert.deepEqual(await ada.atTheGate("My profile"), [200, null]);
    await ada.look("shop-refreshed");
  });
});

describe("somebody else's application", () => {
  visit("gets_nothing_before_the_user_allows_it_and_asks_once", async (ada) => {
    await ada.logIn("insights", ADA);
    assert.equal(await ada.heading(), "Insights asks for access");
    assert.match(await ada.text(), /ada@shop\.example[^]*You\s+Know who you are[^]*Profile\s+View profiles/);
    await ada.look("consent");
    await ada.press("Allow");
    assert.match(await ada.text(), /Logged in as ada/);
    assert.deepEqual(await ada.atTheGate("My profile"), [200, null]);
    await ada.press("Orders");
    assert.equal(await ada.heading(), "Insights");
  });

  visit("learns_that_the_user_did_not_allow_it", async (grace) => {
    await grace.logIn("insights", GRACE);
    await grace.press("Do not allow");
    assert.equal(await grace.refusal(), "access_denied");
    await grace.look("insights-denied");
  });

  visit("gets_nothing_silently_that_was_not_allowed", async (grace) => {
    await grace.logIn("shop", GRACE);
    await grace.open("/demo/insights");
    await grace.press("Only if I am logged in already");
    assert.equal(await grace.refusal(), "consent_required");
  });
});

describe("a user who has logged out", () => {
  visit("has_to_log_in_again", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.press("Log out");
    assert.match(await ada.text(), /You are logged out/);
    await ada.look("shop-logged-out");
    await ada.press("Only if I am logged in already");
    assert.equal(await ada.refusal(), "login_required");
    await ada.look("shop-login-required");
    await ada.press("Log in");
    assert.equal(await ada.heading(), "Log in to Shop");
  });

  visit("is_logged_out_of_every_application_which_are_told_and_open_nothing_any_more", async (ada) => {
    await ada.logIn("insights", ADA);
    if ((await ada.heading()) === "Insights asks for access") await ada.press("Allow");
    await ada.open("/demo/shop");
    await ada.press("Log in");
    await ada.press("Log out");
    const told = ada.page.getByText("told at");
    for (let looked = 0; looked < 50 && (await told.count()) === 0; looked += 1) await ada.open("/demo/insights");
    assert.equal(await told.count(), 1);
    await ada.look("insights-told");
    await ada.press("Refresh");
    assert.equal(await ada.refusal(), "invalid_grant");
    await ada.look("insights-refresh-refused");
    let [status, reason] = await ada.atTheGate("My profile");
    for (const deadline = Date.now() + REVOCATION_BOUND; status === 200 && Date.now() < deadline; ) {
      [status, reason] = await ada.atTheGate("My profile");
    }
    assert.deepEqual([status, reason], [401, "token_revoked"]);
    await ada.look("insights-revoked");
  });

  visit("is_asked_before_another_page_logs_her_out", async (ada) => {
    await ada.logIn("shop", ADA);
    await ada.open("/oidc/session/end");
    assert.equal(await ada.heading(), "Log out?");
    await ada.look("logout-question");
    await ada.press("Log out");
    assert.equal(await ada.heading(), "You are logged out");
    await ada.look("logout-done");
  });
});

describe("a link of the backend API", () => {
  visit("is_explained_and_not_used_up_where_no_server_takes_it", async (visitor) => {
    await visitor.open("/demo/callback?code=a-code");
    assert.equal(await visitor.heading(), "A link for a server");
    await visitor.look("callback-backend");
  });
});

/** The console in a browser, end to end: from a login to what tokens and gates then do, and who is let in. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimsOf } from "../support/tokens.ts";
import { Administrator, HEDY } from "./support/administrator.ts";
import { ConsoleSuite } from "./support/console-suite.ts";
import { Visitor } from "./support/visitor.ts";

const ADA = "ada@shop.example";
const GRACE = "grace@shop.example";
/** Within this the gates of the demo refuse tokens of a session that was ended, in milliseconds. */
const REVOCATION_BOUND = 60_000;
/** Between two questions to the token endpoint, in milliseconds: the demo's limit is 50 a second. */
const PAUSE = 100;

const suite = new ConsoleSuite();

/** Asks for a token as the client that the resource is assigned to: its claims, or what was refused. */
async function asked(uri: string): Promise<Record<string, unknown>> {
  const answer = (await (await suite.demo.askToken("shop-checkout", { resource: uri })).json()) as Record<string, unknown>;
  const { access_token: token } = answer;
  return typeof token === "string" ? claimsOf(token) : answer;
}

/** The time, in milliseconds, from which on the console promises that everybody goes by a change. */
function boundOf(said: string): number {
  const [time = ""] = /\d\d:\d\d:\d\d(?= UTC)/.exec(said) ?? [];
  const bound = Date.parse(`${new Date().toISOString().slice(0, 11)}${time}Z`);
  // It may be tomorrow by then.
  return bound < Date.now() ? bound + 86_400_000 : bound;
}

/** Looks until something has come, at the latest at `deadline`: what was seen last. */
async function until<Seen>(deadline: number, look: () => Promise<Seen>, isThere: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await look();
    if (isThere(seen) || Date.now() >= deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Takes a picture of each step, in their order. */
function stepsOf(administrator: Administrator): (name: string) => Promise<void> {
  let count = 0;
  return (name) => administrator.picture(`console-story-${String((count += 1)).padStart(2, "0")}-${name}`);
}

/** Waits for the picture of a resource's expirations, and has it in sight. */
async function timeLine({ page }: Administrator, words: RegExp): Promise<void> {
  await page.getByRole("img", { name: words }).scrollIntoViewIfNeeded();
}

/** A test of somebody with a browser of their own, who has nothing to complain about in the end. */
function visit(claim: string, work: (visitor: Administrator) => Promise<void>): void {
  test(claim, async () => {
    const visitor = await Administrator.come(suite.browser, suite.demo);
    try {
      await work(visitor);
      assert.deepEqual(await visitor.faults(), []);
    } finally {
      await visitor.leave();
    }
  });
}

describe("from a URI to a token for it, and back from a session that was ended", () => {
  visit("every_step_in_the_console_is_what_tokens_and_gates_go_by", async (hedy) => {
    const uri = `${suite.demo.origin}/demo/reports`;
    const { page } = hedy;
    const step = stepsOf(hedy);

    await hedy.goTo("");
    assert.equal(await hedy.heading(), "Log in to the console");
    await step("logged-out");
    await hedy.follow("Log in");
    await page.waitForURL(/\/oidc\/login\?/);
    assert.equal(await hedy.heading(), "Log in to Console");
    await step("hosted-login");
    const link = await hedy.askForLink(HEDY);
    await hedy.open("/dev/outbox");
    await step("outbox");
    await hedy.open(link);
    await hedy.press("Log in");
    await hedy.arrived("Overview");
    await step("overview");

    await hedy.turnTo("Resources");
    await hedy.follow("Create resource");
    await hedy.arrived("New resource");
    await hedy.fill("Name", "Reports");
    await hedy.fill("Identifier", "reports");
    await hedy.fill("URI", uri);
    await hedy.fill("Access token expiration", "5 min");
    await page.getByText("300 s 5 minutes").waitFor();
    await timeLine(hedy, /Access token 5 minutes, Refresh token 14 days, Session expiration 14 days, Login session 14 days/);
    await step("new-resource");
    await hedy.press("Add scope");
    await hedy.fill("Scope 1", "reports:read");
    await step("new-scope");
    await hedy.press("Create resource");
    await hedy.arrived("Reports");
    await hedy.hears("The resource is there. It is on its way, and relied on everywhere from");
    await step("resource");
    assert.equal((await asked(uri))["error"], "invalid_target");

    await hedy.choose("Assign to a client", "checkout", "shop-checkout");
    await hedy.press("Assign");
    const assigned = boundOf(await hedy.hears("shop-checkout may ask for Reports now. It is on its way, and relied on everywhere from"));
    await page.getByRole("table", { name: "Clients of Reports" }).getByRole("link", { name: "Shop checkout" }).waitFor();
    await step("assigned");

    const first = await until(assigned, () => asked(uri), ({ aud }) => aud !== undefined);
    assert.equal(first["aud"], uri);
    assert.equal(Number(first["exp"]) - Number(first["iat"]), 300);
    assert.equal(first["scope"], "reports:read");

    await hedy.fill("Access token expiration", "1 min");
    await timeLine(hedy, /Access token 1 minute,/);
    await page.getByText("Not saved yet: access token expiration").waitFor();
    await step("shorter");
    await hedy.press("Save");
    const saved = boundOf(await hedy.hears("Saved. It is on its way, and relied on everywhere from"));
    await step("saved");
    const followed = until(saved, () => asked(uri), ({ exp, iat }) => Number(exp) - Number(iat) === 60);

    const ada = await Visitor.arrive(suite.browser, suite.demo);
    await ada.logIn("shop", ADA);
    assert.deepEqual(await ada.atTheGate("My profile"), [200, null]);
    await hedy.turnTo("Users");
    await hedy.follow(ADA);
    await hedy.arrived(ADA);
    const sessions = page.getByRole("table", { name: `Sessions of ${ADA}` });
    assert.equal(await sessions.getByRole("row").count(), 2);
    await step("user");
    await sessions.getByRole("button", { name: /^End session/ }).click();
    await hedy.dialog("End this session?").waitFor();
    await step("ending");
    await hedy.answer("End this session?", "End session");
    await hedy.hears("The session is ended.");
    await page.getByText("Not logged in anywhere").waitFor();
    await step("ended");
    await ada.press("Refresh");
    assert.equal(await ada.refusal(), "invalid_grant");
    await ada.picture("console-story-refresh-refused");
    const atTheGate = await until(Date.now() + REVOCATION_BOUND, () => ada.atTheGate("My profile"), ([status]) => status !== 200);
    assert.deepEqual(atTheGate, [401, "token_revoked"]);
    await ada.picture("console-story-gate-refuses");
    await ada.leave();

    const second = await followed;
    assert.equal(Number(second["exp"]) - Number(second["iat"]), 60);
    await hedy.goTo("resources/reports");
    await page.getByText("Published, and relied on everywhere").waitFor({ timeout: REVOCATION_BOUND });
    const { exp, iat } = await asked(uri);
    assert.equal(Number(exp) - Number(iat), 60);
    await step("published");

    await hedy.follow("Its history in the audit log");
    await hedy.arrived("Audit log");
    await page.getByRole("button", { name: /What changed: update resource reports/ }).click();
    await page.getByText("5 min (300 s)").waitFor();
    await page.getByText("1 min (60 s)").waitFor();
    await step("audit-log");
  });
});

describe("who is not logged in", () => {
  visit("is_led_to_the_login_and_back_to_where_they_were", async (hedy) => {
    await hedy.goTo("audit?kind=role");
    assert.equal(await hedy.heading(), "Log in to the console");
    await hedy.logInHere();
    await hedy.arrived("Audit log");
    assert.equal(await hedy.page.evaluate(() => location.pathname + location.search), "/console/audit?kind=role");
  });

  visit("is_asked_nothing_where_the_browser_knows_them", async (hedy) => {
    await hedy.goTo("");
    await hedy.logInHere();
    await hedy.arrived("Overview");
    await hedy.page.context().clearCookies({ name: "audgate-console" });
    await hedy.goTo("users");
    await hedy.follow("Log in");
    await hedy.arrived("Users");
  });

  visit("reads_nothing_of_the_tenant", async (nobody) => {
    const read: string[] = [];
    nobody.page.on("request", (request) => read.push(new URL(request.url()).pathname));
    for (const path of ["", "users", "clients/orders-backend", "keys"]) await nobody.goTo(path);
    assert.deepEqual(read.filter((path) => path.startsWith("/console/api/")), []);
  });
});

describe("who may not administer the tenant", () => {
  visit("is_told_so_where_the_console_s_application_is_not_theirs", async (ada) => {
    await ada.goTo("");
    await ada.logInHere(ADA);
    assert.equal(await ada.heading(), "Not logged in");
    assert.match(await ada.text(), /You were not let in/);
    await ada.look("console-not-assigned");
    await ada.goTo("");
    assert.equal(await ada.heading(), "Log in to the console");
  });

  visit("is_told_so_without_the_role_and_from_when_it_is_taken_away", async (grace) => {
    const hedy = await suite.come();
    await hedy.change("applications/console/users/grace", {});
    await hedy.published();
    await grace.goTo("");
    await grace.logInHere(GRACE);
    assert.equal(await grace.heading(), "Not for you");
    assert.match(await grace.text(), /tenant-administrator/);
    await grace.look("console-no-role");
    await grace.follow("Log in as somebody else");
    await grace.page.waitForURL(/\/oidc\/login\?/);
    assert.equal(await grace.heading(), "Log in to Console");
    await grace.goTo("");
    assert.equal(await grace.heading(), "Log in to the console");

    await hedy.change("users/grace", { role_ids: ["tenant-administrator"] });
    await hedy.published();
    await grace.follow("Log in");
    await grace.arrived("Overview");
    await hedy.change("users/grace", { role_ids: ["order-manager", "profile-owner"] });
    await hedy.published();
    await grace.turnTo("Users");
    await grace.page.getByRole("alert").getByText("You may not do this: it takes the role tenant-administrator.").waitFor();
    await grace.goTo("users");
    assert.equal(await grace.heading(), "Not for you");
    await grace.look("console-role-taken");
    await grace.press("Log in as somebody else");
    await grace.arrived("Log in to the console");
    await hedy.leave();
  });
});

describe("a logout", () => {
  visit("ends_the_session_in_every_tab_and_loses_nothing_that_was_typed", async (hedy) => {
    await hedy.goTo("");
    await hedy.logInHere();
    await hedy.arrived("Overview");
    const other = await hedy.tab();
    await other.goTo("roles/order-viewer");
    await other.fill("Description", "typed before the logout");
    await hedy.press("Log out");
    await hedy.arrived("Log in to the console");
    await other.press("Save");
    await other.dialog("Your session is over").waitFor();
    await other.look("console-session-over");
    const again = await other.opens(() => other.follow("Log in again"));
    await again.finishLogin();
    await again.arrived("You are logged in");
    await other.hears("You are logged in again. What was not saved is still here.");
    await other.shows("Description", "typed before the logout");
    await other.press("Save");
    await other.hears(/^Saved/);
    assert.deepEqual(await other.faults(), []);
  });

  visit("asks_for_a_new_login_everywhere", async (hedy) => {
    await hedy.goTo("");
    await hedy.logInHere();
    await hedy.arrived("Overview");
    await hedy.press("Log out");
    await hedy.arrived("Log in to the console");
    await hedy.follow("Log in");
    await hedy.page.waitForURL(/\/oidc\/login\?/);
    assert.equal(await hedy.heading(), "Log in to Console");
  });
});

/** The playground in a browser: the real issuer and the real gate, in the page. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launchChromium } from "./support/chromium.ts";
import { faintTexts } from "./support/contrast.ts";
import { Playground } from "./support/playground.ts";
import { serveFolder, type StaticServer } from "./support/static-server.ts";

const ROOT = join(import.meta.dirname, "../..");
const SCREENSHOTS = join(ROOT, "tests/artifacts/screenshots");
const ORDERS = "https://api.shop.example/orders";

let browser: Browser;
let server: StaticServer | undefined;
let origin: string;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const running = process.env["AUDGATE_URL"];
  server = running === undefined ? await serveFolder(join(ROOT, "www/dist")) : undefined;
  origin = (running ?? server?.origin ?? "").replace(/\/$/, "");
  browser = await launchChromium();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** A test with a page of its own, which has to behave to the end. */
function visit(claim: string, work: (playground: Playground) => Promise<void>, options: BrowserContextOptions = {}): void {
  test(claim, async () => {
    const playground = await Playground.open(browser, origin, options);
    try {
      await work(playground);
      assert.deepEqual(playground.complaints, []);
    } finally {
      await playground.close();
    }
  });
}

describe("minting", () => {
  visit("minted_token_is_for_the_resource_that_was_asked_for", async (playground) => {
    const claims = await playground.mint();
    assert.equal(claims.aud, ORDERS);
    assert.equal(claims.exp - claims.iat, 3600);
    assert.equal(claims.scope, "orders:read orders:cancel");
  });

  visit("access_token_ttl_decides_exp", async (playground) => {
    await playground.page.fill("#access_token_ttl", "90");
    assert.equal(await playground.page.locator("#access_token_ttl-words").innerText(), "1 minute 30 seconds");
    const claims = await playground.mint();
    assert.equal(claims.exp - claims.iat, 90);
  });

  visit("uri_decides_aud", async (playground) => {
    await playground.page.fill("#uri", "shop/orders");
    assert.equal((await playground.mint()).aud, "https://api.shop.example/shop/orders");
  });

  visit("requested_scope_is_narrowed_to_what_the_role_grants", async (playground) => {
    await playground.choose("subject", "shop-viewer");
    await playground.page.fill("#scope", "orders:read orders:cancel");
    assert.equal((await playground.mint()).scope, "orders:read");
    await playground.page.fill("#scope", "orders:cancel");
    assert.equal(await playground.mintRefused(), "invalid_scope");
  });

  visit("resource_off_the_client_s_list_is_refused", async (playground) => {
    await playground.choose("resource", "payments");
    assert.equal(await playground.mintRefused(), "invalid_target");
  });

  visit("default_resource_is_used_where_none_is_asked_for", async (playground) => {
    await playground.page.selectOption("#target", "default");
    assert.equal((await playground.mint()).aud, "https://login.shop.example");
  });
});

describe("the gate", () => {
  visit("minted_token_is_allowed", async (playground) => {
    await playground.mint();
    assert.equal(await playground.send(), "allow");
    assert.deepEqual(await playground.steps("passed"), [
      ...["Resource", "Rule", "Token", "Audience", "Time", "Signature", "Subject", "Scopes"],
    ]);
    assert.match(await playground.page.locator("#response").innerText(), /HTTP\/1\.1 200[^]*GET \/orders\/42/);
  });

  visit("request_without_a_token_is_challenged", async (playground) => {
    await playground.choose("credentials", "none");
    assert.equal(await playground.send(), "no_token");
    assert.match(await playground.page.locator("#response").innerText(), /401[^]*www-authenticate: Bearer resource_metadata=/);
  });

  visit("public_rule_needs_no_token", async (playground) => {
    await playground.choose("credentials", "none");
    await playground.page.fill("#path", "/orders/status");
    assert.equal(await playground.send(), "allow");
    assert.deepEqual(await playground.steps("passed"), ["Resource", "Rule"]);
  });

  visit("token_of_another_resource_is_refused_for_its_audience", async (playground) => {
    await playground.choose("credentials", "other");
    assert.equal(await playground.send(), "audience_mismatch");
    assert.deepEqual(await playground.steps("failed"), ["Audience"]);
    assert.deepEqual(await playground.steps("skipped"), ["Time", "Signature", "Subject", "Scopes"]);
  });

  visit("tampered_token_is_refused_for_its_signature", async (playground) => {
    await playground.mint();
    await playground.choose("credentials", "tampered");
    assert.equal(await playground.send(), "signature_mismatch");
    assert.deepEqual(await playground.steps("failed"), ["Signature"]);
  });

  visit("token_expires_when_the_clock_is_moved", async (playground) => {
    const { page } = playground;
    await playground.mint();
    await page.click("[data-advance='60']");
    assert.equal(await playground.send(), "allow");
    await page.click("#past-expiry");
    assert.equal(await playground.send(), "expired");
    assert.deepEqual(await playground.steps("failed"), ["Time"]);
    assert.match(await page.locator(".token-time-says").innerText(), /^Refused/);
    await page.click("#real-time");
    assert.equal(await playground.send(), "allow");
  });

  visit("subject_that_may_view_may_not_cancel", async (playground) => {
    await playground.choose("subject", "shop-viewer");
    await playground.mint();
    assert.equal(await playground.send(), "allow");
    await playground.page.selectOption("#method", "DELETE");
    assert.equal(await playground.send(), "insufficient_scope");
    assert.deepEqual(await playground.steps("failed"), ["Scopes"]);
  });

  visit("user_reaches_its_own_profile_only", async (playground) => {
    await playground.choose("resource", "profile");
    await playground.choose("subject", "ada");
    await playground.mint();
    assert.equal(await playground.send(), "allow");
    await playground.page.fill("#path", "/profile/users/grace");
    assert.equal(await playground.send(), "wrong_subject");
    await playground.page.fill("#path", "/profile/apps/shop");
    assert.equal(await playground.send(), "wrong_subject_kind");
  });

  visit("management_token_reaches_every_application", async (playground) => {
    await playground.choose("resource", "profile");
    await playground.choose("subject", "tenant-admin");
    await playground.mint();
    assert.equal(await playground.send(), "allow");
  });

  visit("live_token_stays_good_when_the_lifetime_is_shortened", async (playground) => {
    await playground.mint();
    await playground.page.fill("#access_token_ttl", "60");
    assert.equal(await playground.send(), "allow");
  });

  visit("revocation_is_a_step_of_its_own_and_not_looked_at_where_no_list_is_published", async (playground) => {
    await playground.mint();
    assert.equal(await playground.send(), "allow");
    assert.deepEqual(await playground.steps("skipped"), ["Revocation"]);
  });

  visit("strong_revocation_that_nobody_can_answer_refuses_at_its_step", async (playground) => {
    const { page } = playground;
    await playground.choose("editor", "document");
    const text = await page.inputValue("#document");
    await page.fill("#document", text.replace('"resource_id": "orders",', '"resource_id": "orders", "revocation": "strong",'));
    assert.deepEqual(await playground.faults(), []);
    await playground.mint();
    assert.equal(await playground.send(), "revocation_unknown");
    assert.deepEqual(await playground.steps("failed"), ["Revocation"]);
    assert.deepEqual(await playground.steps("skipped"), ["Subject", "Scopes"]);
  });

  visit("handler_that_asks_for_more_than_was_granted_is_answered_by_the_gate", async (playground) => {
    const { page } = playground;
    await playground.choose("subject", "shop-viewer");
    await playground.mint();
    await page.fill("#demand", "orders:read");
    assert.equal(await playground.send(), "allow");
    await page.fill("#demand", "orders:read orders:cancel");
    assert.equal(await playground.send(), "insufficient_scope");
    assert.deepEqual(await playground.steps("failed"), ["Scopes"]);
    assert.match(await page.locator(".steps .failed .says").innerText(), /orders:read orders:cancel is wanted, the token has orders:read$/);
    assert.match(await page.locator("#response").innerText(), /403[^]*scope="orders:read orders:cancel"/);
  });

  visit("handler_that_asks_where_no_token_is_read_is_refused_at_the_rule", async (playground) => {
    await playground.choose("credentials", "none");
    await playground.page.fill("#path", "/orders/status");
    await playground.page.fill("#demand", "orders:read");
    assert.equal(await playground.send(), "public_rule");
    assert.deepEqual(await playground.steps("failed"), ["Rule"]);
  });

  visit("decision_is_shown_as_the_gate_says_it", async (playground) => {
    const { page } = playground;
    const { sub } = await playground.mint();
    await playground.send();
    await page.click("#decision .disclosure button");
    const shown = JSON.parse(await page.locator("#decision-text").innerText()) as { type: string; access: { subject: string }; trace: { outcome: string } };
    assert.deepEqual([shown.type, shown.access.subject, shown.trace.outcome], ["allow", sub, "allow"]);
  });

  visit("path_that_no_resource_covers_is_refused", async (playground) => {
    await playground.mint();
    await playground.page.fill("#path", "/orders-archive/42");
    assert.equal(await playground.send(), "no_resource");
  });

  visit("sending_before_minting_says_what_to_do", async ({ page }) => {
    await page.click("#send");
    assert.match(await page.locator("#decision .empty").innerText(), /Mint one in step 2/);
  });
});

describe("the document", () => {
  visit("fault_is_listed_with_its_path_and_the_last_good_document_stays", async (playground) => {
    const { page } = playground;
    await page.fill("#max_refresh_rotate", "600");
    assert.deepEqual(await playground.faults(), ["$.resources[0].refresh_token_ttl"]);
    assert.equal(await page.getAttribute("#refresh_token_ttl", "aria-invalid"), "true");
    assert.match(await page.locator("#document-verdict").innerText(), /^1 fault\. Not in force/);
    await playground.mint();
    assert.equal(await playground.send(), "allow");
    await page.fill("#max_refresh_rotate", "1209600");
    assert.deepEqual(await playground.faults(), []);
  });

  visit("fault_leads_to_its_place_in_the_text", async ({ page }) => {
    await page.fill("#access_token_ttl", "soon");
    await page.click(".fault-path");
    const selected = await page.$eval("#document", (field: HTMLTextAreaElement) =>
      field.value.slice(field.selectionStart, field.selectionEnd),
    );
    assert.equal(selected, '"soon"');
  });

  visit("every_fault_is_listed_at_once", async (playground) => {
    await playground.page.fill("#access_token_ttl", "0");
    await playground.page.fill("#uri", "orders?all");
    await playground.page.fill("#rules li:first-child .rule-path", "orders");
    assert.deepEqual((await playground.faults()).filter((path) => path.startsWith("$.resources[0]")), [
      "$.resources[0].uri",
      "$.resources[0].access_token_ttl",
      "$.resources[0].rules[0].path",
    ]);
  });

  visit("text_that_is_no_json_is_a_fault_and_empties_the_form", async (playground) => {
    const { page } = playground;
    await playground.choose("editor", "document");
    await page.fill("#document", "{");
    assert.deepEqual(await playground.faults(), ["$"]);
    await playground.choose("editor", "form");
    assert.equal(await page.isVisible("#unreadable"), true);
    await page.click("#start-over");
    assert.deepEqual(await playground.faults(), []);
    assert.equal(await page.isVisible("#resource-form"), true);
  });

  visit("rule_takes_effect_as_it_is_edited", async (playground) => {
    const { page } = playground;
    await playground.mint();
    await page.selectOption("#rules li:first-child .rule-subjects", "users");
    assert.equal(await playground.send(), "wrong_subject_kind");
    await page.selectOption("#rules li:first-child .rule-subjects", "public, no token");
    await playground.choose("credentials", "none");
    assert.equal(await playground.send(), "allow");
  });

  visit("scope_can_be_added_renamed_and_removed_without_a_fault", async (playground) => {
    const { page } = playground;
    await page.fill("#new-scope", "orders:refund");
    await page.press("#new-scope", "Enter");
    assert.equal((await playground.mint()).scope, "orders:read orders:cancel orders:refund");
    await page.fill("#scopes li:first-child input", "orders:view");
    await page.press("#scopes li:first-child input", "Tab");
    assert.equal(await page.inputValue("#rules li:first-child .rule-scopes"), "orders:view");
    await page.click("[aria-label='Remove scope orders:refund']");
    assert.deepEqual(await playground.faults(), []);
    assert.equal((await playground.mint()).scope, "orders:view orders:cancel");
  });
});

describe("the link", () => {
  visit("link_brings_back_document_and_choices", async (playground) => {
    const { page } = playground;
    await page.fill("#access_token_ttl", "120");
    await playground.choose("subject", "shop-viewer");
    await page.selectOption("#method", "DELETE");
    await page.click("[data-advance='3600']");
    const link = new URL(await playground.addressSettled());
    const copy = await Playground.open(browser, origin, {}, link.hash);
    assert.equal(await copy.page.inputValue("#access_token_ttl"), "120");
    assert.equal(await copy.page.locator("input[name=subject]:checked").inputValue(), "shop-viewer");
    assert.equal(await copy.page.inputValue("#method"), "DELETE");
    assert.match(await copy.page.locator("#clock-ahead").innerText(), /^1 h ahead/);
    await copy.close();
  });

  visit("link_carries_no_token_key_or_secret", async (playground) => {
    const { page } = playground;
    await playground.mint();
    await playground.send();
    assert.equal(new URL(await playground.addressSettled()).hash, "");
    await playground.choose("editor", "document");
    const text = await page.inputValue("#document");
    assert.match(text, /\$\{SECRET_HASH:orders-backend\}/);
    assert.doesNotMatch(text, /sha256:|"kty"/);
  });

  visit("place_of_the_page_in_the_address_is_no_link", async (playground) => {
    const { page } = playground;
    await page.selectOption("#method", "DELETE");
    await page.focus(".skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "resource");
    assert.equal(await page.inputValue("#method"), "DELETE");
    assert.equal(await page.isVisible("#resource-form"), true);
  });

  visit("broken_link_opens_the_page_as_it_is", async (playground) => {
    const copy = await Playground.open(browser, origin, {}, "#document=%%%&ahead=soon&credentials=root&method=BREW&subject=nobody");
    assert.deepEqual(await copy.faults(), []);
    assert.equal(await copy.page.inputValue("#method"), "GET");
    assert.equal(await copy.mintRefused(), "nobody asks");
    await copy.close();
    assert.equal(await playground.page.inputValue("#method"), "GET");
  });
});

describe("everybody", () => {
  visit("keyboard_alone_mints_and_sends", async ({ page }) => {
    const tabTo = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) {
          const outline = await page.evaluate(() => {
            const at = document.activeElement as HTMLElement;
            const drawn = [at, at.parentElement, at.nextElementSibling].filter((element) => element !== null);
            return drawn.some((element) => getComputedStyle(element).outlineStyle !== "none");
          });
          assert.ok(outline, `the focus on ${selector} is not visible`);
          return;
        }
      }
      assert.fail(`Tab does not reach ${selector}`);
    };
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Skip to the resource");
    await page.keyboard.press("Enter");
    await tabTo("input[name=resource]");
    await page.keyboard.press("ArrowRight");
    await tabTo("#uri");
    assert.equal(await page.inputValue("#uri"), "profile");
    await tabTo("input[name=subject]");
    await page.keyboard.press("ArrowUp");
    await tabTo("#mint");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".claims");
    assert.equal(await page.locator("#announcement").textContent(), "Token minted for https://api.shop.example/profile");
    await tabTo("#path");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".steps");
    assert.equal(await page.locator("#announcement").textContent(), "Allowed, status 200");
  });

  test("page_says_so_where_the_core_cannot_be_loaded", async () => {
    const page = await browser.newPage();
    await page.route("**/*.wasm", (route) => route.abort());
    await page.goto(`${origin}/`);
    await page.waitForSelector("#loading.failed");
    assert.match(await page.locator("#loading").innerText(), /^The core could not be loaded/);
    assert.equal(await page.isDisabled("#mint"), true);
    await page.close();
  });

  visit("every_field_and_button_has_a_name", async ({ page }) => {
    const nameless = await page.$$eval("input, select, textarea, button", (controls) =>
      controls
        .filter((control) => {
          const labels = "labels" in control ? [...((control.labels as NodeListOf<HTMLLabelElement> | null) ?? [])] : [];
          const name = control.getAttribute("aria-label") ?? [control, ...labels].map((element) => element.textContent?.trim()).join("");
          return name === "";
        })
        .map((control) => control.outerHTML),
    );
    assert.deepEqual(nameless, []);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 900, 390, 360]) {
      visit(
        `page_reads_well_${colorScheme}_at_${width}`,
        async (playground) => {
          const { page } = playground;
          await playground.page.fill("#max_refresh_rotate", "600");
          assert.deepEqual(await faintTexts(page), []);
          await page.fill("#max_refresh_rotate", "1209600");
          await playground.mint();
          await playground.choose("credentials", width === 1440 ? "minted" : "other");
          await playground.send();
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.equal(overflow, 0);
          assert.deepEqual(await faintTexts(page), []);
          await page.mouse.move(0, 0);
          await page.evaluate(() => scrollTo(0, 0));
          await page.screenshot({ path: join(SCREENSHOTS, `playground-${width}-${colorScheme}.png`), fullPage: true });
        },
        { colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" },
      );
    }
  }
});

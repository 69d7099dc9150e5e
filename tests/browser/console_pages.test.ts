/** Every page of the console: wide and narrow, light and dark, accessible, and with nothing to hide. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Administrator } from "./support/administrator.ts";
import { ConsoleSuite } from "./support/console-suite.ts";

/** Opens one page after the other. */
let hedy: Administrator;
const suite = new ConsoleSuite(async () => {
  hedy = await suite.come();
  await hedy.make("applications", { app_id: "empty", name: "Empty", kind: "application" });
  await hedy.make("resources", { resource_id: "unassigned", name: "Unassigned", uri: "https://unassigned.example/", access_token_ttl: 600, refresh_token_ttl: 86_400, max_refresh_rotate: 7_776_000 });
  await hedy.make("keys", { algorithm: "ES256" });
});

/** A test of what one page shows; what is wrong with it is not counted against the next. */
function page(claim: string, work: () => Promise<void>): void {
  test(claim, async () => {
    hedy.complaints.length = 0;
    await work();
    assert.deepEqual(await hedy.faults(), []);
  });
}

/** Name of the pictures, address, title. */
const PAGES: [name: string, path: string, title: string][] = [
  ["overview", "", "Overview"],
  ["resources", "resources", "Resources"],
  ["resources-none-found", "resources?search=nothing", "Resources"],
  ["resource-new", "resources/new", "New resource"],
  ["resource", "resources/profile", "Profile"],
  ["resource-default", "resources/default", "Default resource"],
  ["resource-unassigned", "resources/unassigned", "Unassigned"],
  ["applications", "applications", "Applications"],
  ["application-new", "applications/new", "New application"],
  ["application", "applications/shop", "Shop"],
  ["application-management", "applications/admin", "Administration"],
  ["application-empty", "applications/empty", "Empty"],
  ["clients", "clients", "Clients"],
  ["client-new", "clients/new", "New client"],
  ["client", "clients/shop-insights", "Insights"],
  ["client-by-key", "clients/shop-service", "Shop service"],
  ["roles", "roles", "Roles"],
  ["role-new", "roles/new", "New role"],
  ["role", "roles/order-manager", "Order manager"],
  ["users", "users", "Users"],
  ["user-new", "users/new", "New user"],
  ["user", "users/hedy", "hedy@shop.example"],
  ["user-logged-out", "users/grace", "grace@shop.example"],
  ["keys", "keys", "Keys"],
  ["audit", "audit", "Audit log"],
  ["audit-none-found", "audit?kind=role&id=nothing", "Audit log"],
  ["explain", "explain", "Explain"],
  ["explain-granted", "explain?client_id=shop-web&user_id=ada&resource=orders", "Explain"],
  ["explain-refused", "explain?client_id=partner-app&resource=payments&scope=payments%3Aread", "Explain"],
  ["not-found", "nowhere", "No such page"],
];

describe("a page of the console is accessible, fits, and asks nobody else for anything:", () => {
  for (const [name, path, title] of PAGES) {
    page(name, async () => {
      await hedy.goTo(path);
      assert.equal(await hedy.heading(), title);
      assert.equal(await hedy.page.title(), `${title} - Audgate console`);
      await hedy.look(`console-${name}`);
    });
  }
});

describe("what there is not", () => {
  for (const list of ["resources", "applications", "clients", "roles", "users"]) {
    page(`has a page that says so: ${list}`, async () => {
      await hedy.open(`/console/${list}/nowhere`);
      await hedy.page.getByRole("alert").getByText("There is no such thing in this tenant, or no longer.").waitFor();
      await hedy.look(`console-not-found-${list}`);
      assert.match(await hedy.heading(), /\w/);
    });
  }
});

describe("what opens on a page is accessible and fits:", () => {
  page("the menu where there is little room", async () => {
    await hedy.page.setViewportSize({ width: 360, height: 740 });
    await hedy.goTo("keys");
    const menu = hedy.page.getByRole("navigation", { name: "Console" });
    assert.equal(await menu.isVisible(), false);
    await hedy.press("Menu");
    assert.equal(await menu.isVisible(), true);
    await hedy.picture("console-menu-light-360");
    await hedy.turnTo("Roles");
    assert.equal(await menu.isVisible(), false);
    await hedy.page.setViewportSize({ width: 1280, height: 800 });
  });

  page("an entry of the audit log", async () => {
    await hedy.goTo("audit?kind=client&id=shop-insights");
    await hedy.page.getByRole("button", { name: /^What changed/ }).first().click();
    await hedy.look("console-audit-entry");
  });

  page("what is offered while one types", async () => {
    await hedy.goTo("explain");
    await hedy.page.getByRole("combobox", { name: "Client", exact: true }).pressSequentially("shop");
    await hedy.page.getByRole("option").filter({ hasText: "shop-app" }).waitFor();
    // The list hides the rest of the page from screen readers. Axe minds that Tab could lead there, but Tab closes the list.
    await hedy.look("console-picker", ["aria-hidden-focus", "page-has-heading-one", "region"]);
    await hedy.page.keyboard.press("Tab");
    await hedy.page.getByRole("option").first().waitFor({ state: "detached" });
  });

  page("a question", async () => {
    await hedy.goTo("users/ada");
    await hedy.press("Suspend user");
    await hedy.dialog("Suspend ada@shop.example?").waitFor();
    await hedy.look("console-question");
  });

  page("what is not saved yet", async () => {
    await hedy.goTo("resources/payments");
    await hedy.fill("Refresh token expiration", "30 days");
    await hedy.page.getByText("Not saved yet: refresh token expiration").waitFor();
    await hedy.look("console-unsaved");
    await hedy.press("Discard");
  });

  page("rules as JSON", async () => {
    await hedy.goTo("resources/profile");
    await hedy.page.getByRole("radio", { name: "JSON" }).click();
    await hedy.page.getByLabel("Rules as JSON").waitFor();
    await hedy.look("console-rules-as-json");
  });
});

describe("the console without a session is accessible and fits:", () => {
  for (const [name, path] of [["logged-out", ""], ["logged-in-elsewhere", "logged-in"]] as const) {
    test(name, async () => {
      const nobody = await Administrator.come(suite.browser, suite.demo);
      await nobody.goTo(path);
      await nobody.look(`console-${name}`);
      assert.deepEqual(await nobody.faults(), []);
      await nobody.leave();
    });
  }
});

describe("an address of the console", () => {
  page("leads to the same page when it is opened anew, with what was searched", async () => {
    await hedy.goTo("clients");
    await hedy.page.getByRole("searchbox", { name: "Search clients" }).pressSequentially("partner");
    await hedy.page.waitForURL(/\?search=partner$/);
    await hedy.page.getByText("2 clients shown").waitFor({ state: "attached" });
    await hedy.page.reload();
    await hedy.loaded();
    assert.deepEqual(await hedy.page.getByRole("table", { name: "clients" }).getByRole("rowheader").getByRole("link").allInnerTexts(), ["Partner application", "Partners"]);
  });

  page("that was left is where the way back leads, and the focus follows", async () => {
    await hedy.goTo("clients?search=partner");
    await hedy.follow("Partners");
    await hedy.arrived("Partners");
    await hedy.focuses(hedy.page.getByRole("heading", { level: 1 }));
    await hedy.page.goBack();
    await hedy.arrived("Clients");
    await hedy.focuses(hedy.page.getByRole("heading", { level: 1 }));
    assert.equal(await hedy.page.getByRole("searchbox").inputValue(), "partner");
  });
});

/** The console without a mouse: everything is reached, the focus can be seen, and it goes where one goes on. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { type Administrator, becomes } from "./support/administrator.ts";
import { ConsoleSuite } from "./support/console-suite.ts";

const suite = new ConsoleSuite();
const visit = suite.visit.bind(suite);

describe("the keyboard alone", () => {
  visit("makes_a_role_gives_it_scopes_and_deletes_it", async (hedy) => {
    const { page } = hedy;
    const { keyboard } = page;
    const heading = (name: string) => page.getByRole("heading", { level: 1, name, exact: true });
    const button = (name: string) => page.getByRole("button", { name, exact: true });
    await hedy.goTo("");
    await hedy.tabTo(page.getByRole("link", { name: "Skip to the content" }));
    await keyboard.press("Enter");
    await hedy.focuses(page.getByRole("main"));
    await hedy.tabTo(page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Roles" }), "Shift+Tab");
    await keyboard.press("Enter");
    await hedy.arrived("Roles");
    await hedy.focuses(heading("Roles"));
    await hedy.tabTo(page.getByRole("link", { name: "Create role" }));
    await keyboard.press("Enter");
    await hedy.arrived("New role");
    await hedy.focuses(heading("New role"));

    await hedy.tabTo(hedy.field("Name"));
    await keyboard.type("Order clerk");
    await hedy.tabTo(hedy.field("Identifier"));
    await keyboard.type("order-clerk");
    const picker = page.getByRole("combobox", { name: "Add a resource" });
    await hedy.tabTo(picker);
    await keyboard.type("ord");
    await becomes(() => page.getByRole("option").allInnerTexts().then(String), "Orders\norders");
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await hedy.shows("Add a resource", "orders");
    await hedy.tabTo(button("Add"));
    await keyboard.press("Enter");
    const cancel = page.getByRole("checkbox", { name: /orders:cancel/ });
    await cancel.waitFor();
    await hedy.tabTo(cancel, "Shift+Tab");
    await keyboard.press("Space");
    assert.equal(await cancel.isChecked(), false);
    await hedy.tabTo(button("Create role"));
    await keyboard.press("Enter");
    await hedy.arrived("Order clerk");
    await hedy.focuses(heading("Order clerk"));
    await hedy.hears("The role is there.");

    await hedy.tabTo(cancel);
    await keyboard.press("Space");
    await hedy.tabTo(button("Save"));
    await keyboard.press("Enter");
    await hedy.hears(/^Saved/);
    await page.reload();
    await hedy.loaded();
    assert.equal(await cancel.isChecked(), true);

    await hedy.tabTo(button("Delete role"));
    await keyboard.press("Enter");
    const question = hedy.dialog("Delete Order clerk?");
    await hedy.focuses(question.getByRole("button", { name: "Keep it" }));
    await hedy.tabTo(question.getByRole("button", { name: "Delete role" }));
    await hedy.tabTo(question.getByRole("button", { name: "Keep it" }));
    await keyboard.press("Escape");
    await hedy.focuses(button("Delete role"));
    await keyboard.press("Enter");
    await hedy.tabTo(question.getByRole("button", { name: "Delete role" }));
    await keyboard.press("Enter");
    await hedy.arrived("Roles");
    await hedy.focuses(heading("Roles"));
  });
});

describe("the focus", () => {
  visit("stays_where_enter_saves", async (hedy) => {
    await hedy.goTo("roles/profile-owner");
    await hedy.tabTo(hedy.field("Description"));
    await hedy.page.keyboard.type("Owns profiles");
    await hedy.page.keyboard.press("Enter");
    await hedy.hears(/^Saved/);
    await hedy.focuses(hedy.field("Description"));
  });

  visit("has_a_place_after_the_button_that_saves_is_gone", async (hedy) => {
    await hedy.goTo("roles/profile-owner");
    await hedy.tabTo(hedy.field("Description"));
    await hedy.page.keyboard.type("Still owns profiles");
    await hedy.tabTo(hedy.page.getByRole("button", { name: "Save", exact: true }));
    await hedy.page.keyboard.press("Enter");
    await hedy.page.getByRole("group", { name: "Unsaved changes" }).waitFor({ state: "detached" });
    await hasAPlace(hedy);
  });

  visit("has_a_place_after_something_was_added", async (hedy) => {
    await hedy.goTo("roles/tenant-administrator");
    await hedy.choose("Add a resource", "orders", "orders");
    const add = hedy.page.getByRole("button", { name: "Add", exact: true });
    await add.focus();
    await hedy.page.keyboard.press("Enter");
    await hedy.page.getByRole("checkbox", { name: /orders:cancel/ }).waitFor();
    await hasAPlace(hedy);
    await hedy.press("Discard");
  });

  for (const [path, name] of [
    ["roles/order-manager", "Remove Orders"],
    ["users/ada", "Remove role profile-owner"],
    ["resources/orders", "Remove scope orders:cancel"],
    ["resources/orders", "Remove rule 2"],
  ] as const) {
    visit(`has_a_place_after_${name.toLowerCase().replaceAll(" ", "_")}`, async (hedy) => {
      await hedy.goTo(path);
      const remove = hedy.page.getByRole("button", { name, exact: true });
      await remove.focus();
      await hedy.page.keyboard.press("Enter");
      await remove.waitFor({ state: "detached" });
      await hasAPlace(hedy);
      await hedy.press("Discard");
    });
  }

  /** After what had the focus is gone, something else on the page has it. */
  async function hasAPlace({ page }: Administrator): Promise<void> {
    const focused = () => page.evaluate(() => (document.activeElement?.matches("body, :disabled") ? "nothing" : "something"));
    await becomes(focused, "something", "the focus is lost", 1_000);
  }
});

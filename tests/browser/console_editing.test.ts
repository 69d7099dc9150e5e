/** Working with the console: two at once, what is unsaved, what is refused, and what is shown once. */
import assert from "node:assert/strict";
import { describe } from "node:test";
import { type Administrator, becomes } from "./support/administrator.ts";
import { ConsoleSuite } from "./support/console-suite.ts";

const CONFLICT = "Somebody else changed this";
const LEAVING = "Leave without saving?";
const SECRET = "The client’s secret";

const suite = new ConsoleSuite();
const visit = suite.visit.bind(suite);

describe("two editors of one thing", () => {
  /** Both have opened the role; one saves its description, then the other wants to save another name. */
  function conflict(claim: string, id: string, work: (hedy: Administrator) => Promise<void>): void {
    visit(claim, async (hedy) => {
      await hedy.make("roles", { role_id: id, name: "Packer", description: "packs", resources: [{ resource_id: "orders", scopes: ["orders:read"] }] });
      const other = await suite.come();
      for (const editor of [hedy, other]) await editor.goTo(`roles/${id}`);
      await other.fill("Description", "packs and sends");
      await other.press("Save");
      await other.hears(/^Saved/);
      await hedy.fill("Name", "Sender");
      await hedy.press("Save");
      await hedy.dialog(CONFLICT).waitFor();
      await work(hedy);
      await other.goTo(`roles/${id}`);
      await other.shows("Description", "packs and sends");
      await other.shows("Name", await hedy.field("Name").inputValue());
      assert.deepEqual(await other.faults(), []);
      await other.leave();
    });
  }

  conflict("second_to_save_sees_what_differs_and_may_take_what_the_other_saved", "packer-theirs", async (hedy) => {
    const row = (member: string): Promise<string[]> =>
      hedy.dialog(CONFLICT).getByRole("row").filter({ has: hedy.page.getByRole("rowheader", { name: member, exact: true }) }).getByRole("cell").allInnerTexts();
    assert.deepEqual(await row("description"), ["packs", "packs and sends", "not changed"]);
    assert.deepEqual(await row("name"), ["Packer", "Packer", "Sender"]);
    await hedy.look("console-conflict");
    await hedy.answer(CONFLICT, "Reload theirs, and lose mine");
    await hedy.shows("Name", "Packer");
    await hedy.shows("Description", "packs and sends");
  });

  conflict("second_to_save_may_overwrite_what_both_changed_and_nothing_else", "packer-mine", async (hedy) => {
    await hedy.answer(CONFLICT, "Overwrite with mine");
    await hedy.hears(/^Saved/);
    await hedy.shows("Name", "Sender");
    await hedy.shows("Description", "packs and sends");
  });

  conflict("second_to_save_may_go_on_editing_and_is_asked_again", "packer-back", async (hedy) => {
    await hedy.answer(CONFLICT, "Go on editing");
    await hedy.shows("Name", "Sender");
    await hedy.press("Save");
    await hedy.answer(CONFLICT, "Reload theirs, and lose mine");
    await hedy.shows("Name", "Packer");
  });
});

describe("what is not saved", () => {
  visit("is_not_left_by_a_link_or_the_way_back_without_having_said_so", async (hedy) => {
    await hedy.goTo("roles");
    await hedy.follow("Order viewer");
    await hedy.arrived("Order viewer");
    await hedy.fill("Description", "not saved");
    const leave = [() => hedy.page.getByRole("link", { name: "Users", exact: true }).click(), () => hedy.page.goBack()];
    for (const left of leave) {
      await left();
      await hedy.dialog(LEAVING).waitFor();
      await hedy.focuses(hedy.dialog(LEAVING).getByRole("button", { name: "Stay here" }));
      await hedy.answer(LEAVING, "Stay here");
      await hedy.arrived("Order viewer");
      await hedy.shows("Description", "not saved");
    }
    await hedy.page.getByRole("link", { name: "Users", exact: true }).click();
    await hedy.answer(LEAVING, "Leave, and lose the changes");
    await hedy.arrived("Users");
    await hedy.goTo("roles/order-viewer");
    await hedy.shows("Description", "May view orders, not cancel them");
  });

  visit("is_not_lost_by_closing_the_page_without_having_said_so", async (hedy) => {
    await hedy.goTo("users/new");
    await hedy.field("Email address").pressSequentially("lost@shop.example");
    const asked = hedy.page.waitForEvent("dialog");
    await hedy.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    assert.equal(dialog.type(), "beforeunload");
    await dialog.dismiss();
    await hedy.shows("Email address", "lost@shop.example");
  });

  visit("can_be_discarded_and_then_nothing_is_asked", async (hedy) => {
    await hedy.goTo("roles/order-viewer");
    await hedy.fill("Name", "not saved");
    await hedy.press("Discard");
    await hedy.shows("Name", "Order viewer");
    await hedy.turnTo("Users");
  });
});

describe("deleting", () => {
  visit("is_refused_for_what_is_in_use_with_links_to_what_uses_it", async (hedy) => {
    await hedy.goTo("roles/order-viewer");
    await hedy.press("Delete role");
    await hedy.focuses(hedy.dialog("Delete Order viewer?").getByRole("button", { name: "Keep it" }));
    await hedy.dialog("Delete Order viewer?").getByRole("button", { name: "Delete role" }).click();
    const dialog = hedy.dialog("Order viewer is in use");
    await dialog.waitFor();
    const users = await dialog.getByRole("listitem").allInnerTexts();
    assert.deepEqual(users.map((text) => text.replaceAll(/\s+/g, " ").trim()).sort(), ["client shop-viewer", "user ada", "user hedy"]);
    await hedy.look("console-in-use");
    await dialog.getByRole("link", { name: "shop-viewer" }).click();
    await hedy.arrived("Shop viewer");
    await hedy.goTo("roles/order-viewer");
    await hedy.arrived("Order viewer");
  });

  visit("is_done_for_what_nobody_uses_once_it_was_confirmed", async (hedy) => {
    await hedy.make("roles", { role_id: "nobody-s", name: "Nobody’s", resources: [] });
    await hedy.goTo("roles/nobody-s");
    await hedy.press("Delete role");
    await hedy.answer("Delete Nobody’s?", "Keep it");
    await hedy.focuses(hedy.page.getByRole("button", { name: "Delete role" }));
    await hedy.press("Delete role");
    await hedy.answer("Delete Nobody’s?", "Delete role");
    await hedy.arrived("Roles");
    await hedy.hears("The role is gone.");
    assert.equal(await hedy.page.getByRole("link", { name: "Nobody’s" }).count(), 0);
    await hedy.open("/console/roles/nobody-s");
    await hedy.page.getByRole("alert").getByText("There is no such thing in this tenant, or no longer.").waitFor();
  });
});

describe("a fault", () => {
  /** Waits for the fault at a field, which has the focus, and gives it as it is read out with the field. */
  async function faultAt(hedy: Administrator, label: string): Promise<string> {
    const field = hedy.field(label);
    await becomes(() => field.getAttribute("aria-invalid"), "true");
    await hedy.focuses(field);
    const described = (await field.getAttribute("aria-describedby")) ?? "";
    const texts = await Promise.all(described.split(" ").map((id) => hedy.page.locator(`[id="${id}"]`).innerText()));
    return texts.join(" ");
  }

  visit("of_a_span_stands_at_its_field_before_anything_is_sent", async (hedy) => {
    await hedy.goTo("resources/payments");
    const sent: string[] = [];
    hedy.page.on("request", (request) => sent.push(request.method()));
    await hedy.fill("Access token expiration", "five minutes");
    await hedy.press("Save");
    assert.match(await faultAt(hedy, "Access token expiration"), /five minutes is no span of time; expected: a span such as 5 min/);
    assert.deepEqual(sent.filter((method) => method !== "GET"), []);
    await hedy.look("console-fault-of-a-span");
  });

  visit("that_the_api_finds_stands_at_its_field_in_its_words", async (hedy) => {
    await hedy.goTo("resources/payments");
    await hedy.fill("URI", "http://localhost/demo/payments#fragment");
    await hedy.fill("Path of rule 1", "no-slash");
    await hedy.press("Save");
    assert.match(await faultAt(hedy, "URI"), /fragment/);
    await hedy.page.getByText(/Not saved: \d things are to be mended, marked below/).waitFor();
    const rule = hedy.page.getByRole("listitem").filter({ has: hedy.field("Path of rule 1") });
    await rule.getByText(/path/).first().waitFor();
    await hedy.look("console-faults-of-the-api");
    await hedy.press("Discard");
    await hedy.page.getByText(/Not saved/).waitFor({ state: "detached" });
  });

  visit("of_something_new_stands_at_its_field", async (hedy) => {
    await hedy.goTo("users/new");
    await hedy.fill("Email address", "nobody");
    await hedy.fill("Identifier", "no body");
    await hedy.press("Create user");
    assert.match(await faultAt(hedy, "Email address"), /email/);
    await becomes(() => hedy.field("Identifier").getAttribute("aria-invalid"), "true");
  });

  visit("of_what_there_is_already_is_told_at_the_form", async (hedy) => {
    await hedy.goTo("roles/new");
    await hedy.fill("Name", "Another");
    await hedy.fill("Identifier", "order-viewer");
    await hedy.press("Create role");
    await hedy.page.getByRole("alert").getByText(/order-viewer/).waitFor();
    assert.equal(await hedy.heading(), "New role");
  });
});

describe("a secret", () => {
  visit("of_a_new_client_is_shown_once", async (hedy) => {
    await hedy.goTo("clients/new?app_id=shop");
    await hedy.fill("Name", "Nightly export");
    await hedy.fill("Identifier", "nightly-export");
    await hedy.choose("Assign a resource", "orders", "orders");
    await hedy.press("Add");
    await hedy.press("Create client");
    const dialog = hedy.dialog(SECRET);
    const secret = await dialog.getByLabel("Secret", { exact: true }).innerText();
    assert.match(secret, /^[\w-]{32,}$/);
    await hedy.look("console-secret");
    await hedy.page.keyboard.press("Escape");
    assert.ok(await dialog.isVisible(), "it is shown this once, so it takes a button to be done with it");
    await hedy.answer(SECRET, "I have stored it");
    await hedy.arrived("Nightly export");
    await onlySecrets(hedy, secret, 1);
    await hedy.goTo("audit?kind=client&id=nightly-export");
    await hedy.page.getByRole("button", { name: /What changed: create/ }).click();
    assert.ok(!(await hedy.page.content()).includes(secret));
  });

  visit("that_is_rotated_is_shown_once_beside_the_older_one", async (hedy) => {
    await hedy.goTo("clients/shop-viewer");
    await hedy.press("Rotate secret");
    await hedy.answer("Rotate the secret?", "Make a new secret");
    const secret = await hedy.dialog(SECRET).getByLabel("Secret", { exact: true }).innerText();
    await hedy.answer(SECRET, "I have stored it");
    await onlySecrets(hedy, secret, 2);
    await hedy.page.getByRole("button", { name: /^Remove secret/ }).first().click();
    await hedy.answer("Remove this secret?", "Remove secret");
    await hedy.hears("The secret is good no more.");
    await onlySecrets(hedy, secret, 1);
  });

  /** So many secrets are listed, and `secret` is nowhere, here or after the page was opened anew. */
  async function onlySecrets(hedy: Administrator, secret: string, count: number): Promise<void> {
    const listed = hedy.page.getByRole("list", { name: "Secrets" }).getByRole("listitem");
    await becomes(() => listed.count(), count);
    assert.ok(!(await hedy.page.content()).includes(secret));
    await hedy.page.reload();
    await hedy.loaded();
    assert.equal(await listed.count(), count);
    assert.ok(!(await hedy.page.content()).includes(secret));
  }
});

describe("a change that counts at once", () => {
  visit("lets_a_user_into_an_application_and_out_again", async (hedy) => {
    await hedy.goTo("users/ada");
    const partners = hedy.page.getByRole("checkbox", { name: /Partners/ });
    // The box shows what the server has answered, which may take it a moment.
    await partners.click({ force: true });
    await hedy.hears("ada@shop.example may log in to Partners now.");
    await hedy.page.reload();
    await hedy.loaded();
    assert.equal(await partners.isChecked(), true);
    await partners.click({ force: true });
    await hedy.hears("ada@shop.example can no longer log in to Partners.");
    assert.equal(await partners.isChecked(), false);
  });
});

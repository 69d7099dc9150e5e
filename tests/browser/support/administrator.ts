/** Somebody who administers the tenant by the console, with a browser of their own. */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Locator, Page, Request } from "playwright-core";
import { type Demo, Visitor } from "./visitor.ts";

export const HEDY = "hedy@shop.example";

/** A browser in which somebody is logged in. */
export type LoggedIn = Exclude<BrowserContextOptions["storageState"], string | undefined>;

/** Tokens, private keys and secrets; none of them is anything to a page. */
const SECRETS = /eyJ[\w-]{10,}\.[\w-]{10,}|"?(?:access|refresh|id)_token"?\s*[:=]|"d"\s*:|"client_secret"\s*:/;
/** A client's secret is shown once, to who has it made. */
const SHOWN_ONCE = /^POST \/console\/api\/v1\/clients(?:\/[^/]+\/secrets)?$/;
/** How long a page may take to do what is waited for, in milliseconds. */
const TIMEOUT = 15_000;
/** More places that the focus can have than any page has. */
const MAX_STOPS = 100;

export class Administrator extends Visitor {
  readonly #read: Promise<void>[] = [];

  protected constructor(page: Page, demo: Demo) {
    super(page, demo, true);
    page.on("requestfinished", (request) => this.#read.push(this.#findSecrets(request)));
  }

  /** Opens a browser, in which somebody may be logged in already. */
  static async come(browser: Browser, demo: Demo, storageState?: LoggedIn): Promise<Administrator> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      // Pictures are of what stands there, not of what is on its way.
      reducedMotion: "reduce",
      ...(storageState === undefined ? {} : { storageState }),
    });
    context.setDefaultTimeout(TIMEOUT);
    return new Administrator(await context.newPage(), demo);
  }

  /** Another page of the same browser. */
  async tab(): Promise<Administrator> {
    return new Administrator(await this.page.context().newPage(), this.demo);
  }

  /** The page that opens beside this one. */
  async opens(work: () => Promise<void>): Promise<Administrator> {
    const [page] = await Promise.all([this.page.waitForEvent("popup"), work()]);
    return new Administrator(page, this.demo);
  }

  /** Opens a page of the console, and waits until it has read what it shows. */
  async goTo(path: string): Promise<void> {
    await this.open(`/console/${path}`);
    await this.loaded();
  }

  async loaded(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector("h1") !== null && document.querySelector(".loading") === null);
  }

  /** Waits for the page with this title. */
  async arrived(title: string): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
    await this.loaded();
  }

  /** From the console's page that wants a login, by the hosted one, back to where it began. */
  async logInHere(email = HEDY): Promise<void> {
    await this.follow("Log in");
    await this.finishLogin(email);
  }

  /** Goes on at the hosted login. */
  async finishLogin(email = HEDY): Promise<void> {
    await this.page.waitForURL(/\/oidc\/login\?/);
    await this.open(await this.askForLink(email));
    await this.press("Log in");
  }

  async follow(link: string): Promise<void> {
    await this.page.getByRole("link", { name: link, exact: true }).click();
  }

  /** Goes to a part of the console by its menu. */
  async turnTo(place: string): Promise<void> {
    await this.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: place, exact: true }).click();
    await this.arrived(place);
  }

  async fill(field: string, text: string): Promise<void> {
    await this.field(field).fill(text);
  }

  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true }).and(this.page.locator("input, textarea, select"));
  }

  /** What stands in a field, once that is what is wanted. */
  async shows(field: string, wanted: string): Promise<void> {
    await becomes(() => this.field(field).inputValue(), wanted);
  }

  /** Chooses by typing part of a name, among what is offered. */
  async choose(picker: string, typed: string, option: string): Promise<void> {
    await this.page.getByRole("combobox", { name: picker, exact: true }).pressSequentially(typed);
    await this.page.getByRole("option").filter({ hasText: option }).click();
  }

  /** Waits until the console says so, and gives the whole of what it says. */
  async hears(words: string | RegExp): Promise<string> {
    const said = this.page.locator(".said p").filter({ hasText: words });
    await said.waitFor();
    return said.innerText();
  }

  /** The dialog that is open, by its title. */
  dialog(title: string): Locator {
    return this.page.getByRole("dialog", { name: title, exact: true }).or(this.page.getByRole("alertdialog", { name: title, exact: true }));
  }

  /** Answers the dialog with this title, which goes. */
  async answer(title: string, button: string): Promise<void> {
    const dialog = this.dialog(title);
    await dialog.getByRole("button", { name: button, exact: true }).click();
    await dialog.waitFor({ state: "detached" });
  }

  /** Makes what a test begins with, as the console would. */
  async make(list: string, members: object): Promise<void> {
    const answer = await this.page.request.post(`${this.demo.origin}/console/api/v1/${list}`, { data: members, headers: { origin: this.demo.origin } });
    assert.equal(answer.status(), 201, await answer.text());
  }

  /** Changes something that a test begins with. */
  async change(path: string, members: object): Promise<void> {
    const answer = await this.page.request.put(`${this.demo.origin}/console/api/v1/${path}`, { data: members, headers: { origin: this.demo.origin } });
    assert.equal(answer.status(), 200, await answer.text());
  }

  /** Waits until everything that was changed is written to where it is read. */
  async published(): Promise<void> {
    const pending = async (): Promise<number> => {
      const answer = await this.page.request.get(`${this.demo.origin}/console/api/v1/publication`);
      return ((await answer.json()) as { result: { pending: number } }).result.pending;
    };
    await becomes(pending, 0, "entries to publish", 30_000);
  }

  /** Goes on by one key until `target` has the focus. Whatever has it on the way can be seen, and that it has it. */
  async tabTo(target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
    for (let stops = 0; stops < MAX_STOPS; stops += 1) {
      await this.page.keyboard.press(key);
      assert.equal(await this.page.evaluate(unseenFocus), null);
      if (await hasFocus(target)) return;
    }
    assert.fail(`${key} does not lead to ${target}`);
  }

  /** Waits until something has the focus. */
  async focuses(target: Locator): Promise<void> {
    await becomes(() => hasFocus(target), true, `${target} has the focus`);
  }

  /** What the page did wrong so far, with every secret that it came to know or keeps. */
  async faults(): Promise<string[]> {
    await Promise.all(this.#read);
    const kept = await this.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    return [...this.complaints, ...(SECRETS.test(kept) || !kept.endsWith(',""]') ? [`the page keeps ${kept}`] : [])];
  }

  async #findSecrets(request: Request): Promise<void> {
    // A page that has gone meanwhile gives no answer away any more.
    const response = await request.response().catch(() => null);
    if (response === null || !/json|html/.test(response.headers()["content-type"] ?? "")) return;
    // A redirect has no content that could be read.
    const text = await response.text().catch(() => "");
    const asked = `${request.method()} ${new URL(request.url()).pathname}`;
    const found = SECRETS.exec(SHOWN_ONCE.test(asked) ? text.replace('"client_secret"', "") : text)?.[0];
    if (found !== undefined) this.complaints.push(`${asked} tells ${found}`);
  }
}

/** A browser in which the demo's administrator has logged in. */
export async function loggedIn(browser: Browser, demo: Demo): Promise<LoggedIn> {
  const hedy = await Administrator.come(browser, demo);
  await hedy.goTo("");
  await hedy.logInHere();
  await hedy.arrived("Overview");
  const state = await hedy.page.context().storageState();
  await hedy.leave();
  return state;
}

/** Looks again and again until something is as wanted. */
export async function becomes<Value>(look: () => Promise<Value>, wanted: Value, what = "", within = 5_000): Promise<void> {
  let seen = await look();
  for (const deadline = Date.now() + within; seen !== wanted && Date.now() < deadline; ) seen = await look();
  assert.equal(seen, wanted, what === "" ? undefined : what);
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.count()) === 1 && target.evaluate((element) => element === document.activeElement);
}

/** What has the focus although nobody sees it: it has no outline, or something lies over it. Runs in the page. */
function unseenFocus(): string | null {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return null;
  const place = focused.closest("label") ?? focused;
  const outlined = [focused, place, ...place.querySelectorAll("*")].some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  });
  const { left, top, width, height } = place.getBoundingClientRect();
  const over = document.elementFromPoint(left + width / 2, top + height / 2);
  const isOnTop = over !== null && (place.contains(over) || over.contains(place));
  return outlined && isOnTop ? null : `${focused.outerHTML.slice(0, 300)} ${outlined ? "is covered" : "shows no focus"}`;
}

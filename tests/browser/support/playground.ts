/** The playground as a visitor uses it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

export type Claims = Record<string, unknown> & { aud: string; exp: number; iat: number; scope?: string };

export class Playground {
  readonly page: Page;
  /** What the page did that a good page does not do: errors, blocked content, requests to other places. */
  readonly complaints: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.complaints.push(message.text());
      }
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`)) {
        this.complaints.push(`request to ${request.url()}`);
      }
    });
  }

  static async open(browser: Browser, origin: string, options: BrowserContextOptions = {}, hash = ""): Promise<Playground> {
    const page = await browser.newPage(options);
    const playground = new Playground(page, origin);
    await page.goto(`${origin}/${hash}`);
    await page.waitForSelector("#send:enabled");
    return playground;
  }

  async choose(group: "resource" | "subject" | "credentials" | "editor", value: string): Promise<void> {
    // The radio buttons of tabs are drawn by their labels.
    await this.page.locator(`input[name=${group}][value="${value}"]`).check({ force: true });
  }

  /** Mints a token and reads the claims that the page shows. */
  async mint(): Promise<Claims> {
    await this.#pressed("#mint", "#minted");
    const rows = await this.page.$$eval(".claims:first-of-type tr", (found) =>
      found.map((row) => [row.querySelector("th")?.textContent ?? "", row.querySelector("td code")?.textContent ?? ""]),
    );
    const claims: Record<string, unknown> = Object.fromEntries(rows);
    return { ...claims, exp: Number(claims["exp"]), iat: Number(claims["iat"]) } as Claims;
  }

  /** Presses the button for a token and reads the error of the refusal. */
  async mintRefused(): Promise<string> {
    await this.#pressed("#mint", "#minted");
    return this.page.locator("#minted .banner.deny code").innerText();
  }

  /** Sends the request and reads the reason, or `allow`. */
  async send(): Promise<string> {
    await this.#pressed("#send", "#decision");
    const allowed = await this.page.locator("#decision .banner.allow").count();
    return allowed === 1 ? "allow" : this.page.locator("#reason").innerText();
  }

  /** Names of the steps in a state. */
  async steps(state: "passed" | "failed" | "skipped"): Promise<string[]> {
    return this.page.locator(`.steps .${state} b`).allInnerTexts();
  }

  async faults(): Promise<string[]> {
    return this.page.locator(".fault-path").allInnerTexts();
  }

  /** The shortest time within which everything that was typed is in the address. */
  async addressSettled(): Promise<string> {
    await this.page.waitForTimeout(400);
    return this.page.url();
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** Presses a button and waits until what it brings has replaced what was there. */
  async #pressed(button: string, place: string): Promise<void> {
    const before = await this.page.$(`${place} > *`);
    await this.page.click(button);
    await this.page.waitForFunction((element) => element?.isConnected !== true, before);
  }
}

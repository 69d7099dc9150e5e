/** Somebody with a browser of their own, at the demo's applications and the hosted login. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { RunningWorker, SentMail } from "../../support/worker.ts";

/** Where the pictures of the pages go. */
export const SCREENSHOTS = join(import.meta.dirname, "../../artifacts/screenshots");

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** How every page is looked at. */
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];
const SCHEMES = ["light", "dark"] as const;
/** How long a mail may take, in milliseconds. */
const MAIL_TIMEOUT = 10_000;

/** The demo as a visitor finds it: a worker of this process, or one that runs somewhere. */
export type Demo = Pick<RunningWorker, "origin" | "outbox" | "stop">;

/** The demo that runs at `origin`, such as that of `make dev`. */
export function runningDemo(origin: string): Demo {
  return {
    origin,
    outbox: async () => {
      const answer = await fetch(`${origin}/dev/outbox`, { headers: { accept: "application/json" } });
      return (await answer.json()) as SentMail[];
    },
    stop: async () => undefined,
  };
}

export class Visitor {
  readonly page: Page;
  /** What a page did that a good page does not do: errors, blocked content, requests to other places. */
  readonly complaints: string[] = [];
  protected readonly demo: Demo;
  readonly #hasScripts: boolean;

  protected constructor(page: Page, demo: Demo, hasScripts: boolean) {
    this.page = page;
    this.demo = demo;
    this.#hasScripts = hasScripts;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // Chromium reports a page with such a status as if it were a mistake.
      if (message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text())) {
        this.complaints.push(message.text());
      }
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${demo.origin}/`)) this.complaints.push(`request to ${request.url()}`);
    });
  }

  static async arrive(browser: Browser, demo: Demo, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: SIZES[0] ?? null, ...options });
    return new Visitor(await context.newPage(), demo, options.javaScriptEnabled !== false);
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }

  /** Opens a path of the demo, or a link. */
  async open(target: string): Promise<void> {
    await this.page.goto(new URL(target, this.demo.origin).href);
  }

  async press(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  heading(): Promise<string> {
    return this.page.getByRole("heading", { level: 1 }).innerText();
  }

  /** The text of the whole page. */
  text(): Promise<string> {
    return this.page.locator("main").innerText();
  }

  /** From the page of an application to the hosted login. */
  async begin(application: string): Promise<void> {
    await this.open(`/demo/${application}`);
    await this.press("Log in");
    await this.page.waitForURL(/\/oidc\/login\?/);
  }

  /** Has a link sent, and gives it as the mail has it. */
  async askForLink(email: string): Promise<string> {
    const before = await this.#sentTo(email);
    await this.page.getByLabel("Email address").fill(email);
    await this.press("Send me a link");
    assert.equal(await this.heading(), "Check your mailbox");
    return this.#nextLink(email, before.length);
  }

  /** Logs in to an application, from its page back to its page. Consent is the caller's. */
  async logIn(application: string, email: string): Promise<void> {
    await this.begin(application);
    await this.open(await this.askForLink(email));
    await this.press("Log in");
  }

  /** A claim of the access token, as the application's page shows it. */
  async claim(name: string): Promise<string> {
    return (await this.page.locator(`dd[data-claim="${name}"]`).innerText()).trim();
  }

  /** Sends the token to the gate and reads the answer: its status, and the reason of a refusal. */
  async atTheGate(button: string): Promise<[number, string | null]> {
    await this.press(button);
    const answer = this.page.locator("#answer");
    const body = JSON.parse(await answer.getByRole("region").innerText()) as { reason?: string };
    return [Number(await answer.locator("#status").innerText()), body.reason ?? null];
  }

  /** What the issuer refused, as the application's page shows it. */
  refusal(): Promise<string> {
    return this.page.getByRole("alert").locator("code").innerText();
  }

  /** Pictures of the page, wide and narrow, light and dark; each has to be accessible (but for rules of `except`) and to fit. */
  async look(name: string, except: string[] = []): Promise<void> {
    if (this.#hasScripts) await this.page.evaluate(() => scrollTo(0, 0));
    for (const colorScheme of SCHEMES) {
      await this.page.emulateMedia({ colorScheme });
      for (const size of SIZES) {
        await this.page.setViewportSize(size);
        await this.picture(`${name}-${colorScheme}-${size.width}`, { fullPage: true });
        if (this.#hasScripts) {
          const where = `${name}, ${colorScheme}, ${size.width} wide`;
          assert.deepEqual(await this.#violations(colorScheme, except), [], where);
          assert.ok(await this.#fits(), `${where}: it scrolls sideways`);
        }
      }
    }
    await this.page.emulateMedia({ colorScheme: "light" });
    await this.page.setViewportSize(SIZES[0] as (typeof SIZES)[number]);
  }

  /** A picture of what is in sight, or of the whole page. */
  async picture(name: string, options: { fullPage?: boolean } = {}): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), ...options });
  }

  #fits(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  }

  /** Another scheme has other colours, and nothing else. */
  async #violations(colorScheme: (typeof SCHEMES)[number], except: string[]): Promise<string[]> {
    if (!(await this.page.evaluate(() => "axe" in globalThis))) await this.page.evaluate(AXE);
    const options = colorScheme === "light" ? { rules: Object.fromEntries(except.map((rule) => [rule, { enabled: false }])) } : { runOnly: ["color-contrast"] };
    return this.page.evaluate(async (asked) => {
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(asked);
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    }, options);
  }

  async #sentTo(email: string): Promise<string[]> {
    return (await this.demo.outbox()).filter(({ to }) => to === email).map(({ link }) => link);
  }

  /** A mail is sent beside the answer, so it may come after it. */
  async #nextLink(email: string, known: number): Promise<string> {
    const deadline = Date.now() + MAIL_TIMEOUT;
    while (Date.now() < deadline) {
      const link = (await this.#sentTo(email))[known];
      if (link !== undefined) return link;
    }
    throw new Error(`no mail for ${email}`);
  }
}

interface Axe {
  run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}

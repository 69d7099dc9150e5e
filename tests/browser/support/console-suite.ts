/** What every suite of the console begins and ends with: a browser, a demo of its own, an administrator who is logged in. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { Administrator, type LoggedIn, loggedIn } from "./administrator.ts";
import { launchChromium } from "./chromium.ts";
import { type ManagedDemo, startManagedDemo } from "./managed-demo.ts";
import { SCREENSHOTS } from "./visitor.ts";

export class ConsoleSuite {
  #browser: Browser | undefined;
  #demo: ManagedDemo | undefined;
  #administrator: LoggedIn | undefined;

  /** To be made at the top of a file of tests. `prepare` is what its tests begin with besides. */
  constructor(prepare: () => Promise<void> = () => Promise.resolve()) {
    before(async () => {
      mkdirSync(SCREENSHOTS, { recursive: true });
      [this.#browser, this.#demo] = await Promise.all([launchChromium(), startManagedDemo()]);
      this.#administrator = await loggedIn(this.#browser, this.#demo);
      // Not a hook of its own: those of a file do not wait for each other.
      await prepare();
    });
    after(async () => {
      await this.#browser?.close();
      await this.#demo?.stop();
    });
  }

  get browser(): Browser {
    return there(this.#browser);
  }

  get demo(): ManagedDemo {
    return there(this.#demo);
  }

  get administrator(): LoggedIn {
    return there(this.#administrator);
  }

  /** Somebody with a browser of their own who is logged in. */
  come(): Promise<Administrator> {
    return Administrator.come(this.browser, this.demo, this.administrator);
  }

  /** A test of somebody who is logged in, and has nothing to complain about in the end. */
  visit(claim: string, work: (hedy: Administrator) => Promise<void>): void {
    test(claim, async () => {
      const hedy = await this.come();
      try {
        await work(hedy);
        assert.deepEqual(await hedy.faults(), []);
      } finally {
        await hedy.leave();
      }
    });
  }
}

function there<T>(value: T | undefined): T {
  assert.ok(value !== undefined, "the suite has not begun");
  return value;
}

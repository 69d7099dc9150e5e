/** The outbox of development, `/dev/outbox`, and that production has none (THREATS E14). */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { bundled, startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

describe("the outbox", () => {
  test("is an empty list before anything was sent", async () => assert.deepEqual(await worker.outbox(), []));

  test("says so on its page", async () => assert.match(await (await worker.fetch("/dev/outbox")).text(), /Nothing was sent yet/));

  test("lists what was sent, oldest first, for whoever accepts JSON", async () => {
    const mail = { from: "login@audgate.example", text: "a message", html: "" };
    const began = Math.floor(Date.now() / 1_000);
    await worker.mail({ ...mail, to: "one@shop.example", subject: "First", link: "https://shop.example/one?code=1" });
    await worker.mail({ ...mail, to: '"<two>&"@shop.example', subject: "<img src=x>", link: "javascript:alert(1)" });
    const listed = await worker.outbox();
    assert.deepEqual(listed.map(({ to, subject, link }) => [to, subject, link]), [
      ["one@shop.example", "First", "https://shop.example/one?code=1"],
      ['"<two>&"@shop.example', "<img src=x>", "javascript:alert(1)"],
    ]);
    assert.ok(listed.every(({ sent_at: sentAt }) => sentAt >= began && sentAt <= began + 60));
    assert.deepEqual(Object.keys(listed[0] ?? {}), ["to", "subject", "link", "sent_at"]);
  });

  test("shows it on the page, newest first, and nothing of a mail becomes markup or a script's link", async () => {
    const page = await (await worker.fetch("/dev/outbox")).text();
    assert.ok(page.indexOf("&lt;img src=x&gt;") < page.indexOf("First"));
    assert.ok(page.includes('href="https://shop.example/one?code=1"'));
    assert.doesNotMatch(page, /<img|<two>|href="javascript/);
  });

  test("is a page for a browser, which may run nothing and be framed by nobody", async () => {
    const response = await worker.fetch("/dev/outbox", { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } });
    assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script-src|unsafe/);
  });

  test("is not to be stored, and differs by what is accepted", async () => {
    const { headers } = await worker.fetch("/dev/outbox");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("vary"), "accept");
  });

  test("takes nothing from outside", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) {
      assert.equal((await worker.fetch("/dev/outbox", { method })).status, 405, method);
    }
  });
});

describe("the worker of the package", async () => {
  const { manifest, exported } = await bundled("pkg/src/worker.ts");
  const contents = Object.values(manifest.modules).map(({ contents }) => Buffer.from(contents as string).toString("latin1"));

  test("has nothing of it, nor anything else below /dev/", () => {
    assert.ok(contents.some((text) => text.includes("/healthz")), "the bundle was read");
    assert.deepEqual(contents.filter((text) => text.includes("/dev/") || text.includes("/test/")), []);
  });

  test("exports the three classes of objects and a handler", () =>
    assert.deepEqual(exported.sort(), ["Account", "Challenge", "Directory", "default"]));

  test("answers 404 below /dev/", async () => {
    const production = await startWorker({ entry: "pkg/src/worker.ts" });
    after(() => production.stop());
    assert.equal((await production.fetch("/dev/outbox")).status, 404);
  });
});

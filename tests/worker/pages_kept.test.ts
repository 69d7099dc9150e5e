/**
 * Tokens of one browser that together pass what the cookies of a host may hold: the rest lies in the user's account, and the
 * cookies hold references (THREATS E15).
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CookieKeys } from "../../pkg/dist/pages/cookie-keys.js";
import { cookieSecret, LARGE, PageVisitor, seen, startLargePages } from "../support/pages.ts";
import { seconds } from "../support/tokens.ts";
import type { RunningWorker } from "../support/worker.ts";

const ACCOUNT = "demo/user/ada";
const PAGES = LARGE.map((id) => `/demo/${id}/a`);
const PROFILE = "/demo/profile/users/ada";
const SAME_ORIGIN = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", accept: "application/json" };

let worker: RunningWorker;
let keys: CookieKeys;
before(async () => {
  worker = await startLargePages();
  keys = await CookieKeys.of(cookieSecret);
});
after(() => worker.stop());

function nameOf(page: string): string {
  return `audgate-page.token.${page.split("/")[2]}`;
}

/** The gate's own among the cookies of the browser. */
function ownCookies(visitor: PageVisitor): Map<string, string> {
  const pairs = visitor.cookie.split("; ").filter((pair) => pair.startsWith("audgate-page."));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

function references(visitor: PageVisitor): string[] {
  return [...ownCookies(visitor)].filter(([, value]) => /^\d+\.kept\./.test(value)).map(([name]) => name);
}

/** A page whose tokens lie in the account. */
function keptPage(visitor: PageVisitor): string {
  const page = PAGES.find((candidate) => references(visitor).includes(nameOf(candidate)));
  assert.ok(page, `nothing is kept for ${visitor.cookie}`);
  return page;
}

async function keptRows(): Promise<{ key: string; value: string }[]> {
  return (await worker.objects("Account").rows(ACCOUNT)).filter(({ key }) => key.startsWith("kept/"));
}

async function passes(seconds: number): Promise<void> {
  await worker.fetch(`/test/clock?ahead=${seconds}`);
}

async function accountsAre(state: "bound" | "missing" | "down"): Promise<void> {
  await worker.fetch(`/test/accounts?are=${state}`);
}

/** A browser of Ada's that has been at every page. */
async function everywhere(pages = [...PAGES, PROFILE]): Promise<PageVisitor> {
  const visitor = new PageVisitor(worker);
  for (const page of pages) {
    assert.equal((await seen(await visitor.visit(page))).subject, "ada");
    const own = [...ownCookies(visitor)].map(([name, value]) => `${name}=${value}`).join("; ");
    assert.ok(own.length <= 8_192, `${own.length} octets of cookies`);
  }
  return visitor;
}

/** Asserts that the value of the page's cookie admits nobody: a program gets 401, a navigation goes to the issuer. */
async function countsForNothing(page: string, value: string): Promise<void> {
  const cookie = `${nameOf(page)}=${value}`;
  const fetched = await new PageVisitor(worker).fetch(page, { headers: { ...SAME_ORIGIN, cookie } });
  assert.equal(fetched.status, 401, value);
  const navigated = await new PageVisitor(worker).navigateWith(page, cookie);
  assert.equal(navigated.status, 303, value);
  assert.equal(new URL(navigated.headers.get("location") ?? "").pathname, "/oidc/auth");
}

describe("resources whose tokens do not fit into the cookies together", () => {
  let ada: PageVisitor;
  before(async () => {
    ada = await everywhere();
  });

  test("keep working side by side, whatever asks for them", async () => {
    assert.ok(references(ada).length >= 2, references(ada).join());
    for (const page of [...PAGES, PROFILE]) {
      const navigated = await seen(await ada.navigate(page));
      assert.deepEqual([navigated.subject, navigated.cookie], ["ada", null]);
      assert.equal((await seen(await ada.fetch(page, { headers: SAME_ORIGIN }))).subject, "ada");
    }
  });

  test("are kept as they were sealed: the account has no token, and no name that reads one", async () => {
    const rows = await keptRows();
    assert.equal(rows.length, references(ada).length);
    for (const { key, value } of rows) {
      assert.match(key, /^kept\/sha256:[\w-]{43}$/);
      const { sealed } = (JSON.parse(value) as { record: { sealed: string } }).record;
      assert.doesNotMatch(Buffer.from(sealed.split(".")[1] ?? "", "base64url").toString("latin1"), /eyJ/);
    }
    const [reference] = references(ada);
    const [at, , version, sealed] = ownCookies(ada).get(reference ?? "")?.split(".") ?? [];
    const text = await keys.open(`demo\nshop-pages\n${reference}\n${at}\nreference`, `${version}.${sealed}`);
    const [user, name = ""] = text?.split("\n") ?? [];
    assert.equal(user, "ada");
    assert.ok(name.length >= 22 && rows.every(({ key, value }) => !key.includes(name) && !value.includes(name)));
    assert.ok(worker.log.every((line) => !line.includes(name)));
  });

  test("are nobody's by a reference in which anything was changed", async () => {
    const page = keptPage(ada);
    const value = ownCookies(ada).get(nameOf(page)) ?? "";
    const [at, kept, version, sealed = ""] = value.split(".");
    const other = references(ada).find((name) => name !== nameOf(page)) ?? "";
    const inline = [...ownCookies(ada)].find(([name, text]) => name.includes(".token.") && !text.includes(".kept."))?.[1] ?? "";
    for (const changed of [
      ...[`${at}.${version}.${sealed}`, `${at}.kept.${kept}.${version}.${sealed}`, `${Number(at) - 60}.kept.${version}.${sealed}`],
      ...[`${at}.kept.2.${sealed}`, `${at}.kept.${version}.${sealed.slice(4)}`, `${at}.kept.${version}.${sealed}AAAA`],
      ...[`${at}.kept.`, `${at}.kept`, ownCookies(ada).get(other) ?? "", inline.replace(".", ".kept.")],
    ]) {
      await countsForNothing(page, changed);
    }
    assert.equal((await ada.navigate(page)).status, 200);
  });

  test("are nobody's by a reference that was sealed for nothing, or for somebody else's account", async () => {
    const page = keptPage(ada);
    const name = nameOf(page);
    const at = seconds() - 60;
    const sealedFor = async (text: string, context = `demo\nshop-pages\n${name}\n${at}\nreference`): Promise<string> =>
      `${at}.kept.${await keys.seal(context, text)}`;
    const [ownAt, , version, sealed] = ownCookies(ada).get(name)?.split(".") ?? [];
    const text = (await keys.open(`demo\nshop-pages\n${name}\n${ownAt}\nreference`, `${version}.${sealed}`)) ?? "";
    for (const forged of [
      await sealedFor("ada\nnever-given"),
      await sealedFor(text.replace("ada", "grace")),
      await sealedFor(text.replace("ada", "nobody-at-all")),
      await sealedFor("../client/shop-pages\nx"),
      await sealedFor(text, `demo\nshop-pages\n${name}\n${at}`),
      await sealedFor(text, `other\nshop-pages\n${name}\n${at}\nreference`),
      await sealedFor(text, `demo\nother\n${name}\n${at}\nreference`),
      // Of the right account and with the right name, at another time than what lies there.
      await sealedFor(text),
    ]) {
      await countsForNothing(page, forged);
    }
    assert.deepEqual(await worker.objects("Account").rows("demo/user/nobody-at-all"), []);
    assert.equal((await ada.navigate(page)).status, 200);
  });

  test("cannot be decided about while the account does not answer, and nobody is sent round", async () => {
    const page = keptPage(ada);
    const before = ada.cookie;
    await accountsAre("down");
    try {
      const navigated = await ada.navigate(page);
      assert.deepEqual([navigated.status, navigated.headers.get("location")], [503, null]);
      assert.match(await navigated.text(), /<h1>Not available now<\/h1>/);
      const fetched = await ada.fetch(page, { headers: SAME_ORIGIN });
      assert.deepEqual([fetched.status, fetched.headers.get("retry-after")], [503, "1"]);
      assert.equal((await ada.navigate(page.replace(/a$/, "status"))).status, 200);
      const inline = PAGES.find((candidate) => !references(ada).includes(nameOf(candidate))) ?? "";
      assert.equal((await ada.navigate(inline)).status, 200);
      assert.equal(ada.cookie, before);
    } finally {
      await accountsAre("bound");
    }
    assert.equal((await ada.navigate(page)).status, 200);
  });
});

describe("a logout", () => {
  test("ends what lies in the account, and a cookie that was copied before", async () => {
    const visitor = await everywhere();
    const stolen = new Map([...ownCookies(visitor)].filter(([name]) => references(visitor).includes(name)));
    const ofOthers = (await keptRows()).length - stolen.size;
    const done = await visitor.post("/.audgate/logout");
    assert.equal(done.status, 303);
    // Before the issuer has heard of it: the gate itself has these released.
    assert.equal((await keptRows()).length, ofOthers);
    await visitor.open(done.headers.get("location") ?? "");
    await passes(10);
    for (const [name, value] of stolen) {
      await countsForNothing([...PAGES, PROFILE].find((page) => nameOf(page) === name) ?? "", value);
    }
  });

  test("elsewhere, of the same session, ends it as well", async () => {
    const visitor = await everywhere();
    const page = keptPage(visitor);
    const value = ownCookies(visitor).get(nameOf(page)) ?? "";
    await worker.objects("Account").turn(ACCOUNT, { subject: "ada", command: { type: "end_all_sessions" } });
    assert.deepEqual(await keptRows(), []);
    // Who has logged in a moment ago is not sent to do so again, which might go on and on.
    const soon = await visitor.navigate(page);
    assert.deepEqual([soon.status, soon.headers.get("location")], [401, null]);
    assert.match(await soon.text(), /<h1>Not logged in<\/h1>/);
    await passes(10);
    await countsForNothing(page, value);
  });
});

test("a gate without accounts has the oldest tokens dropped, and gets them again without asking anybody", async () => {
  await accountsAre("missing");
  try {
    const rows = await keptRows();
    const visitor = await everywhere(PAGES);
    assert.deepEqual(references(visitor), []);
    assert.deepEqual(await keptRows(), rows);
    const dropped = PAGES.find((page) => !ownCookies(visitor).has(nameOf(page)));
    assert.ok(dropped);
    assert.equal((await visitor.fetch(dropped, { headers: SAME_ORIGIN })).status, 401);
    const back = await visitor.navigate(dropped);
    const callback = await visitor.open(back.headers.get("location") ?? "");
    assert.equal(callback.kind, "elsewhere");
    assert.equal((await seen(await visitor.visit(dropped))).subject, "ada");
    assert.ok(worker.log.every((line) => !line.includes("binding_missing")));
  } finally {
    await accountsAre("bound");
  }
});

test("what is kept is refreshed at the edge, by two tabs at once", async () => {
  const visitor = await everywhere();
  assert.ok(references(visitor).includes(nameOf(PROFILE)), references(visitor).join());
  const before = ownCookies(visitor).get(nameOf(PROFILE));
  await passes(320);
  const [one, two] = await Promise.all([visitor.fetch(PROFILE, { headers: SAME_ORIGIN }), visitor.fetch(PROFILE, { headers: SAME_ORIGIN })]);
  assert.deepEqual([(await seen(one)).subject, (await seen(two)).subject], ["ada", "ada"]);
  assert.notEqual(ownCookies(visitor).get(nameOf(PROFILE)), before);
  await passes(61);
  assert.equal((await seen(await visitor.fetch(PROFILE, { headers: SAME_ORIGIN }))).subject, "ada");
  // Nobody comes with the old one any more.
  await countsForNothing(PROFILE, before ?? "");
});

test("what has expired in the account is as good as none", async () => {
  const visitor = await everywhere();
  const page = keptPage(visitor);
  const value = ownCookies(visitor).get(nameOf(page)) ?? "";
  await passes(601);
  await countsForNothing(page, value);
  assert.equal((await seen(await visitor.visit(page))).subject, "ada");
});

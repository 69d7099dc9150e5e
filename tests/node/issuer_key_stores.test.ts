/** What isolates tell each other of issuers' keys, and issuers that take their time. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { KeySets, type KeysAnswer, type KeysWanted } from "../../pkg/dist/issuer-keys/key-sets.js";
import type { KeyStore } from "audgate";
import { ForeignIssuer, KEYS, METADATA, OPENID } from "../support/foreign_issuer.ts";
import { Isolate } from "../support/isolate.ts";

/** Milliseconds that a document has, where none will come. */
const TIMEOUT = 50;

/** A store as Workers KV is one, whose answers a test may replace. */
class MemoryStore implements KeyStore {
  readonly entries = new Map<string, string>();
  readonly lives: number[] = [];
  answer: (() => Promise<string | null>) | undefined;

  async get(key: string): Promise<string | null> {
    return this.answer?.() ?? this.entries.get(key) ?? null;
  }

  async put(key: string, value: string, { expirationTtl }: { expirationTtl: number }): Promise<void> {
    if (this.answer !== undefined) return void (await this.answer());
    this.entries.set(key, value);
    this.lives.push(expirationTtl);
  }
}

let issuer: ForeignIssuer;
let store: MemoryStore;
let now: number;
let background: Promise<unknown>[];
beforeEach(async () => {
  issuer = await ForeignIssuer.start();
  store = new MemoryStore();
  now = Date.now();
  background = [];
});
afterEach(() => issuer.stop());

/** What an isolate knows, asked as the core asks. */
function isolate(timeout?: number): (wanted?: Partial<KeysWanted>) => Promise<KeysAnswer> {
  const keySets = new KeySets(new Isolate().instances, timeout);
  const fetcher = { fetch: (url: string, init: RequestInit) => fetch(url, init) };
  return (wanted = {}) =>
    keySets.answer(
      { issuer: issuer.origin, jwksUri: undefined, metadataUrls: [METADATA, OPENID].map((path) => issuer.origin + path), need: "missing", confirmedAt: 0, ...wanted },
      { now, fetcher, stores: [store], waitUntil: (work) => void background.push(work) },
    );
}

async function settled(): Promise<void> {
  while (background.length > 0) await Promise.all(background.splice(0));
}

const kept = (): { text: string; confirmedAt: number; freshUntil: number } =>
  JSON.parse([...store.entries.values()][0] ?? "") as { text: string; confirmedAt: number; freshUntil: number };
const keep = (keys: object): void => void store.entries.set([...store.entries.keys()][0] ?? "", JSON.stringify(keys));

describe("keys that another isolate has left", () => {
  beforeEach(async () => {
    assert.equal((await isolate()()).reached, true);
    await settled();
    issuer.takeFetches();
  });

  test("are taken without asking the issuer", async () => {
    const { keys, reached } = await isolate()();
    assert.deepEqual([keys, reached], [kept(), true]);
    assert.deepEqual(issuer.asked, []);
    assert.deepEqual(store.lives, [86_400]);
  });
  test("are asked for again when they are due, and serve where that fails", async () => {
    now += 600_000;
    assert.equal((await isolate()()).keys?.confirmedAt, now);
    assert.equal(issuer.takeFetches(), 1);
    now += 600_000;
    await settled();
    issuer.answer = () => 500;
    const { keys, reached } = await isolate()();
    assert.deepEqual([keys?.confirmedAt, reached], [now - 600_000, false]);
  });
  test("are not older than they say: a clock that was ahead makes them no younger", async () => {
    keep({ ...kept(), confirmedAt: now + 5_000_000, freshUntil: now + 5_600_000 });
    const { keys } = await isolate()();
    assert.deepEqual([keys?.confirmedAt, keys?.freshUntil], [now, now + 600_000]);
  });
  for (const [fault, change] of [
    ["is not JSON", () => store.entries.set([...store.entries.keys()][0] ?? "", "{")],
    ["is null", () => store.entries.set([...store.entries.keys()][0] ?? "", "null")],
    ["lacks a time", () => keep({ text: kept().text, confirmedAt: now })],
    ["has a time that is none", () => keep({ ...kept(), freshUntil: "soon" })],
    ["has no text", () => keep({ ...kept(), text: 1 })],
    ["holds no key set", () => keep({ ...kept(), text: "{}" })],
  ] as [string, () => void][]) {
    test(`are not taken where the entry ${fault}`, async () => {
      change();
      assert.equal((await isolate()()).reached, true);
      assert.equal(issuer.takeFetches(), 1);
    });
  }
});

describe("a store that does not answer is done without", () => {
  test("when it fails", async () => {
    store.answer = () => Promise.reject(new Error("no store"));
    assert.equal((await isolate()()).reached, true);
    await settled();
  });
  test("when it hangs", async () => {
    store.answer = () => new Promise(() => {});
    assert.equal((await isolate()()).reached, true);
    await settled();
  });
});

describe("an issuer that takes its time", () => {
  beforeEach(() => {
    issuer.answer = () => undefined;
  });

  test("is given up", async () => {
    assert.deepEqual(await isolate(TIMEOUT)(), { keys: undefined, reached: false });
    assert.equal(issuer.asked.length, 1);
  });
  test("is given up in the middle of a document", async () => {
    issuer.answer = (_path, response) => void response.writeHead(200).write('{"keys":[');
    assert.deepEqual(await isolate(TIMEOUT)({ jwksUri: `${issuer.origin}${KEYS}` }), { keys: undefined, reached: false });
  });
  test("holds up nobody beyond that, however many wait", async () => {
    const ask = isolate(TIMEOUT);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()));
    assert.ok(answers.every(({ keys, reached }) => keys === undefined && !reached));
    assert.equal(issuer.asked.length, 2);
  });
  test("whose request was cancelled does not keep others from asking", async () => {
    const keySets = new KeySets(new Isolate().instances);
    const url = `${issuer.origin}${KEYS}`;
    const wanted: KeysWanted = { issuer: issuer.origin, jwksUri: url, metadataUrls: [], need: "missing", confirmedAt: 0 };
    const never = { fetch: () => new Promise<never>(() => {}) };
    for (let request = 0; request < 2; request += 1) {
      void keySets.answer(wanted, { now, fetcher: never, stores: [], waitUntil: () => {} });
    }
    issuer.answer = undefined;
    now += 6_001;
    const fetcher = { fetch: (asked: string, init: RequestInit) => fetch(asked, init) };
    assert.equal((await keySets.answer(wanted, { now, fetcher, stores: [], waitUntil: () => {} })).reached, true);
  });
});

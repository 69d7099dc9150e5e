/**
 * Whose tenant a URL leads to, in an isolate that has seen others: other frameworks' requests have the URLs that they were
 * made with, and one spelling of a host must never stand for another.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Gatekeeper } from "../../pkg/dist/gatekeeper.js";
import { Isolate } from "../support/isolate.ts";

const context = { waitUntil: (): void => undefined };

function gatekeeper(): (url: string) => Promise<string> {
  const isolate = new Isolate();
  const keeper = new Gatekeeper(isolate.instances, { now: () => isolate.now, config: () => isolate.store });
  return async (url) => {
    const outcome = await keeper.decide({ method: "GET", url, headers: new Headers() }, {}, context);
    return outcome.type === "deny" || outcome.type === "undecided" ? outcome.reason : outcome.type;
  };
}

/** The demo tenant's host in one spelling, and what begins alike and is another host. */
const ALIKE: [known: string, other: string][] = [
  ["http://localhost:8787/demo", "http://localhost.example:8787/demo"],
  ["http://localhost", "http://localhos/"],
  ["http://localhost", "http://localhos"],
  ["http:/localhost/demo", "http:/elsewhere.example/demo"],
  ["http:///localhost/demo", "http:///elsewhere.example/demo"],
  ["http:\\\\localhost/demo", "http:\\\\elsewhere.example/demo"],
  ["http://\\/localhost/demo", "http://\\/elsewhere.example/demo"],
  ["http://localhost?/demo", "http://localhost.example?/demo"],
  ["http://localhost#/demo", "http://elsewhere.example#/demo"],
  ["http://elsewhere.example@localhost/demo", "http://localhost@elsewhere.example/demo"],
  ["http://LOCALHOST/demo", "http://LOCALHOST.example/demo"],
  ["http://local%68ost/demo", "http://local%68ost.example/demo"],
  ["http://local\thost/demo", "http://local\thost.example/demo"],
];

describe("a URL leads to the tenant of its own host", () => {
  for (const [known, other] of ALIKE) {
    test(`${JSON.stringify(other)} after ${JSON.stringify(known)}, and the other way round`, async () => {
      const decide = gatekeeper();
      assert.notEqual(await decide(known), "unknown_host");
      assert.equal(await decide(other), "unknown_host");
      assert.notEqual(await decide(known), "unknown_host");
      const turned = gatekeeper();
      assert.equal(await turned(other), "unknown_host");
      assert.notEqual(await turned(known), "unknown_host");
      assert.equal(await turned(other), "unknown_host");
    });
  }
});

test("what is no URL leads nowhere, before and after one that begins alike", async () => {
  const decide = gatekeeper();
  for (const url of ["", "/", "localhost", "//localhost/demo", "http://", "http:///", "http://local host/demo", "http://localhost:99999/demo"]) {
    assert.equal(await decide(url), "malformed_url", url);
    assert.notEqual(await decide("http://localhost/demo"), "unknown_host");
    assert.equal(await decide(url), "malformed_url", url);
  }
});

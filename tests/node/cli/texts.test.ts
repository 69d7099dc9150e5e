/** What people read: differences, times, documents. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planText } from "../../../pkg/dist/cli/difference.js";
import { positions } from "../../../pkg/dist/cli/json-position.js";
import { documentText } from "../../../pkg/dist/cli/json-text.js";
import type { Change } from "../../../pkg/dist/cli/management.js";
import { printable } from "../../../pkg/dist/cli/printable.js";
import { style } from "../../../pkg/dist/cli/terminal.js";
import { duration, moment } from "../../../pkg/dist/cli/time-words.js";
import { document } from "../../support/demo.ts";

const plain = style(false);

function update(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const change: Change = { action: "update", kind: "resource", id: "orders", before, after };
  const [title, ...lines] = planText([change], plain).split("\n\n")[0]?.split("\n") ?? [];
  assert.equal(title, "~ resource orders");
  return lines.map((line) => line.trim());
}

describe("a change is shown by members", () => {
  const cases: [string, Record<string, unknown>, Record<string, unknown>, string[]][] = [
    ["a value", { name: "Orders" }, { name: "All orders" }, ['~ name: "Orders" -> "All orders"']],
    ["a value that comes", {}, { cors: { origins: ["https://a.example"] } }, ['+ cors: { "origins": ["https://a.example"] }']],
    ["a value that goes", { third_party: true }, {}, ["- third_party: true"]],
    ["a value inside", { cors: { max_age: 600, headers: [] } }, { cors: { max_age: 60, headers: [] } }, ["~ cors.max_age: 600 (10 minutes) -> 60 (1 minute)"]],
    ["an element that comes", { grants: ["a"] }, { grants: ["a", "b"] }, ['+ grants[]: "b"']],
    ["an element that goes", { grants: ["a", "b"] }, { grants: ["b"] }, ['- grants[]: "a"']],
    ["one of two equal elements that goes", { grants: ["a", "a"] }, { grants: ["a"] }, ['- grants[]: "a"']],
    ["another order, which is the client's default", { app: ["a", "b"] }, { app: ["b", "a"] }, ['~ app: ["a", "b"] -> ["b", "a"]']],
    ["an element with a name", { scopes: [{ name: "a", description: "x" }] }, { scopes: [{ name: "a", description: "y" }] }, ['~ scopes[a].description: "x" -> "y"']],
    ["another element with a name", { scopes: [{ name: "a" }] }, { scopes: [{ name: "b" }] }, ['- scopes[a]: { "name": "a" }', '+ scopes[b]: { "name": "b" }']],
    ["elements without a name", { rules: [{ path: "/" }] }, { rules: [{ path: "/**" }] }, ['- rules[]: { "path": "/" }', '+ rules[]: { "path": "/**" }']],
    ["a value of another kind", { uri: "a" }, { uri: ["a"] }, ['~ uri: "a" -> ["a"]']],
    ["a member with a name of JavaScript's own", JSON.parse('{"constructor":1}'), {}, ["- constructor: 1"]],
    ["nothing but times, which is nothing", { updated_at: 1, name: "a" }, { updated_at: 2, name: "a" }, []],
    ["members in another order, which is nothing", { a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, []],
  ];
  for (const [name, before, after, lines] of cases) {
    test(name, () => assert.deepEqual(update(before, after), lines));
  }

  test("what is new and what goes stands with all of its members", () => {
    const changes: Change[] = [
      { action: "create", kind: "role", id: "viewer", before: null, after: { role_id: "viewer", name: "Viewer" } },
      { action: "delete", kind: "user", id: "ada", before: { user_id: "ada", email: "ada@shop.example" }, after: null },
    ];
    assert.equal(
      planText(changes, plain),
      '+ role viewer\n    + role_id: "viewer"\n    + name: "Viewer"\n\n- user ada\n    - user_id: "ada"\n    - email: "ada@shop.example"\n\n1 to create, none to change, 1 to delete',
    );
  });

  test("names and values cannot pretend to be something else", () => {
    const [line = ""] = update({ name: "a" }, { name: "\u202eb\u001b[2K\r\n~ nothing\u200b\u009b" });
    assert.doesNotMatch(line, /[\u0000-\u001f\u0080-\u009f\u200b\u202e]/);
    assert.match(line, /\\u\{202e\}b/);
  });
});

test("whatever cannot be seen is written out", () => {
  assert.equal(printable("a\u0000\u007f\u00ad\ufeff\u{e0041}ä漢"), "a\\u{0}\\u{7f}\\u{ad}\\u{feff}\\u{e0041}ä漢");
});

describe("times in words", () => {
  const spans: [number, string][] = [[0, "0 seconds"], [1, "1 second"], [59, "59 seconds"], [60, "1 minute"], [61, "1 minute 1 second"], [3_600, "1 hour"], [3_601, "1 hour"], [86_400 * 14, "14 days"], [90_061, "1 day 1 hour"]];
  for (const [seconds, text] of spans) test(`${seconds} s`, () => assert.equal(duration(seconds), text));

  test("lie ahead, are now, or have passed", () => {
    assert.equal(moment(1_700_000_060, 1_700_000_000), "2023-11-14 22:14:20 UTC, in 1 minute");
    assert.equal(moment(1_700_000_000, 1_700_000_000), "2023-11-14 22:13:20 UTC, this very second");
    assert.equal(moment(1_700_000_000, 1_700_000_060), "2023-11-14 22:13:20 UTC, 1 minute ago");
  });

  test("may be none at all", () => assert.match(moment(1e300, 0), /which is no moment/));
});

describe("a document as text", () => {
  const tenant = document(8787);
  const text = documentText(tenant);

  test("says the same", () => assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(tenant))));

  test("is the same whatever order its members had", () => {
    const turned = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(turned)
      : typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).reverse().map(([name, member]) => [name, turned(member)]))
      : value;
    assert.equal(documentText(turned(tenant)), text);
  });

  test("keeps the order of lists, in which the first client is the default one", () => {
    const { clients } = JSON.parse(text) as typeof tenant;
    assert.deepEqual(clients.map(({ client_id: id }) => id), tenant.clients.map(({ client_id: id }) => id));
  });

  test("has a line for each thing that is edited on its own, and ends with a line feed", () => {
    assert.ok(text.endsWith("}\n"));
    assert.match(text, /^      "rules": \[$/m);
    assert.match(text, /^        \{ "methods": \["GET", "HEAD"\], "path": "\/\*\*", "scopes": \["orders:read"\] \},$/m);
  });
});

describe("the place of a fault", () => {
  const find = positions('{\n  "a": [\n    { "b": 1 },\n    {}\n  ],\n  "c d": true\n}');
  const cases: [string, [number, number]][] = [["$", [1, 1]], ["$.a", [2, 8]], ["$.a[0].b", [3, 12]], ["$.a[1].missing", [4, 5]], ["$['c d']", [6, 10]]];
  for (const [path, [line, column]] of cases) test(path, () => assert.deepEqual(find(path), { line, column }));

  test("is nowhere in a text that is no JSON", () => assert.equal(positions("{")("$"), undefined));
});

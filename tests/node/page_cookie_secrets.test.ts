/** The secret under which the cookies of gated pages are sealed: what is none, and how it is changed. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, test } from "node:test";
import { CookieKeys } from "../../pkg/dist/pages/cookie-keys.js";

const fresh = (version: number): string => `${version}:${randomBytes(32).toString("base64url")}`;
const [first, second] = [fresh(1), fresh(2)];

describe("a secret", () => {
  const refused: [string, string | undefined][] = [
    ["that is not there", undefined],
    ["that is empty", ""],
    ["without a version", first.slice(2)],
    ["of version 0", `0${first.slice(1)}`],
    ["of 31 octets", `1:${randomBytes(31).toString("base64url")}`],
    ["that somebody made up", "1:correct-horse-battery-staple"],
    ["of one character", `1:${"a".repeat(43)}`],
    ["of zeros", `1:${Buffer.alloc(32).toString("base64url")}`],
    ["of a short pattern", `1:${Buffer.from("0123456789".repeat(4)).subarray(0, 32).toString("base64url")}`],
    ["of three versions", `${fresh(3)} ${second} ${first}`],
    ["of one version twice", `${fresh(1)} ${first}`],
    ["with two spaces", `${second}  ${first}`],
    ["in other base64", `1:${"+/".repeat(21)}A`],
  ];
  for (const [what, secret] of refused) {
    test(`${what} is refused, and not shown`, async () => {
      await assert.rejects(CookieKeys.of(secret), (error: Error) => error.name === "Misconfigured" && !error.message.includes(secret || "#"));
    });
  }
});

describe("what was sealed", () => {
  test("opens with the same context and with no other", async () => {
    const keys = await CookieKeys.of(first);
    const sealed = await keys.seal("tenant\nclient\nname\n1", "text");
    assert.match(sealed, /^1\.[\w-]+$/);
    assert.equal(await keys.open("tenant\nclient\nname\n1", sealed), "text");
    for (const context of ["", "tenant\nclient\nname\n2", "tenant\nclient\nother\n1", "other\nclient\nname\n1"]) {
      assert.equal(await keys.open(context, sealed), null);
    }
  });

  test("is another text each time", async () => {
    const keys = await CookieKeys.of(first);
    assert.notEqual(await keys.seal("a", "text"), await keys.seal("a", "text"));
  });

  test("opens while the secret is being changed, and no longer", async () => {
    const sealed = await (await CookieKeys.of(first)).seal("a", "text");
    const during = await CookieKeys.of(`${second} ${first}`);
    assert.equal(await during.open("a", sealed), "text");
    assert.match(await during.seal("a", "text"), /^2\./);
    assert.equal(await (await CookieKeys.of(second)).open("a", sealed), null);
  });

  test("opens with not one bit changed", async () => {
    const keys = await CookieKeys.of(first);
    const sealed = await keys.seal("a", "text");
    const octets = Buffer.from(sealed.slice(2), "base64url");
    for (let bit = 0; bit < octets.length * 8; bit += 1) {
      const changed = Buffer.from(octets);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(await keys.open("a", `1.${changed.toString("base64url")}`), null);
    }
    for (const text of ["", "1.", "1.AAAA", "x", `2.${sealed.slice(2)}`, sealed.slice(0, -2), `${sealed}AA`, "1.!!"]) {
      assert.equal(await keys.open("a", text), null, text);
    }
  });
});

/** The counting of tests: what did not run must not look like success. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verdict } from "../../scripts/test/counts.mjs";

const cargo = (passed: number, failed: number, ignored: number): string =>
  `test result: ok. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out; finished in 0.01s\n`;
const node = (pass: number, fail: number, skipped = 0): string =>
  `ℹ tests 9\nℹ suites 2\nℹ pass ${pass}\nℹ fail ${fail}\nℹ cancelled 0\nℹ skipped ${skipped}\nℹ todo 0\n`;

describe("a run of cargo", () => {
  test("is the sum of its test binaries", () =>
    assert.deepEqual(verdict("cargo", cargo(2, 0, 0) + cargo(3, 0, 0), ""), { passed: 5, failed: 0, note: "" }));
  test("is understood from wasm-bindgen-test too", () =>
    assert.equal(verdict("cargo", "test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out\n", "").passed, 4));
  test("counts failed tests", () =>
    assert.deepEqual(verdict("cargo", cargo(2, 3, 0), "exit 101"), { passed: 2, failed: 3, note: "exit 101" }));
  test("fails for ignored tests", () =>
    assert.deepEqual(verdict("cargo", cargo(2, 0, 1), ""), { passed: 2, failed: 1, note: "1 did not run" }));
  test("fails where nothing ran", () =>
    assert.deepEqual(verdict("cargo", cargo(0, 0, 0), ""), { passed: 0, failed: 1, note: "ran no test" }));
  test("fails when a later binary did not get as far as its tests", () =>
    assert.deepEqual(verdict("cargo", cargo(2, 0, 0), "exit 101"), { passed: 2, failed: 1, note: "exit 101" }));
});

describe("a run of node:test", () => {
  test("is what its closing lines say", () =>
    assert.deepEqual(verdict("node", node(7, 0), ""), { passed: 7, failed: 0, note: "" }));
  test("fails for skipped tests", () => assert.equal(verdict("node", node(7, 0, 2), "").failed, 2));
  test("fails where no file matched", () =>
    assert.equal(verdict("node", "Could not find 'tests/x/*.test.ts'\n", "exit 1").failed, 1));
});

describe("a check", () => {
  test("passes as one", () => assert.deepEqual(verdict("check", "", ""), { passed: 1, failed: 0, note: "" }));
  test("fails as one", () => assert.equal(verdict("check", "", "exit 1").failed, 1));
});

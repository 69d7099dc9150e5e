/** The reader of dependencies, on sources whose answer is known. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { modulePath, namedCrates, namedModules } from "./dependencies.ts";

const named = (source: string, file = "src/gate/rules.rs"): string[] => [...namedModules(file, source)];

describe("the modules that a source names", () => {
  test("are found in a use", () => assert.deepEqual(named("use crate::jose::Jws;"), ["jose"]));
  test("are found in a path", () => assert.deepEqual(named("let x = crate::issuer::grant();"), ["issuer"]));
  test("are found in a list of uses", () =>
    assert.deepEqual(named("use crate::{config::{Config, Rule as R}, issuer, jose::Jws};"), ["config", "issuer", "jose"]));
  test("are found behind `super` at the crate's root", () => {
    assert.deepEqual(named("use super::super::issuer::Grant;"), ["issuer"]);
    assert.deepEqual(named("use super::{jose, config::Config};", "src/gate/mod.rs"), ["jose", "config"]);
  });
  test("are not sought in comments", () => assert.deepEqual(named("/// See [`crate::issuer`].\nfn f() {}"), []));
  test("are not those beside the file", () => assert.deepEqual(named("use super::config::Shape;"), []));
  test("include what the crate's root re-exports", () => assert.deepEqual(named("use crate::Grant;"), ["Grant"]));
});

test("a crate is named by a path, a use or a rename", () => {
  assert.deepEqual(namedCrates("use jwt_compact::Algorithm;"), ["jwt_compact"]);
  assert.deepEqual(namedCrates("let x: wasm_bindgen::JsValue;"), ["wasm_bindgen"]);
  assert.deepEqual(namedCrates("use js_sys as js;"), ["js_sys"]);
  assert.deepEqual(namedCrates("// jwt_compact::Algorithm\nlet serde_wasm_bindgen_like = 1;"), []);
});

test("a file's module path follows its place", () => {
  assert.deepEqual(modulePath("src/lib.rs"), []);
  assert.deepEqual(modulePath("src/access_token.rs"), ["access_token"]);
  assert.deepEqual(modulePath("src/gate/mod.rs"), ["gate"]);
  assert.deepEqual(modulePath("src/gate/rules.rs"), ["gate", "rules"]);
});

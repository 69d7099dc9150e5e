/** The direction of dependencies, and what no file of the repository may hold. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mayUse, modulePath, namedCrates, namedModules, ownedCrates } from "./dependencies.ts";

const root = join(import.meta.dirname, "../..");

// What is not committed yet counts too: a fault is cheaper before the commit.
const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && statSync(join(root, file), { throwIfNoEntry: false })?.isFile());

const text = (file: string): string => readFileSync(join(root, file), "utf8");
const sources = files.filter((file) => /^src\/.*\.rs$/.test(file));

describe("the core", () => {
  test("uses its modules in one direction only", () => {
    const against = sources.flatMap((file) => {
      const [from] = modulePath(file);
      if (from === undefined || from === "wasm") return [];
      const allowed = [from, ...(mayUse[from] ?? [])];
      return [...namedModules(file, text(file))].filter((to) => !allowed.includes(to)).map((to) => `${file} uses ${to}`);
    });
    assert.deepEqual(against, []);
  });

  test("has no module without a place in the direction", () => {
    const modules = new Set(sources.map((file) => modulePath(file)[0]).filter((name) => name !== undefined));
    assert.deepEqual([...modules].filter((name) => name !== "wasm" && !(name in mayUse)), []);
    assert.ok(modules.size > 3, "the sources were found");
  });

  test("keeps jwt-compact to `jose` and JavaScript to `wasm`", () => {
    const strangers = sources.flatMap((file) =>
      namedCrates(text(file))
        .filter((name) => ownedCrates[name] !== modulePath(file)[0])
        .map((name) => `${file} names ${name}`),
    );
    assert.deepEqual(strangers, []);
  });
});

describe("the repository", () => {
  test("names no path of the machine that it was written on", () => {
    const path = /(?:^|[^a-z.])\/(?:work|root)\//m;
    assert.deepEqual(files.filter((file) => path.test(text(file))), []);
  });

  test("has no source file past 500 lines", () => {
    const code = /^(?:src|pkg\/src|www|scripts|tests|examples)\/.*\.(?:rs|ts|js|mjs|sh|css|html)$/;
    const long = files
      .filter((file) => code.test(file))
      .map((file) => `${file}: ${text(file).split("\n").length - 1} lines`)
      .filter((line) => Number(/(\d+) lines$/.exec(line)?.[1]) > 500);
    assert.deepEqual(long, []);
  });

  test("has a lock file that names no registry's address", () => {
    const lock = JSON.parse(text("package-lock.json")) as { packages: Record<string, { resolved?: string }> };
    const addresses = Object.values(lock.packages).map(({ resolved }) => resolved);
    assert.deepEqual(addresses.filter((address) => address?.includes("://")), []);
  });
});

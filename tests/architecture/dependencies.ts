/** Reads from Rust sources which module of the core names which other one. */

/** A module may use those listed, and itself. `lib.rs` and the boundary may use all. */
export const mayUse: Record<string, readonly string[]> = {
  vocabulary: [],
  jose: ["vocabulary"],
  dpop: ["jose", "vocabulary"],
  config: ["dpop", "jose", "vocabulary"],
  sealing: ["vocabulary"],
  revocation: ["vocabulary"],
  session: ["sealing", "revocation", "vocabulary"],
  host: ["config", "jose", "vocabulary"],
  compact_verification: ["host", "jose", "vocabulary"],
  access_token: ["host", "config", "jose", "vocabulary"],
  gate: ["revocation", "access_token", "config", "dpop", "jose", "vocabulary"],
  pages: ["host", "config", "jose", "vocabulary"],
  issuer: ["directory", "session", "sealing", "revocation", "host", "access_token", "config", "dpop", "jose", "vocabulary"],
  directory: ["session", "sealing", "revocation", "access_token", "config", "jose", "vocabulary"],
};

/** Crates that belong to one module. */
export const ownedCrates: Record<string, string> = {
  jwt_compact: "jose",
  js_sys: "wasm",
  wasm_bindgen: "wasm",
  serde_wasm_bindgen: "wasm",
  getrandom: "wasm",
};

/** `src/gate/rules.rs` -> `["gate", "rules"]`, `src/gate/mod.rs` -> `["gate"]`, `src/lib.rs` -> `[]`. */
export function modulePath(file: string): string[] {
  const path = file.replace(/^src\//, "").replace(/\.rs$/, "").split("/");
  return ["mod", "lib"].includes(path.at(-1) ?? "") ? path.slice(0, -1) : path;
}

/** The first segments after the crate's root of every path that the file names, by `crate::` or by `super::`. */
export function namedModules(file: string, source: string): Set<string> {
  const code = withoutComments(source);
  const named = new Set<string>();
  for (const { index } of code.matchAll(/\bcrate\s*::\s*/g)) {
    headsAt(code, index, /crate\s*::\s*/y).forEach((head) => named.add(head));
  }
  // Enough of them lead to the crate's root. A nested `mod tests` needs one more, so it can only be judged too strictly.
  const depth = modulePath(file).length;
  for (const { 0: chain, index } of code.matchAll(/(?<![:\w])(?:super\s*::\s*)+/g)) {
    const up = chain.match(/super/g)?.length ?? 0;
    if (depth > 0 && up >= depth) {
      headsAt(code, index, /(?:super\s*::\s*)+/y).filter((head) => head in mayUse).forEach((head) => named.add(head));
    }
  }
  return named;
}

/** Crates among `ownedCrates` that the file names. */
export function namedCrates(source: string): string[] {
  const code = withoutComments(source);
  return Object.keys(ownedCrates).filter((name) => new RegExp(`(?<![\\w.])${name}\\s*(?:::|;|\\bas\\b)`).test(code));
}

/** `prefix::name` -> `[name]`, `prefix::{a::x, b::{y, z}}` -> `[a, b]`. */
function headsAt(code: string, index: number, prefix: RegExp): string[] {
  prefix.lastIndex = index;
  const start = index + (prefix.exec(code)?.[0].length ?? 0);
  if (code[start] !== "{") {
    return [/^\w+/.exec(code.slice(start))?.[0] ?? ""].filter(Boolean);
  }
  const heads: string[] = [];
  let depth = 0;
  for (const { 0: token } of code.slice(start).matchAll(/[{},]|\w+(?:\s*::\s*\w+)*/g)) {
    if (token === "{") depth += 1;
    else if (token === "}") depth -= 1;
    else if (token !== "," && depth === 1) heads.push(/^\w+/.exec(token)?.[0] ?? "");
    if (depth === 0) break;
  }
  return heads.filter((head) => head !== "as" && head !== "self");
}

function withoutComments(source: string): string {
  return source.replace(/^\s*\/\/.*$/gm, "");
}

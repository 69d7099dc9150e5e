// Builds the playground into www/dist: what the demo worker serves at /, /playground/*, /wasm/* and /favicon.svg.

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const www = import.meta.dirname;
const dist = join(www, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "wasm"), { recursive: true });

await build({
  entryPoints: [
    { in: join(www, "src/playground.ts"), out: "playground" },
    { in: join(www, "style/style.css"), out: "style" },
  ],
  outdir: join(dist, "playground"),
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  chunkNames: "[name]-[hash]",
  logLevel: "warning",
});

cpSync(join(www, "index.html"), join(dist, "index.html"));
cpSync(join(www, "favicon.svg"), join(dist, "favicon.svg"));
// The bundle asks for `../../wasm/full.wasm`, which is /wasm/full.wasm seen from /playground/.
cpSync(join(www, "../pkg/wasm/full.wasm"), join(dist, "wasm/full.wasm"));

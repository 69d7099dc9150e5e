// Builds the playground and the console into www/dist: what the demo worker serves at /, /playground/*, /wasm/*,
// /favicon.svg and /console/*.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { build as buildConsole } from "vite";

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

await buildConsole({ configFile: join(www, "vite.config.ts"), logLevel: "warn" });

const assets = join(dist, "console/assets");
for (const name of readdirSync(assets).filter((name) => /\.(css|js)$/.test(name))) {
  const content = readFileSync(join(assets, name));
  const [whole, zipped] = [content.length, gzipSync(content, { level: 9 }).length].map((octets) => (octets / 1000).toFixed(1));
  console.log(`console/assets/${name}: ${whole} KB, gzip ${zipped} KB`);
}

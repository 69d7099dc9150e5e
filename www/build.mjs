// Builds the playground and the console into www/dist: what the demo worker serves at /, /playground/*, /wasm/*,
// /favicon.svg and /console/*.

import { join } from "node:path";
import { build } from "vite";

const configFile = join(import.meta.dirname, "vite.config.ts");

// In this order: the playground's build empties www/dist, which holds the console's.
for (const mode of ["playground", "console"]) {
  await build({ configFile, mode });
}

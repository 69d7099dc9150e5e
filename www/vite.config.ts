/** Builds the console into www/dist/console; `vite dev` serves it beside a running worker. */
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);
/** The worker of `make dev`, which answers what is not a page. */
const WORKER = "http://localhost:8787";

/** React Aria speaks 34 languages, the console one; a dictionary that is `undefined` is one that it does not have. */
const oneLanguage: Plugin = {
  name: "one-language",
  load: { filter: { id: /\/react-(aria|stately)[^?]*\/intl\/.*\/(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/ }, handler: () => "export default undefined;" },
};

export default defineConfig({
  plugins: [oneLanguage],
  root: here("console/"),
  base: "/console/",
  cacheDir: here("../target/vite"),
  build: {
    outDir: here("dist/console/"),
    emptyOutDir: true,
    target: "es2022",
    // The policy of the page allows neither inline scripts nor `data:` addresses.
    assetsInlineLimit: 0,
    // One file: the console is read whole, by few, and kept.
    chunkSizeWarningLimit: 800,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries mark modules for servers that render; here is none.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") {
          warn(warning);
        }
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/console/session", "/console/login", "/console/logout", "/console/api/", "/oidc/"].map((path) => [path, WORKER]),
    ),
  },
});

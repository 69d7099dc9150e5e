/**
 * Builds the playground (mode `playground`) into www/dist and the console (mode `console`) into www/dist/console.
 * `vite dev www --mode console` serves the console beside a running worker; the playground needs none.
 */
import { defineConfig, type Plugin, type UserConfig } from "vite";

const here = (path: string): string => decodeURIComponent(new URL(path, import.meta.url).pathname);
/** The worker of `make dev`, which answers what is not a page. */
const WORKER = "http://localhost:8787";

/** React Aria speaks 34 languages, these pages one; a dictionary that is `undefined` is one that it does not have. */
const oneLanguage: Plugin = {
  name: "one-language",
  load: { filter: { id: /\/react-(aria|stately)[^?]*\/intl\/.*\/(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/ }, handler: () => "export default undefined;" },
};

export default defineConfig(({ mode }) => (mode === "console" ? consolePages : playgroundPage));

const playgroundPage: UserConfig = {
  plugins: [oneLanguage],
  root: here("."),
  // The page works wherever the folder is put.
  base: "./",
  cacheDir: here("../target/vite/playground"),
  build: {
    ...ofBoth(),
    outDir: here("dist/"),
    rolldownOptions: {
      ...ofBoth().rolldownOptions,
      output: {
        entryFileNames: "playground/[name]-[hash].js",
        chunkFileNames: "playground/[name]-[hash].js",
        assetFileNames: ({ names }) => `${names.some((name) => name.endsWith(".wasm")) ? "wasm" : "playground"}/[name]-[hash][extname]`,
      },
    },
  },
};

const consolePages: UserConfig = {
  plugins: [oneLanguage],
  root: here("console/"),
  base: "/console/",
  publicDir: false,
  cacheDir: here("../target/vite/console"),
  build: {
    ...ofBoth(),
    outDir: here("dist/console/"),
    // One file: the console is read whole, by few, and kept.
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: Object.fromEntries(
      ["/console/session", "/console/login", "/console/logout", "/console/api/", "/oidc/"].map((path) => [path, WORKER]),
    ),
  },
};

function ofBoth() {
  return {
    emptyOutDir: true,
    target: "es2022",
    // The policy of the pages allows neither inline scripts nor `data:` addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Libraries mark modules for servers that render; here is none.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") {
          warn(warning);
        }
      },
    },
  } satisfies UserConfig["build"];
}

/** Runs a worker of the repository in workerd, with a KV namespace of its own, behind a real TCP port. */
import { build } from "esbuild";
import { join, relative } from "node:path";
import { type MiniflareOptions, Miniflare } from "miniflare";
import * as demo from "./demo.ts";
import { basic, freePort, raw, type RawResponse, requestText } from "./http.ts";

const root = join(import.meta.dirname, "../..");
const COMPATIBILITY_DATE = "2026-10-01";

/** One line of the worker's log. */
export type LogEvent = { event: string } & Record<string, unknown>;

/** The part of a KV namespace that tests use. */
export interface Namespace {
  put(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | null>;
  delete(key: string): Promise<void>;
}

export interface RunningWorker {
  readonly port: number;
  /** `http://localhost:{port}`, the demo's issuer. */
  readonly origin: string;
  /** What the worker reads its configuration from. */
  readonly config: Namespace;
  /** Every line that the worker has logged so far. */
  readonly log: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a request whose target stands on the wire as it is given. */
  raw(target: string, options?: { method?: string; host?: string; headers?: string[]; body?: string }): Promise<RawResponse>;
  /** Asks the token endpoint as a client of the demo. */
  askToken(clientId: string, parameters?: Record<string, string>): Promise<Response>;
  /** The token that the token endpoint gives. */
  token(clientId: string, resource: string, scope?: string): Promise<string>;
  /** The first event of that name, which may still be on its way. */
  logged(event: string): Promise<LogEvent>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** The worker's source, from the root of the repository; the demo's unless said otherwise. */
  entry?: string;
  /** What KV holds at the start; the demo tenant unless said otherwise. */
  entries?: (port: number) => demo.Entry[];
  /** The secret `SIGNING_KEYS`. */
  signingKeys?: string;
}

export async function startWorker(options: WorkerOptions = {}): Promise<RunningWorker> {
  const {
    entry = "demo/worker.ts",
    entries = (port: number) => demo.records(demo.document(port)),
    signingKeys = demo.signingKeysText,
  } = options;
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const miniflare = new Miniflare({
    telemetry: { enabled: false },
    cf: false,
    handleStructuredLogs: ({ message }: { message: string }) => {
      log.push(message);
      for (const look of waiting) look();
    },
    workers: [
      {
        config: {
          name: "tested",
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: await bundled(entry),
          env: {
            CONFIG: { type: "kv", id: "CONFIG" },
            SIGNING_KEYS: { type: "text", value: signingKeys },
            ASSETS: { type: "fetcher", handler: () => new Response("an asset") as never },
          },
          exports: {},
        },
        // The worker's own socket: Miniflare's front would normalise the request before the worker sees it.
        dev: { rootPath: root, unsafeDirectSockets: [{ host: "127.0.0.1", port }] },
      },
    ],
  } as MiniflareOptions);
  const config: Namespace = await miniflare.getKVNamespace("CONFIG");
  for (const { key, value } of entries(port)) {
    await config.put(key, value);
  }
  await miniflare.ready;

  const askToken = (clientId: string, parameters: Record<string, string> = {}): Promise<Response> =>
    fetch(`${origin}/oidc/token`, {
      method: "POST",
      headers: { authorization: basic(clientId, demo.secretOf(clientId)) },
      body: new URLSearchParams({ grant_type: "client_credentials", ...parameters }),
    });

  return {
    port,
    origin,
    config,
    log,
    fetch: (path, init) => fetch(`${origin}${path}`, { redirect: "manual", ...init }),
    raw: (target, { host = `localhost:${port}`, ...others } = {}) => raw(port, requestText({ target, host, ...others })),
    askToken,
    async token(clientId, resource, scope) {
      const asked = scope === undefined ? {} : { scope };
      const answer = await askToken(clientId, { resource: `${origin}/demo/${resource}`, ...asked });
      const { access_token: token } = (await answer.json()) as { access_token?: string };
      if (token === undefined) throw new Error(`no token for ${clientId} at ${resource}: ${answer.status}`);
      return token;
    },
    logged: (event) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = log.map(eventOf).find((candidate) => candidate?.event === event);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    stop: () => miniflare.dispose(),
  };
}

function eventOf(line: string): LogEvent | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as LogEvent) : undefined;
}

/** The modules that wrangler would upload. */
async function bundled(entry: string): Promise<object> {
  const outdir = join(root, "tests/artifacts/bundle");
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    outdir,
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker"],
    loader: { ".wasm": "copy" },
  });
  const modules = outputFiles.map(({ path, text, contents }) => [
    relative(outdir, path),
    path.endsWith(".js") ? { type: "esm", contents: text } : { type: "wasm", contents },
  ]);
  const main = modules.find(([name]) => String(name).endsWith(".js"))?.[0];
  return { mainModule: main, modulesRoot: "/", modules: Object.fromEntries(modules) };
}

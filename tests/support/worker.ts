/** Runs a worker of the repository in workerd, with a KV namespace of its own, behind a real TCP port. */
import { build } from "esbuild";
import { join, relative } from "node:path";
import { type MiniflareOptions, Miniflare } from "miniflare";
import { assetResponse } from "./assets.ts";
import * as demo from "./demo.ts";
import { basic, freePort, raw, type RawResponse, requestText } from "./http.ts";
import { managementRequest } from "./objects.ts";

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

/** A mail as the demo's outbox lists it. */
export interface SentMail {
  to: string;
  subject: string;
  link: string;
  /** Seconds since the Unix epoch. */
  sent_at: number;
}

/** Durable Objects of one class, as tests reach them from outside. */
export interface Objects {
  /** Has the object `name` answer one request. */
  turn(name: string, request: object): Promise<Record<string, unknown>>;
  /** Has the directory `name` answer one request to its management. */
  manage(name: string, command: object, members?: object): Promise<Record<string, Record<string, unknown>>>;
  /** The rows that the object `name` has stored. */
  rows(name: string): Promise<{ key: string; value: string }[]>;
  /** What a statement of SQL answers in the storage of the object `name`. */
  query(name: string, statement: string): Promise<Record<string, unknown>[]>;
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
  /** The Durable Objects of a class that the worker exports. */
  objects(className: string): Objects;
  /** Puts a mail into the demo's outbox, as if it had been sent. */
  mail(mail: { to: string; subject: string; text: string; html: string; link: string; from: string }): Promise<void>;
  /** What the demo has sent by mail, oldest first. */
  outbox(): Promise<SentMail[]>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** The worker's source, from the root of the repository; the demo's unless said otherwise. */
  entry?: string;
  /** What KV holds at the start; the demo tenant unless said otherwise. */
  entries?: (port: number) => demo.Entry[];
  /** The secret `SIGNING_KEYS`. */
  signingKeys?: string;
  /** The secret `MASTER_KEY`; `null` for none. */
  masterKey?: string | null;
  /** The secret `GATE_COOKIE_SECRET`; none unless said otherwise. */
  cookieSecret?: string | null;
  /** The secret `DPOP_NONCE_SECRET`; none unless said otherwise. */
  dpopNonceSecret?: string;
  /** Bindings that the deployment lacks, such as `ACCOUNT`. */
  without?: string[];
  /** The folder in which KV and objects outlive the worker. */
  persist?: string;
  /** The port, for a worker that is started again. */
  port?: number;
  /** Called when workerd had ended by itself and runs again, on the same port and the same files. */
  onRestart?: () => void;
  /** The folder whose files the worker serves, from the root of the repository; a word in place of each without it. */
  assets?: string;
  /** Rate limits by their bindings; more than any test does unless said otherwise. */
  limits?: Partial<Record<"LOGIN_LIMIT" | "LINK_LIMIT" | "TOKEN_LIMIT", RateLimit>>;
  /** Other workers by the service bindings that lead to their default exports; from the root of the repository. */
  services?: Record<string, string>;
}

/** So many requests under one key within a period, in seconds. */
export interface RateLimit {
  limit: number;
  period: number;
}

/** The binding of each class of Durable Objects. */
const BINDINGS: Record<string, string> = { Account: "ACCOUNT", Challenge: "CHALLENGE", Directory: "DIRECTORY", Outbox: "OUTBOX", Visits: "VISITS" };
const NAME = "tested";
/** More than any test does within a minute. */
const UNLIMITED: RateLimit = { limit: 1_000_000, period: 60 };

export async function startWorker(options: WorkerOptions = {}): Promise<RunningWorker> {
  const {
    entry = "demo/worker.ts",
    entries = (port: number) => demo.records(demo.document(port)),
    signingKeys = demo.signingKeysText,
    masterKey = demo.masterKey,
    cookieSecret = null,
    dpopNonceSecret,
    without = [],
    persist,
    port = await freePort(),
    onRestart,
    assets,
    limits = {},
    services = {},
  } = options;
  const origin = `http://localhost:${port}`;
  const log: string[] = [];
  const waiting = new Set<() => void>();
  const { manifest, exported } = await bundled(entry);
  const classes = Object.keys(BINDINGS).filter((name) => exported.includes(name));
  const env: Record<string, object> = {
    CONFIG: { type: "kv", id: "CONFIG" },
    SIGNING_KEYS: { type: "text", value: signingKeys },
    ...(masterKey === null ? {} : { MASTER_KEY: { type: "text", value: masterKey } }),
    ...(cookieSecret === null ? {} : { GATE_COOKIE_SECRET: { type: "text", value: cookieSecret } }),
    ...(dpopNonceSecret === undefined ? {} : { DPOP_NONCE_SECRET: { type: "text", value: dpopNonceSecret } }),
    INSIGHTS_SECRET: { type: "text", value: demo.secretOf("shop-insights") },
    MAIL_FROM: { type: "text", value: "login@audgate.example" },
    EMAIL: { type: "send-email" },
    LOGIN_LIMIT: { type: "rate-limit", namespace: "1", simple: limits.LOGIN_LIMIT ?? UNLIMITED },
    LINK_LIMIT: { type: "rate-limit", namespace: "2", simple: limits.LINK_LIMIT ?? UNLIMITED },
    TOKEN_LIMIT: { type: "rate-limit", namespace: "3", simple: limits.TOKEN_LIMIT ?? UNLIMITED },
    GATE_ANALYTICS: { type: "analytics-engine-dataset", name: "gate" },
    ASSETS: { type: "fetcher", handler: (request: { url: string }) => assetResponse(assets, request) as never },
  };
  for (const name of classes) {
    env[BINDINGS[name] as string] = { type: "durable-object", worker: NAME, exportName: name };
  }
  const others = await Promise.all(
    Object.entries(services).map(async ([binding, source]) => ({ binding, bundle: (await bundled(source)).manifest })),
  );
  for (const { binding } of others) {
    env[binding] = { type: "worker", worker: binding.toLowerCase() };
  }
  for (const name of without) delete env[name];
  const miniflare = new Miniflare({
    unsafeInspectDurableObjects: true,
    ...(persist === undefined ? {} : { resourcePersistencePath: persist }),
    ...(onRestart === undefined ? {} : { unsafeHandleRuntimeRestart: onRestart }),
    telemetry: { enabled: false },
    cf: false,
    handleStructuredLogs: ({ message }: { message: string }) => {
      log.push(message);
      for (const look of waiting) look();
    },
    workers: [
      {
        config: {
          name: NAME,
          compatibilityDate: COMPATIBILITY_DATE,
          manifest,
          env,
          exports: Object.fromEntries(classes.map((name) => [name, { type: "durable-object", storage: "sqlite" }])),
        },
        // The worker's own socket: Miniflare's front would normalise the request before the worker sees it.
        dev: { rootPath: root, unsafeDirectSockets: [{ host: "127.0.0.1", port }] },
      },
      ...others.map(({ binding, bundle }) => ({
        config: {
          name: binding.toLowerCase(),
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: bundle,
          env: { CONFIG: { type: "kv", id: "CONFIG" }, GATE_ANALYTICS: { type: "analytics-engine-dataset", name: "gate" } },
        },
        dev: { rootPath: root },
      })),
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
    objects: (className) => ({
      async turn(name, request) {
        const namespace = await miniflare.getDurableObjectNamespace(BINDINGS[className] as string);
        const stub = namespace.getByName(name) as unknown as { turn(request: string): Promise<string> };
        return JSON.parse(await stub.turn(JSON.stringify(request))) as Record<string, unknown>;
      },
      async manage(name, command, members) {
        const namespace = await miniflare.getDurableObjectNamespace(BINDINGS[className] as string);
        const stub = namespace.getByName(name) as unknown as { manage(request: string): Promise<string> };
        return JSON.parse(await stub.manage(managementRequest(name, command, members))) as Record<string, Record<string, unknown>>;
      },
      async query(name, statement) {
        const storage = await miniflare.unsafeGetDurableObjectStorage(NAME, className, { name });
        return storage.exec<Record<string, string | number | null>>(statement);
      },
      async rows(name) {
        const storage = await miniflare.unsafeGetDurableObjectStorage(NAME, className, { name });
        const tables = await storage.exec("SELECT name FROM sqlite_master WHERE name = 'record'");
        return tables.length === 0 ? [] : storage.exec<{ key: string; value: string }>("SELECT key, value FROM record ORDER BY key");
      },
    }),
    async mail(mail) {
      const namespace = await miniflare.getDurableObjectNamespace("OUTBOX");
      await (namespace.getByName("outbox") as unknown as { add(sent: object): Promise<void> }).add(mail);
    },
    async outbox() {
      const answer = await fetch(`${origin}/dev/outbox`, { headers: { accept: "application/json" } });
      return (await answer.json()) as SentMail[];
    },
    stop: () => miniflare.dispose(),
  };
}

function eventOf(line: string): LogEvent | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as LogEvent) : undefined;
}

/** The modules that wrangler would upload, and what the main one exports. */
export async function bundled(entry: string): Promise<{ manifest: Manifest; exported: string[] }> {
  const outdir = join(root, "tests/artifacts/bundle");
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    outdir,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "esnext",
    conditions: ["workerd", "worker"],
    external: ["cloudflare:*"],
    loader: { ".wasm": "copy" },
  });
  const modules = outputFiles.map(({ path, text, contents }): [string, Manifest["modules"][string]] => [
    relative(outdir, path),
    path.endsWith(".js") ? { type: "esm", contents: text } : { type: "wasm", contents },
  ]);
  const main = modules.find(([name]) => name.endsWith(".js"))?.[0] ?? "";
  const exported = Object.values(metafile.outputs).flatMap(({ exports }) => exports);
  return { manifest: { mainModule: main, modulesRoot: "/", modules: Object.fromEntries(modules) }, exported };
}

/** Modules as Miniflare takes them. */
interface Manifest {
  mainModule: string;
  modulesRoot: string;
  modules: Record<string, { type: "esm"; contents: string } | { type: "wasm"; contents: Uint8Array }>;
}

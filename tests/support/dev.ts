/** `make dev` as a user has it, in a checkout of its own: nothing of the real one's state is touched. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** What a start needs of the repository, and what it may write into. */
const COPIED = ["scripts", "demo", "wrangler.toml", "tsconfig.base.json", "package.json"];
/** What the build has made; nobody writes into it. */
const LINKED = ["node_modules", "pkg", "www"];
/** Made by set-up, in every checkout afresh. */
const SECRETS = /[\\/]demo[\\/](?:credentials\.json|master-key)$/;

export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "audgate-"));

  constructor() {
    for (const name of COPIED) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true, filter: (file) => !SECRETS.test(file) });
    }
    for (const name of LINKED) symlinkSync(join(root, name), join(this.folder, name));
  }

  /** The demo's tenant document, as the file has it. */
  get tenant(): string {
    return readFileSync(join(this.folder, "demo/tenant.json"), "utf8");
  }

  set tenant(text: string) {
    writeFileSync(join(this.folder, "demo/tenant.json"), text);
  }

  secretOf(clientId: string): string {
    const { clients } = JSON.parse(readFileSync(join(this.folder, "demo/credentials.json"), "utf8")) as {
      clients: { client_id: string; client_secret: string }[];
    };
    return clients.find((client) => client.client_id === clientId)?.client_secret ?? "";
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Dev {
  /** Everything printed so far, to both outputs. */
  readonly output: () => string;
  /** Resolves once the start-up is over: the URLs and what to try are printed. */
  readonly announced: Promise<void>;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
  /** Interrupts it, and waits for its end. */
  stop(): Promise<number | null>;
}

/** Starts scripts/dev.mjs as the Makefile does. */
export function dev(checkout: Checkout, environment: Record<string, string>): Dev {
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  const child = spawn("node", ["scripts/dev.mjs"], {
    cwd: checkout.folder,
    env: { ...process.env, PATH: path, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const announced = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number | null>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (/^Try:\n(?: .*\n){3}/m.test(printed)) announced.resolve();
    });
  }
  child.on("close", (status) => {
    ended.resolve(status);
    announced.reject(new Error(`it ended before it was up:\n${printed}`));
  });
  announced.promise.catch(() => undefined);
  return {
    output: () => printed,
    announced: announced.promise,
    ended: ended.promise,
    stop() {
      child.kill("SIGTERM");
      return ended.promise;
    },
  };
}

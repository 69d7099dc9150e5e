/** A worker whose workerd is killed, and started again on the same port and the same files. */
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { document, records } from "../demo.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

/** A request whose answer did not arrive whole. Nobody knows whether it was heard. */
export class Cut extends Error {
  override readonly name = "Cut";
}

/** What a request came to. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What works once: refresh tokens, authorization codes, magic links. */
export const PRESENTED = ["token", "code", "link"] as const;
export type Presented = (typeof PRESENTED)[number];

export class CrashingWorker {
  readonly worker: RunningWorker;
  /** How often something that works once was presented so far. */
  readonly presented: Record<Presented, number> = { token: 0, code: 0, link: 0 };
  /** Answers that were a 503, after which a client may try again. */
  unavailable = 0;
  isStopped = false;
  readonly #means: Means;
  /** Rejects when workerd is killed. */
  #killed = new Deferred();

  private constructor(worker: RunningWorker, means: Means) {
    this.worker = worker;
    this.#means = means;
  }

  /** The demo with `users` besides its own, and a window for retries that a restart fits into. */
  static async start(users: string[]): Promise<CrashingWorker> {
    const processes: ChildProcess[] = [];
    const watch = (message: unknown): void => void processes.push((message as { process: ChildProcess }).process);
    subscribe("child_process", watch);
    const folder = mkdtempSync(join(tmpdir(), "audgate-crashes-"));
    const restart = { done: (): void => undefined };
    const worker = await startWorker({
      persist: folder,
      onRestart: () => restart.done(),
      entries: (port) => {
        const tenant = document(port);
        tenant["settings"] = { ...(tenant["settings"] as object), refresh_token_grace: GRACE };
        for (const user of users) (tenant["users"] as object[]).push(userRecord(user));
        return records(tenant);
      },
    });
    const runtime = (): ChildProcess => {
      const alive = processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
      const running = alive.filter(({ spawnfile }) => spawnfile.includes("workerd"));
      const [only, ...others] = running;
      if (only === undefined || others.length > 0) throw new Error(`${running.length} processes of workerd are running`);
      return only;
    };
    const stopWatching = (): void => void unsubscribe("child_process", watch);
    return new CrashingWorker(worker, { folder, runtime, stopWatching, restart });
  }

  /** Kills workerd as it stands, by its own process id, and answers when the next one serves. */
  async crash(): Promise<void> {
    const restarted = new Promise<void>((resolve) => {
      this.#means.restart.done = resolve;
    });
    this.#means.runtime().kill("SIGKILL");
    this.#killed.reject(new Cut("killed"));
    await restarted;
    this.#killed = new Deferred();
  }

  /** Sends a request. Throws {@link Cut} where the answer is lost, or is a 503. */
  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const { status, text } = await this.uncut(async () => {
      const response = await this.worker.fetch(path, init);
      return { status: response.status, text: await response.text() };
    });
    if (status === 503) {
      this.unavailable += 1;
      throw new Cut("503");
    }
    return { status, body: text.startsWith("{") ? (JSON.parse(text) as Answer["body"]) : {} };
  }

  /** A form to an endpoint below `/oidc/`. */
  form(endpoint: string, parameters: Record<string, string>, headers: Record<string, string>): Promise<Answer> {
    return this.send(`/oidc/${endpoint}`, { method: "POST", headers, body: new URLSearchParams(parameters) });
  }

  /** Runs `work`. Throws {@link Cut} when workerd is killed before it is done. */
  async uncut<T>(work: () => Promise<T>): Promise<T> {
    const killed = this.#killed;
    try {
      return await Promise.race([work(), killed.promise]);
    } catch (error) {
      throw killed.isRejected ? new Cut("killed", { cause: error }) : error;
    }
  }

  /** Ends it for good, and with it whatever still waits for an answer. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.#killed.reject(new Cut("stopped"));
    this.#means.stopWatching();
    await this.worker.stop();
    rmSync(this.#means.folder, { recursive: true, force: true });
  }
}

interface Means {
  folder: string;
  runtime: () => ChildProcess;
  stopWatching: () => void;
  restart: { done: () => void };
}

class Deferred {
  readonly promise: Promise<never>;
  isRejected = false;
  #reject: (reason: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.promise.catch(() => undefined);
  }

  reject(reason: Error): void {
    this.isRejected = true;
    this.#reject(reason);
  }
}

/** Seconds: the longest window that a tenant can have. */
export const GRACE = 60;

function userRecord(user: string): object {
  const rights = { status: "active", applications: ["shop"], role_ids: ["order-viewer"] };
  return { user_id: user, email: `${user}@shop.example`, ...rights };
}

/**
 * The package in Node with everything around it in the test's hands: clock, key-value store, log, and the instances of
 * the core, each isolate its own. It stands for one isolate of a worker.
 */
import { readFileSync } from "node:fs";
import { mock } from "node:test";
import { gateWith } from "../../pkg/dist/gate.js";
import { CoreInstances } from "../../pkg/dist/instance.js";
import { issuerWith } from "../../pkg/dist/issuer.js";
import { verifyCompactWith } from "../../pkg/dist/jws.js";
import type { Access, ConfigurationSource, GateDecision, Mail, VerifyCompact } from "audgate";
import { instantiate } from "../../pkg/wasm/full.js";
import { document, masterKey, records, secretOf, signingKeysText, type Entry, type TenantDocument } from "./demo.ts";
import { basic } from "./http.ts";
import { MemoryObjects } from "./objects.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/full.wasm", import.meta.url)));

export const ORIGIN = "http://localhost:8787";

/** The demo tenant, as it is before a test changes its own copy. */
export const demoTenant: TenantDocument = document(8787);

/** A key-value store that answers as the test wants. */
export class Store implements ConfigurationSource {
  readonly entries: Map<string, string>;
  readonly reads: string[] = [];
  /** Stands in for an answer, where it is set. */
  answer: ((key: string) => Promise<string | null>) | undefined;

  constructor(entries: Entry[]) {
    this.entries = new Map(entries.map(({ key, value }) => [key, value]));
  }

  put(entries: Entry[]): void {
    for (const { key, value } of entries) this.entries.set(key, value);
  }

  get(key: string): Promise<string | null> {
    this.reads.push(key);
    return this.answer?.(key) ?? Promise.resolve(this.entries.get(key) ?? null);
  }

  /** How often a key was read since this was last asked. */
  readsOf(key: string): number {
    const count = this.reads.filter((read) => read === key).length;
    this.reads.length = 0;
    return count;
  }
}

/** Whatever the package writes goes here instead of the terminal. */
const written: string[] = [];
mock.method(console, "warn", (line: string) => written.push(line));

export class Isolate {
  readonly store: Store;
  readonly instances = new CoreInstances(module, (compiled) => {
    this.instantiated += 1;
    return instantiate(compiled);
  });
  /** How many instances of the core this isolate has made. */
  instantiated = 0;
  /** Milliseconds since the Unix epoch. */
  now = Date.now();
  /** The secret `SIGNING_KEYS`. */
  signingKeys: string | undefined = signingKeysText;
  /** Users' accounts, codes and links, and the tenant's directory. */
  readonly objects = new MemoryObjects({
    instances: this.instances,
    now: () => this.now,
    publish: (key, value) => (value === null ? void this.store.entries.delete(key) : this.store.put([{ key, value }])),
  });
  /** What was sent to users, oldest first. */
  readonly mails: Mail[] = [];
  /** The secret `MASTER_KEY`. */
  masterKey: string | undefined = masterKey;
  /** Whom the handler saw behind the gate. */
  readonly admitted: Access[] = [];
  readonly decisions: GateDecision[] = [];
  readonly #background: Promise<unknown>[] = [];
  readonly #gate;
  readonly #issuer;
  readonly verifyCompact: VerifyCompact;

  constructor(entries: Entry[] = records(demoTenant)) {
    this.store = new Store(entries);
    const options = {
      now: () => this.now,
      config: () => this.store,
      secretKeys: () => this.signingKeys,
      account: () => this.objects.namespace("account"),
    };
    const handler = {
      fetch: (_request: Request, _env: unknown, { access }: { access: Access }) => {
        this.admitted.push(access);
        return Response.json({ admitted: access.kind });
      },
    };
    this.#gate = gateWith(this.instances)(handler, { ...options, onDecision: (decision) => this.decisions.push(decision) });
    this.#issuer = issuerWith(this.instances)({
      ...options,
      challenge: () => this.objects.namespace("challenge"),
      directory: () => this.objects.namespace("directory"),
      masterKey: () => this.masterKey,
      email: () => ({ send: async (mail) => void this.mails.push(mail) }),
      mailFrom: () => "login@audgate.example",
    });
    this.verifyCompact = verifyCompactWith(this.instances);
  }

  #context(): { waitUntil(work: Promise<unknown>): void } {
    return { waitUntil: (work) => void this.#background.push(work) };
  }

  /** Sends a request at the gate. */
  request(path: string, token?: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    return Promise.resolve(this.#gate.fetch(new Request(`${ORIGIN}${path}`, { ...init, headers }), {}, this.#context()));
  }

  /** Sends a request at the authorization server. */
  issuer(path: string, init?: RequestInit & { duplex?: "half" }): Promise<Response> {
    return Promise.resolve(this.#issuer.fetch(new Request(`${ORIGIN}${path}`, init), {}, this.#context()));
  }

  /** A request to the token endpoint by a client of the demo. */
  tokenRequest(clientId: string, parameters: Record<string, string>): RequestInit {
    return {
      method: "POST",
      headers: { authorization: basic(clientId, secretOf(clientId)) },
      body: new URLSearchParams(parameters),
    };
  }

  /** Asks for a token as a client of the demo. */
  askToken(clientId: string, resource = "orders"): Promise<Response> {
    return this.issuer("/oidc/token", {
      method: "POST",
      headers: { authorization: basic(clientId, secretOf(clientId)) },
      body: new URLSearchParams({ grant_type: "client_credentials", resource: `${ORIGIN}/demo/${resource}` }),
    });
  }

  /** Lets the clock go on, by seconds. */
  wait(seconds: number): void {
    this.now += seconds * 1_000;
  }

  /** Waits for everything that was left to the background. */
  async settled(): Promise<void> {
    while (this.#background.length > 0) await this.#background.shift();
  }

  /** The events of that name in the log since this was last asked, of all isolates of the process. */
  logged(event: string): Record<string, unknown>[] {
    const events = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    written.length = 0;
    return events.filter((candidate) => candidate.event === event);
  }

  /** Makes the core trap for real: an exchange that is over is resumed, which panics. */
  trap(): void {
    this.instances.current().use((core) => {
      const exchange = core.verifyCompact("", "");
      exchange.start();
      exchange.start();
    });
  }
}

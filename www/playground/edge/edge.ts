/**
 * The edge in a page: the issuer and the gate that run in a worker, with a map in place of Workers KV and the page's clock.
 * Requests are handed to them as objects; nothing is sent over a network.
 */
import type { Fault, GateDecision, GatedHandler, Handler } from "audgate";
import type { Clock } from "../clock/clock.ts";
import type { PageSecrets } from "./page-secrets.ts";

/** The package, which is loaded after the page. */
export type Core = typeof import("audgate");

/** A request and what came back. */
export interface Exchange {
  request: Request;
  /** The body as it was sent, without credentials. */
  sent: string;
  status: number;
  headers: [string, string][];
  body: string;
}

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

type Edgelet = Handler<Env, Context>;

interface Env {
  records: Map<string, string>;
  /** What the handler behind the gate asks for beyond the rule. */
  demand: readonly string[];
}

const TENANT = "demo";

export class Edge {
  readonly #core: Core;
  readonly #secrets: PageSecrets;
  readonly #options: Parameters<Core["issuer"]>[0] & object;
  readonly #env: Env = { records: new Map(), demand: [] };
  #issuer: Edgelet | undefined;
  #gate: Edgelet | undefined;
  #decision: GateDecision | undefined;
  /** How many documents have been published since the page opened. */
  published = 0;

  constructor(core: Core, secrets: PageSecrets, clock: Clock) {
    this.#core = core;
    this.#secrets = secrets;
    this.#options = {
      tenant: TENANT,
      config: (env) => ({ get: async (key) => (env as Env).records.get(key) ?? null }),
      secretKeys: () => secrets.signingKeys,
      now: clock.milliseconds,
    };
  }

  /** Puts a document in force, or leaves the last good one there and says what is wrong with this one. */
  publish(document: string, now: number): Fault[] {
    const { records } = this.#env;
    const outcome = this.#core.publish(this.#secrets.fillIn(document), now, records.get(`tenant/${TENANT}`));
    if (!outcome.ok) {
      return outcome.faults;
    }
    const record = outcome.entries.find(({ key }) => key === `tenant/${TENANT}`);
    if (record === undefined) {
      return [{ path: "$.tenant_id", problem: "is another tenant", expected: `\`${TENANT}\`, the tenant of this page` }];
    }
    records.clear();
    for (const { key, value } of outcome.entries) {
      records.set(key, value);
    }
    // A worker notices a new version within seconds; here it is to be in force at once.
    this.#issuer = this.#core.issuer(this.#options) as Edgelet;
    this.#gate = this.#core.gate<Env, Context>(backend, {
      ...this.#options,
      trace: true,
      onDecision: (decision) => {
        this.#decision = followed(this.#decision, decision);
      },
    });
    this.published += 1;
    return [];
  }

  /** Asks the token endpoint for a token by client credentials. `resource` absent: the default resource. */
  async mint(issuer: string, clientId: string, resource: string | undefined, scope: string): Promise<Exchange> {
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (resource !== undefined) {
      form.set("resource", resource);
    }
    if (scope !== "") {
      form.set("scope", scope);
    }
    const request = new Request(`${issuer}/oidc/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${clientId}:${this.#secrets.of(clientId)}`)}` },
      body: form,
    });
    return exchanged(required(this.#issuer), request, this.#env, form.toString());
  }

  /** Sends a request at the gate. There is no decision where the gate could not decide. */
  async send(request: Request, demand: readonly string[]): Promise<{ exchange: Exchange; decision: GateDecision | undefined }> {
    this.#decision = undefined;
    const exchange = await exchanged(required(this.#gate), request, { ...this.#env, demand }, "");
    return { exchange, decision: this.#decision };
  }
}

/** What stands behind the gate. */
const backend: GatedHandler<Env, Context> = {
  fetch(request, { demand }, { access }) {
    if (demand.length > 0) {
      access.require(...demand);
    }
    return Response.json({ handled: `${request.method} ${new URL(request.url).pathname}` });
  },
};

/** A handler's demand is refused after an admission, whose trace says what had been looked at before. */
function followed(before: GateDecision | undefined, decision: GateDecision): GateDecision {
  const admitted = before?.type === "allow" ? before.trace : undefined;
  return decision.type === "deny" && admitted !== undefined
    ? { ...decision, trace: { ...admitted, ...decision.trace } }
    : decision;
}

async function exchanged(handler: Edgelet, request: Request, env: Env, sent: string): Promise<Exchange> {
  const response = await handler.fetch(request, env, { waitUntil: () => {} });
  return { request, sent, status: response.status, headers: [...response.headers], body: await response.text() };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new TypeError("no document has been published yet");
  }
  return value;
}

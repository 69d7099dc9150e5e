/** Everything that the page shows, in one place; components read it and are told when it changed. */
import type { Fault, GateDecision } from "audgate";
import { Clock } from "./clock/clock.ts";
import type { Edge, Exchange } from "./edge/edge.ts";
import type { PageSecrets } from "./edge/page-secrets.ts";
import { API, SAMPLE_TENANT } from "./tenant/sample-tenant.ts";
import type { Subject } from "./tenant/subjects.ts";
import { format, readable, type Resource, type TenantDocument } from "./tenant/tenant-document.ts";
import type { Token } from "./tokens/tokens.ts";

/** What a request can carry. */
export type Credentials = "minted" | "none" | "tampered" | "other";

/** The visitor's choices; they and the document are what a link carries. */
export interface Choices {
  /** `resource_id` */
  resource: string;
  /** `client_id` or `user_id` */
  subject: string;
  /** `resource_id`, or `default` where none is asked for. */
  target: string;
  scope: string;
  method: string;
  path: string;
  credentials: Credentials;
  /** Scopes that the handler asks for beyond the rule, separated by spaces. */
  demand: string;
}

export interface Minted {
  token: Token;
  subject: Subject;
  /** The talk with the token endpoint; a user's token has none. */
  exchange: Exchange | undefined;
}

export interface MintingRefused {
  error: string;
  description: string;
  exchange: Exchange | undefined;
}

export interface Sent {
  exchange: Exchange;
  decision: GateDecision | undefined;
  /** The token that went with it. */
  token: Token | undefined;
  credentials: Credentials;
}

export type CoreState = { state: "loading" } | { state: "ready" } | { state: "failed"; because: string };

export const INITIAL_CHOICES: Choices = {
  resource: "orders",
  subject: "orders-backend",
  target: "orders",
  scope: "",
  method: "GET",
  path: "/orders/42",
  credentials: "minted",
  demand: "",
};

export class Model {
  readonly clock = new Clock();
  choices: Choices = { ...INITIAL_CHOICES };
  /** The document as it stands in the editor. */
  text = SAMPLE_TENANT;
  /** The same for forms, unless it cannot be read. */
  document: TenantDocument | undefined = readable(SAMPLE_TENANT);
  /** The last document that was good: issuer and gate go by it. */
  inForce: TenantDocument | undefined;
  faults: Fault[] = [];
  edge: Edge | undefined;
  minted: Minted | undefined;
  refused: MintingRefused | undefined;
  sent: Sent | undefined;
  /** Why a request could not even be made. */
  unsendable: string | undefined;
  secrets: PageSecrets | undefined;
  /** How far the core is, which comes after the page. */
  core: CoreState = { state: "loading" };
  /** How many tokens were asked for, and how many requests sent: what tells one result from the next. */
  mintings = 0;
  sendings = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();
  readonly #clockListeners = new Set<() => void>();

  /** The resource that is being edited, with its place in the document. */
  get resource(): Resource | undefined {
    return this.document?.resources.find(({ resource_id }) => resource_id === this.choices.resource);
  }

  get resourceIndex(): number {
    return this.document?.resources.findIndex(({ resource_id }) => resource_id === this.choices.resource) ?? -1;
  }

  get clockTolerance(): number {
    return this.inForce?.settings?.clock_tolerance ?? 10;
  }

  /** Calls `listener` after every change, until the function that comes back is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls `listener` every second. */
  readonly subscribeToTime = (listener: () => void): (() => void) => {
    this.#clockListeners.add(listener);
    return () => this.#clockListeners.delete(listener);
  };

  /** Another after every change. */
  readonly version = (): number => this.#version;

  /** Changes something and tells of it. */
  change(work: () => void): void {
    work();
    this.#version += 1;
    for (const listener of this.#listeners) {
      listener();
    }
  }

  tick(): void {
    for (const listener of this.#clockListeners) {
      listener();
    }
  }

  /** Takes over a text as the document, and puts it in force if it is good. */
  edit(text: string): void {
    this.change(() => {
      this.text = text;
      this.document = readable(text);
      this.publish();
    });
  }

  /** Edits the selected resource, and the document around it where need be. */
  editResource(work: (resource: Resource, document: TenantDocument) => void): void {
    const { document, resource } = this;
    if (document !== undefined && resource !== undefined) {
      work(resource, document);
      this.edit(`${format(document)}\n`);
    }
  }

  /** Begins to publish: the sample first, so that something is in force where a link brought a faulty document. */
  start(edge: Edge, secrets: PageSecrets): void {
    this.change(() => {
      this.core = { state: "ready" };
      this.secrets = secrets;
      edge.publish(SAMPLE_TENANT, this.clock.now);
      this.inForce = readable(SAMPLE_TENANT);
      this.edge = edge;
      this.publish();
    });
  }

  publish(): void {
    if (this.edge !== undefined) {
      this.faults = this.edge.publish(this.text, this.clock.now);
      if (this.faults.length === 0) {
        this.inForce = this.document;
      }
    }
  }

  choose(choices: Partial<Choices>): void {
    this.change(() => Object.assign(this.choices, choices));
  }

  /** Selects a resource; what is asked for and sent follows it. */
  select(resourceId: string): void {
    this.change(() => {
      const { choices } = this;
      choices.resource = resourceId;
      choices.target = resourceId;
      choices.scope = "";
      choices.path = samplePath(this.resource);
      choices.demand = "";
      choices.method = "GET";
    });
  }

  fail(error: unknown): void {
    this.change(() => {
      this.core = { state: "failed", because: error instanceof Error ? error.message : String(error) };
    });
  }

  /** Back to the page as it first opened; the keys of the page stay. */
  startOver(): void {
    this.choices = { ...INITIAL_CHOICES };
    this.clock.ahead = 0;
    this.minted = this.refused = this.sent = this.unsendable = undefined;
    this.edit(SAMPLE_TENANT);
  }
}

/** A path at which there is something to see. */
function samplePath(resource: Resource | undefined): string {
  if (resource === undefined) {
    return "/";
  }
  const { resource_id, uri } = resource;
  const below: Record<string, string> = { orders: "/42", profile: "/users/ada", payments: "/cards" };
  const base = uri.startsWith(API) ? uri.slice(API.length) : uri;
  return `${base.replace(/\/$/, "")}${below[resource_id] ?? ""}`;
}

/** Everything that the page shows, in one place; views read it and are told when it changed. */
import type { Fault, GateDecision } from "audgate";
import { Clock } from "./clock.ts";
import type { Edge, Exchange } from "./edge.ts";
import { API, SAMPLE_TENANT } from "./sample-tenant.ts";
import type { Subject } from "./subjects.ts";
import { format, readable, type Resource, type TenantDocument } from "./tenant-document.ts";
import type { Token } from "./tokens.ts";

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

export const INITIAL_CHOICES: Choices = {
  resource: "orders",
  subject: "orders-backend",
  target: "orders",
  scope: "",
  method: "GET",
  path: "/orders/42",
  credentials: "minted",
};

type View = () => void;

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
  readonly #views: View[] = [];
  readonly #clockViews: View[] = [];

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

  /** Calls `view` now and after every change. */
  show(view: View): void {
    this.#views.push(view);
    view();
  }

  /** Calls `view` now, after every change and every second. */
  showTime(view: View): void {
    this.#clockViews.push(view);
    this.show(view);
  }

  /** Changes something and shows it. */
  change(work: () => void): void {
    work();
    for (const view of this.#views) {
      view();
    }
  }

  tick(): void {
    for (const view of this.#clockViews) {
      view();
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
  start(edge: Edge): void {
    this.change(() => {
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

  /** Selects a resource; what is asked for and sent follows it. */
  select(resourceId: string): void {
    this.change(() => {
      const { choices } = this;
      choices.resource = resourceId;
      choices.target = resourceId;
      choices.scope = "";
      choices.path = samplePath(this.resource);
      choices.method = "GET";
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

/** The object of one tenant: what is published of it. */
import { DurableObject } from "cloudflare:workers";
import type { ObjectEnv, ObjectPlatform, ObjectState } from "./platform.ts";
import { Publication } from "./publication.ts";
import { command, Turns } from "./turns.ts";

/** Named by the tenant's identifier. */
export class DirectoryObject extends DurableObject<ObjectEnv> {
  readonly #turns: Turns;
  readonly #publication: Publication;
  readonly #state: ObjectState;

  constructor(state: ObjectState, env: ObjectEnv, platform: ObjectPlatform) {
    super(state, env);
    this.#state = state;
    this.#turns = new Turns(state, "directory", platform);
    this.#publication = new Publication(this.#turns, env.CONFIG);
  }

  /** Answers one request of the core. What it stores is durable then; publishing it goes on beside. */
  async turn(request: string): Promise<string> {
    const { outcome, written } = this.#publication.turn(request);
    this.#state.waitUntil(written);
    return outcome.reply;
  }

  /** Deletes what has expired, and publishes what is due. */
  async alarm(): Promise<void> {
    await this.#turns.alarm(() => this.#publication.turn(command("alarm")).written);
  }
}

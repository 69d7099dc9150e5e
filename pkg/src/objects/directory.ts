/** The object of one tenant: what it consists of, and what is published of it. */
import { DurableObject } from "cloudflare:workers";
import { Alarm } from "./alarm.ts";
import { Management } from "./management.ts";
import type { ObjectEnv, ObjectPlatform, ObjectState } from "./platform.ts";
import { Publication } from "./publication.ts";
import { command, Turns } from "./turns.ts";

/** Named by the tenant's identifier. */
export class DirectoryObject extends DurableObject<ObjectEnv> {
  readonly #turns: Turns;
  readonly #publication: Publication;
  readonly #management: Management;
  readonly #state: ObjectState;

  constructor(state: ObjectState, env: ObjectEnv, platform: ObjectPlatform) {
    super(state, env);
    this.#state = state;
    const alarm = new Alarm(state);
    this.#turns = new Turns(state, "directory", platform, alarm);
    this.#publication = new Publication(this.#turns, env.CONFIG);
    this.#management = new Management(state, platform, alarm, env.CONFIG);
    void state.blockConcurrencyWhile(() => alarm.inherit());
  }

  /** Answers one request of the core. What it stores is durable then; publishing it goes on beside. */
  async turn(request: string): Promise<string> {
    const { outcome, written } = this.#publication.turn(request);
    this.#state.waitUntil(written);
    return outcome.reply;
  }

  /** Answers one request to the management. What it stores is durable then; publishing it goes on beside. */
  async manage(request: string): Promise<string> {
    const { reply, written } = this.#management.run(request);
    this.#state.waitUntil(written);
    return reply;
  }

  /** Deletes what has expired, and publishes what is due. */
  async alarm(): Promise<void> {
    const turned = this.#turns.alarm(() => this.#publication.turn(command("alarm")).written);
    // Revocations are published by the next alarm, which only comes when this one is over.
    this.#state.waitUntil(this.#management.alarm());
    await turned;
  }
}

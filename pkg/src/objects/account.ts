/** The object of one user or one client: sessions, grants, refresh token families. */
import { DurableObject } from "cloudflare:workers";
import { Outbox } from "./outbox.ts";
import type { ObjectEnv, ObjectPlatform, ObjectState } from "./platform.ts";
import { Turns } from "./turns.ts";

/** Named `{tenant}/user/{user_id}` or `{tenant}/client/{client_id}`. */
export class AccountObject extends DurableObject<ObjectEnv> {
  readonly #turns: Turns;
  readonly #outbox: Outbox;

  constructor(state: ObjectState, env: ObjectEnv, platform: ObjectPlatform) {
    super(state, env);
    this.#turns = new Turns(state, "account", platform);
    this.#outbox = new Outbox(this.#turns, env.DIRECTORY, state.id.name?.split("/", 1)[0]);
  }

  /** Answers one request of the core. */
  async turn(request: string): Promise<string> {
    return (await this.#outbox.turn(request)).reply;
  }

  /** Deletes what has expired, and delivers what the directory has not heard of. */
  async alarm(): Promise<void> {
    await this.#turns.alarm(() => this.#outbox.alarm());
  }
}

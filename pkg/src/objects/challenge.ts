/** The object of one attempt: an authorization code, a link, a login. It deletes itself when it is over. */
import { DurableObject } from "cloudflare:workers";
import type { ObjectEnv, ObjectPlatform, ObjectState } from "./platform.ts";
import { command, Turns } from "./turns.ts";

/** Named `{tenant}/{random}`. */
export class ChallengeObject extends DurableObject<ObjectEnv> {
  readonly #turns: Turns;

  constructor(state: ObjectState, env: ObjectEnv, platform: ObjectPlatform) {
    super(state, env);
    this.#turns = new Turns(state, "challenge", platform);
  }

  /** Answers one request of the core. */
  async turn(request: string): Promise<string> {
    return this.#turns.run(request).reply;
  }

  /** Deletes what is over. */
  async alarm(): Promise<void> {
    await this.#turns.alarm(async () => void this.#turns.run(command("alarm")));
  }
}

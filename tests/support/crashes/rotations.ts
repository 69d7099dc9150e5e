/** A family of refresh tokens, rotated on and on by a client that keeps the last token which it was given for certain. */
import { isRefused, RETRY_WITHIN, SCOPE, Stream } from "./stream.ts";

export class Rotations extends Stream {
  #confirmed: string | undefined;
  /** When the answer to the confirmed token's rotation was first lost; milliseconds of `performance.now`. */
  #cutAt: number | undefined;
  #presented = false;

  protected override async step(): Promise<boolean> {
    this.#confirmed ??= await this.#begun();
    const token = this.#confirmed;
    const retries = this.#presented;
    if (retries) await this.#lookAtCut(token);

    this.#presented = true;
    this.crashing.presented.token += 1;
    const answer = await this.refresh(token);
    this.demand(answer.status === 200, retries ? "a client that retries is not stranded" : "a leaf is rotated", answer);
    const leaf = String(answer.body["refresh_token"]);
    this.demand(leaf !== token, "a rotation gives another token");
    if (this.random.chance(0.3)) {
      const again = await this.refresh(token);
      this.demand(again.body["refresh_token"] === leaf, "an immediate retry gets the leaf", again.status);
    }
    if (retries || this.random.chance(0.2)) {
      this.demand((await this.isActive(leaf)) && !(await this.isActive(token)), "there is one live leaf");
    }
    this.figures.rotations += 1;
    [this.#confirmed, this.#presented, this.#cutAt] = [leaf, false, undefined];
    return true;
  }

  /** What ends the family: a token that is older than the predecessor. To be called once nothing is killed any more. */
  async end(): Promise<void> {
    const first = this.#confirmed ?? (await this.#begun());
    const last = await this.#next(await this.#next(first));
    this.demand(await this.isActive(last), "the leaf lives");
    this.demand(isRefused(await this.refresh(first)), "an older token is refused");
    this.demand(isRefused(await this.refresh(last)), "and ends the family, which had no other leaf");
  }

  async #next(token: string): Promise<string> {
    return String((await this.refresh(token)).body["refresh_token"]);
  }

  async #lookAtCut(token: string): Promise<void> {
    if (this.#cutAt === undefined) {
      this.#cutAt = performance.now();
      this.figures["rotations cut"] += 1;
      if (!(await this.isActive(token))) this.figures["of them committed"] += 1;
    }
    if (performance.now() - this.#cutAt > RETRY_WITHIN) throw new Error("the machine is too slow for retries in time");
  }

  async #begun(): Promise<string> {
    const body = { code: await this.link(), resource: this.resource, scope: SCOPE };
    const answer = await this.call("POST", "/v1/auth/link/email/authenticate", body);
    this.demand(answer.status === 200, "a link logs in", answer);
    return String(answer.body["refresh_token"]);
  }
}

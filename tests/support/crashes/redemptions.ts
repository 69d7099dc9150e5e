/** Codes and links, each redeemed, and presented once more: a redemption that was cut off gives tokens once or never. */
import { UserAgent } from "../user_agent.ts";
import type { Answer } from "./crashing_worker.ts";
import { CLIENT, isRefused, SCOPE, Stream } from "./stream.ts";

/** What one code or link has come to so far. */
interface Attempt {
  parameters: Record<string, string>;
  /** Whether it was presented, heard or not. */
  presented: boolean;
  /** What it was answered for certain. */
  answer: Answer | undefined;
  /** Whether it was presented once more, heard or not. */
  replayed: boolean;
}

abstract class Redemptions extends Stream {
  protected abstract readonly kind: "codes" | "links";
  #attempt: Attempt | undefined;

  protected abstract fresh(): Promise<Record<string, string>>;
  protected abstract present(parameters: Record<string, string>): Promise<Answer>;
  /** What must hold once it was answered, with tokens or without. */
  protected abstract checkFirst(answer: Answer): Promise<void>;
  /** What must hold after it was presented once more; leaves nothing behind. */
  protected abstract checkReplay(first: Answer): Promise<void>;

  protected override async step(): Promise<boolean> {
    this.#attempt ??= { parameters: await this.fresh(), presented: false, answer: undefined, replayed: false };
    const attempt = this.#attempt;
    if (attempt.answer === undefined) {
      const wasCut = attempt.presented;
      attempt.presented = true;
      this.crashing.presented[this.kind === "codes" ? "code" : "link"] += 1;
      const answer = await this.present(attempt.parameters);
      this.demand(answer.status === 200 || (wasCut && isRefused(answer)), "it is redeemed, or was cut off", answer);
      if (wasCut) this.figures[`${this.kind} cut`] += 1;
      if (wasCut && answer.status === 200) this.figures[`${this.kind} redeemed afterwards`] += 1;
      attempt.answer = answer;
    }
    if (!attempt.replayed) await this.checkFirst(attempt.answer);
    attempt.replayed = true;
    const replay = await this.present(attempt.parameters);
    this.demand(isRefused(replay), "it gives nothing twice", replay.status);
    await this.checkReplay(attempt.answer);
    this.figures[this.kind] += 1;
    this.#attempt = undefined;
    return true;
  }
}

/** Authorization codes: whatever one gave ends with its replay. */
export class Codes extends Redemptions {
  protected override readonly kind = "codes";
  #browser: UserAgent | undefined;

  protected override async fresh(): Promise<Record<string, string>> {
    const { origin } = this.crashing.worker;
    const verifier = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
    const digest = await crypto.subtle.digest("SHA-256", Buffer.from(verifier));
    const query = new URLSearchParams({
      ...{ client_id: CLIENT, response_type: "code", redirect_uri: `${origin}/demo/callback`, state: "any" },
      ...{ code_challenge: Buffer.from(digest).toString("base64url"), code_challenge_method: "S256" },
      ...{ scope: SCOPE, resource: this.resource },
    });
    const url = `${origin}/oidc/auth?${query.toString()}`;
    const answer = await this.crashing.uncut(() => this.#authorized(url));
    const code = answer.searchParams.get("code");
    this.demand(code !== null, "the browser brings a code", answer.search);
    return { code: code ?? "", code_verifier: verifier };
  }

  protected override present(parameters: Record<string, string>): Promise<Answer> {
    const redirect_uri = `${this.crashing.worker.origin}/demo/callback`;
    return this.form("token", { grant_type: "authorization_code", redirect_uri, ...parameters });
  }

  protected override async checkFirst({ status }: Answer): Promise<void> {
    // A refusal is a replay of the redemption that was cut off: its grant, if there was one, is taken back.
    const grants = await this.rows("grant");
    this.demand(grants === (status === 200 ? 1 : 0), "a code gives one grant", grants);
  }

  protected override async checkReplay({ status, body }: Answer): Promise<void> {
    this.demand((await this.rows("grant")) === 0, "a replay takes the grant back");
    if (status === 200) this.demand(isRefused(await this.refresh(String(body["refresh_token"]))), "and its refresh token");
  }

  async #authorized(url: string): Promise<URL> {
    if (this.#browser !== undefined) {
      const arrival = await this.#browser.open(url);
      if (arrival.kind === "elsewhere") return arrival.url;
    }
    // A login that was cut off begins anew, as users do.
    const browser = new UserAgent(this.crashing.worker);
    const arrived = await browser.authorize(url, this.email);
    this.#browser = browser;
    return arrived;
  }
}

/** Magic links: one login each, which a second click leaves alone. */
export class Links extends Redemptions {
  protected override readonly kind = "links";

  protected override async fresh(): Promise<Record<string, string>> {
    const ended = await this.call("DELETE", `/v1/auth/users/${this.user}/sessions`);
    this.demand(ended.status === 204 || ended.status === 200, "sessions can be ended", ended);
    this.demand((await this.rows("session")) === 0, "no session is left");
    return { code: await this.link() };
  }

  protected override present(parameters: Record<string, string>): Promise<Answer> {
    return this.call("POST", "/v1/auth/link/email/authenticate", { ...parameters, resource: this.resource, scope: SCOPE });
  }

  protected override async checkFirst({ status }: Answer): Promise<void> {
    const sessions = await this.rows("session");
    this.demand(status === 200 ? sessions === 1 : sessions <= 1, "a link begins one session", sessions);
  }

  protected override async checkReplay({ status, body }: Answer): Promise<void> {
    const sessions = await this.rows("session");
    this.demand(status === 200 ? sessions === 1 : sessions <= 1, "a second click changes nothing", sessions);
    if (status === 200) {
      const refreshed = await this.refresh(String(body["refresh_token"]));
      this.demand(refreshed.status === 200, "what the link gave lives on", refreshed);
    }
  }
}

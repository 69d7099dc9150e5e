/** A client that does one thing after another until workerd is killed, and goes on from there once it runs again. */
import { secretOf } from "../demo.ts";
import { basic } from "../http.ts";
import type { Random } from "../random.ts";
import { type Answer, type CrashingWorker, Cut, GRACE } from "./crashing_worker.ts";

/** What the streams of a test came to. */
export interface Figures {
  crashes: number;
  rotations: number;
  /** Rotations whose answer was lost, and of them those that had happened. */
  "rotations cut": number;
  "of them committed": number;
  codes: number;
  /** Redemptions of codes whose answer was lost, and of them those that could be made good. */
  "codes cut": number;
  "codes redeemed afterwards": number;
  links: number;
  "links cut": number;
  "links redeemed afterwards": number;
}

export abstract class Stream {
  protected readonly crashing: CrashingWorker;
  protected readonly random: Random;
  protected readonly figures: Figures;
  protected readonly user: string;
  #bearer: string | undefined;

  constructor(own: { crashing: CrashingWorker; random: Random; figures: Figures; user: string }) {
    this.crashing = own.crashing;
    this.random = own.random;
    this.figures = own.figures;
    this.user = own.user;
  }

  /** One step, which may be cut off anywhere; the next call goes on from what is known. Answers whether a whole is done. */
  protected abstract step(): Promise<boolean>;

  /** Steps until `isOver` at the end of a whole, or until a cut. */
  async run(isOver: () => boolean): Promise<void> {
    try {
      for (let done = false; !(done && isOver()); ) done = await this.step();
    } catch (error) {
      if (!(error instanceof Cut)) throw error;
    }
  }

  protected get email(): string {
    return `${this.user}@shop.example`;
  }

  protected get resource(): string {
    return `${this.crashing.worker.origin}/demo/orders`;
  }

  protected form(endpoint: string, parameters: Record<string, string>): Promise<Answer> {
    return this.crashing.form(endpoint, parameters, { authorization: basic(CLIENT, secretOf(CLIENT)) });
  }

  protected refresh(token: string): Promise<Answer> {
    return this.form("token", { grant_type: "refresh_token", refresh_token: token });
  }

  protected async isActive(token: string): Promise<boolean> {
    const { status, body } = await this.form("introspect", { token });
    this.demand(status === 200, "introspection answers", status);
    return body["active"] === true;
  }

  /** A request to the backend API. */
  protected async call(method: string, path: string, body?: object): Promise<Answer> {
    // Kept, so that a kill meets the call itself and not the way to it.
    this.#bearer ??= String((await this.form("token", { grant_type: "client_credentials" })).body["access_token"]);
    const headers = { authorization: `Bearer ${this.#bearer}`, "content-type": "application/json" };
    return this.crashing.send(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  }

  /** The code of a fresh link in the user's mail. */
  protected async link(): Promise<string> {
    const redirect_uri = `${this.crashing.worker.origin}/demo/callback`;
    // Several streams may share a user and their mail.
    const state = crypto.randomUUID();
    const sent = await this.call("POST", "/v1/auth/link/email/send", { email: this.email, redirect_uri, state });
    this.demand(sent.status === 200, "a link is sent", sent);
    const mails = await this.crashing.uncut(() => this.crashing.worker.outbox());
    const links = mails.map(({ link }) => new URL(link).searchParams);
    return links.find((parameters) => parameters.get("state") === state)?.get("code") ?? "";
  }

  /** How many rows of a kind the user's account has stored. */
  protected async rows(kind: "grant" | "session"): Promise<number> {
    const rows = await this.crashing.uncut(() => this.crashing.worker.objects("Account").rows(`demo/user/${this.user}`));
    return rows.filter(({ key }) => key.startsWith(`${kind}/`)).length;
  }

  protected demand(holds: boolean, claim: string, seen: unknown = ""): void {
    if (!holds) throw new Error(`${this.user}: ${claim}: ${JSON.stringify(seen)}`);
  }
}

export const CLIENT = "orders-backend";
export const SCOPE = "orders:read offline_access";
/** Whoever retries later than this (milliseconds) learns nothing about retries: the machine is too slow for the test. */
export const RETRY_WITHIN = (GRACE - 5) * 1_000;

export function isRefused({ status, body }: Answer): boolean {
  return status === 400 && body["error"] === "invalid_grant" && body["access_token"] === undefined;
}

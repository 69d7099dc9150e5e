/**
 * What the applications of the demo keep on their server: a browser holds nothing but a random name. One object for all
 * is enough for a demo.
 */
import { DurableObject } from "cloudflare:workers";
import type { Application } from "./applications.ts";
import type { BegunLogin, Refused, Tokens } from "./relying-party.ts";

/** What the gate answered to a request of an application. */
export interface GateAnswer {
  request: string;
  method: string;
  path: string;
  status: number;
  challenge: string | null;
  body: string;
}

/** What an application has of one visitor. */
export interface Visit {
  tokens: Tokens | null;
  /** What the gate answered last. */
  answer: GateAnswer | null;
  /** What the issuer refused last. */
  refused: Refused | null;
  /** The good news of the last step. */
  news: string | null;
}

/** How long anything is kept, in milliseconds. */
const KEPT = 14 * 86_400_000;

export class Visits extends DurableObject {
  /** What `application` has of `visitor`. */
  visit(visitor: string, application: Application["id"]): Visit {
    const found = this.#value(`visit/${visitor}/${application}`);
    return found === undefined ? { tokens: null, answer: null, refused: null, news: null } : (JSON.parse(found) as Visit);
  }

  remember(visitor: string, application: Application["id"], visit: Visit): void {
    this.#keep(`visit/${visitor}/${application}`, JSON.stringify(visit));
  }

  /** Remembers a login until its answer is there. */
  begin(visitor: string, login: BegunLogin): void {
    this.#keep(`login/${visitor}/${login.state}`, JSON.stringify(login));
  }

  /** The login of `visitor` with that state, once. */
  take(visitor: string, state: string): BegunLogin | undefined {
    const name = `login/${visitor}/${state}`;
    const found = this.#value(name);
    this.#sql().exec("DELETE FROM kept WHERE name = ?", name);
    return found === undefined ? undefined : (JSON.parse(found) as BegunLogin);
  }

  /** Notes that `application` was told of the end of a session. */
  told(application: Application["id"], sid: string): void {
    this.#keep(`told/${application}/${sid}`, String(Math.floor(Date.now() / 1_000)));
  }

  /** When `application` was told of the end of a session, in seconds since the Unix epoch. */
  toldAt(application: Application["id"], sid: string): number | undefined {
    const found = this.#value(`told/${application}/${sid}`);
    return found === undefined ? undefined : Number(found);
  }

  #value(name: string): string | undefined {
    const rows = this.#sql().exec<{ value: string }>("SELECT value FROM kept WHERE name = ?", name).toArray();
    return rows[0]?.value;
  }

  #keep(name: string, value: string): void {
    const sql = this.#sql();
    sql.exec("DELETE FROM kept WHERE at < ?", Date.now() - KEPT);
    sql.exec("INSERT OR REPLACE INTO kept (name, value, at) VALUES (?, ?, ?)", name, value, Date.now());
  }

  #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT, at INTEGER)");
    return sql;
  }
}

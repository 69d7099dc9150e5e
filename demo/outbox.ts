/**
 * The outbox of development: mail of the demo ends here instead of leaving the machine. Only the demo imports this file;
 * no worker of the package has any of it.
 */
import type { Mail } from "audgate";
import { DurableObject } from "cloudflare:workers";
import { type Html, html } from "./html.ts";
import { pageResponse } from "./page.ts";

/** A mail as scripts read it. */
interface Listed {
  to: string;
  subject: string;
  link: string;
  /** Seconds since the Unix epoch. */
  sent_at: number;
}

type Sent = Listed & { text: string };

/** How many mails are kept. */
const KEPT = 500;

/** The mails that the demo has sent, one object for all. */
export class Outbox extends DurableObject {
  /** Takes a mail. */
  add({ to, subject, text, link }: Mail): void {
    const { sql } = this.ctx.storage;
    sql.exec(
      `CREATE TABLE IF NOT EXISTS mail (
        id INTEGER PRIMARY KEY, "to" TEXT, subject TEXT, text TEXT, link TEXT, sent_at INTEGER
      )`,
    );
    const sentAt = Math.floor(Date.now() / 1_000);
    sql.exec(
      `INSERT INTO mail ("to", subject, text, link, sent_at) VALUES (?, ?, ?, ?, ?)`,
      ...[to, subject, text, link, sentAt],
    );
    sql.exec("DELETE FROM mail WHERE id <= (SELECT max(id) FROM mail) - ?", KEPT);
  }

  /** What was sent, oldest first. */
  list(): Sent[] {
    const { sql } = this.ctx.storage;
    const tables = sql.exec("SELECT name FROM sqlite_master WHERE name = 'mail'").toArray();
    return tables.length === 0
      ? []
      : (sql.exec(`SELECT "to", subject, text, link, sent_at FROM mail ORDER BY id`).toArray() as unknown as Sent[]);
  }
}

/** The one outbox. */
export function outbox(namespace: DurableObjectNamespace<Outbox>): DurableObjectStub<Outbox> {
  return namespace.getByName("outbox");
}

/** `/dev/outbox`: a page for people, and for `Accept: application/json` the list for scripts. */
export async function outboxResponse(request: Request, namespace: DurableObjectNamespace<Outbox>): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const sent: Sent[] = await outbox(namespace).list();
  const headers = { "cache-control": "no-store", vary: "accept" };
  if (wantsJson(request)) {
    const listed = sent.map(({ to, subject, link, sent_at }): Listed => ({ to, subject, link, sent_at }));
    return Response.json(listed, { headers });
  }
  const response = page(sent.toReversed());
  response.headers.set("vary", "accept");
  // A link is good for whoever has it.
  response.headers.set("referrer-policy", "no-referrer");
  return response;
}

function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** The page, newest mail first. */
function page(sent: Sent[]): Response {
  const mail = ({ to, subject, text, link, sent_at }: Sent, index: number): Html => {
    const iso = new Date(sent_at * 1_000).toISOString();
    return html`<li><article class="card" aria-labelledby="mail-${index}">
<h2 id="mail-${index}">${subject}</h2>
<p>To <strong>${to}</strong>, <time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time></p>
${isWebLink(link) ? html`<p><a class="button" href="${link}">Open the link</a></p>` : null}
<details><summary>The message</summary><pre tabindex="0" role="region" aria-label="The message">${text}</pre></details>
</article></li>`;
  };
  const mails = html`<ol class="mails" reversed>${sent.map(mail)}</ol>`;
  const list = sent.length === 0 ? html`<p>Nothing was sent yet.</p>` : mails;
  const main = html`<div class="title"><h1>Outbox</h1></div>
<p class="summary">Mail of this development server ends here. Newest first; reload the page for more.</p>
${list}`;
  return pageResponse({ status: 200, title: `Outbox (${sent.length})`, path: "/dev/outbox", main });
}

/** Only such links become links: the page is on the origin of the demo. */
function isWebLink(link: string): boolean {
  return /^https?:\/\//.test(link);
}

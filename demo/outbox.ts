/**
 * The outbox of development: mail of the demo ends here instead of leaving the machine. Only the demo imports this file;
 * no worker of the package has any of it.
 */
import type { Mail } from "audgate";
import { DurableObject } from "cloudflare:workers";

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
  const nonce = crypto.randomUUID();
  return new Response(page(sent.toReversed(), nonce), {
    headers: {
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

function wantsJson(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("application/json") && !accept.includes("text/html");
}

/** The page, newest mail first. */
function page(sent: Sent[], nonce: string): string {
  const mails = sent.map(({ to, subject, text, link, sent_at }, index) => {
    const time = new Date(sent_at * 1_000);
    return `<li><article aria-labelledby="mail-${index}">
<h2 id="mail-${index}">${escaped(subject)}</h2>
<p>To <strong>${escaped(to)}</strong>, <time datetime="${time.toISOString()}">${time.toUTCString()}</time></p>
${isWebLink(link) ? `<p><a class="button" href="${escaped(link)}">Open the link</a></p>` : ""}
<details><summary>The message</summary><pre>${escaped(text)}</pre></details>
</article></li>`;
  });
  const list = mails.length === 0 ? "<p>Nothing was sent yet.</p>" : `<ol reversed>${mails.join("\n")}</ol>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Outbox (${sent.length}) - Audgate demo</title>
<style nonce="${nonce}">${STYLE}</style>
<main>
<h1>Outbox</h1>
<p>Mail of this development server ends here. Newest first; reload the page for more.</p>
${list}
</main>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e8eaed); --ground: light-dark(#ffffff, #15181c);
  --faint: light-dark(#545b64, #a8b0ba); --line: light-dark(#8a929c, #737c87); --accent: light-dark(#0b57d0, #8ab4f8);
  --on-accent: light-dark(#ffffff, #10131a); }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
ol { list-style: none; padding: 0; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin-block: 1rem; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
time { color: var(--faint); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; padding-block: .5rem; }
.button { display: inline-block; padding: .6rem 1rem; border-radius: .375rem; background: var(--accent);
  color: var(--on-accent); font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

/** Only such links become links: the page is on the origin of the demo. */
function isWebLink(link: string): boolean {
  return /^https?:\/\//.test(link);
}

function escaped(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? "");
}

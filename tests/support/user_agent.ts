/**
 * The user's browser as far as the redirect flow needs one: it keeps cookies, follows redirects within the issuer, and
 * fills in the forms of the hosted pages.
 */
import type { RunningWorker } from "./worker.ts";

/** Where the browser ended up: a page of the issuer, or an address of somebody else's that it would go to next. */
export type Arrival =
  | { kind: "page"; status: number; headers: Headers; heading: string; html: string }
  | { kind: "elsewhere"; url: URL };

/** What the browser looks at: the issuer, and the user's mail. */
export type Site = Pick<RunningWorker, "origin" | "outbox">;

type Send = (url: URL, init: RequestInit) => Promise<Response>;

export class UserAgent {
  readonly #worker: Site;
  readonly #send: Send;
  readonly #cookies = new Map<string, string>();

  /** `send` carries requests; over the network unless said otherwise. */
  constructor(worker: Site, send: Send = (url, init) => fetch(url, init)) {
    this.#worker = worker;
    this.#send = send;
  }

  /** The field `Cookie` as it sends it now; empty where it has none. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** One request, with the cookies; redirects are not followed. */
  async fetch(url: URL | string, init: RequestInit = {}): Promise<Response> {
    const { cookie } = this;
    const headers = { ...(init.headers as Record<string, string>), ...(cookie === "" ? {} : { cookie }) };
    const response = await this.#send(new URL(url, this.#worker.origin), { redirect: "manual", ...init, headers });
    for (const field of response.headers.getSetCookie()) this.#keep(field);
    return response;
  }

  /** Opens `url` and follows where it leads. */
  async open(url: URL | string): Promise<Arrival> {
    return this.#arrive(await this.fetch(url));
  }

  /** Posts the form of `page` with its hidden fields and `entered`, and follows where it leads. */
  async submit(page: Arrival, entered: Record<string, string> = {}): Promise<Arrival> {
    if (page.kind !== "page") throw new Error(`there is no form at ${page.url.href}`);
    const action = /<form[^>]* action="([^"]*)"/.exec(page.html)?.[1];
    if (action === undefined) throw new Error(`the page has no form: ${page.heading}`);
    const body = new URLSearchParams({ ...hiddenFields(page.html), ...entered });
    return this.#arrive(await this.fetch(unescaped(action), { method: "POST", body }));
  }

  /** Logs `email` in on the page that `url` leads to, by the link in the mail. */
  async logIn(url: URL | string, email = "ada@shop.example"): Promise<Arrival> {
    const before = await this.#lastLink(email);
    const sent = await this.submit(await this.open(url), { email });
    if (sent.kind !== "page" || sent.status !== 200) throw new Error(`no link was sent: ${JSON.stringify(sent)}`);
    // The page does not wait for the mail.
    for (let asked = 0; asked < 100; asked += 1) {
      const link = await this.#lastLink(email);
      if (link !== undefined && link !== before) return this.submit(await this.open(link));
    }
    throw new Error(`there is no mail to ${email}`);
  }

  async #lastLink(email: string): Promise<string | undefined> {
    return (await this.#worker.outbox()).findLast(({ to }) => to === email)?.link;
  }

  /** As {@link logIn}, where the login leads straight back to the client: what the client is told. */
  async authorize(url: URL | string, email?: string): Promise<URL> {
    return elsewhere(await this.logIn(url, email));
  }

  async #arrive(response: Response): Promise<Arrival> {
    const location = response.headers.get("location");
    if (location === null) {
      const html = await response.text();
      const heading = /<h1[^>]*>(.*?)<\/h1>/.exec(html)?.[1] ?? "";
      return { kind: "page", status: response.status, headers: response.headers, heading, html };
    }
    const url = new URL(location, this.#worker.origin);
    const ours = url.origin === this.#worker.origin && url.pathname.startsWith("/oidc/");
    return ours ? this.open(url) : { kind: "elsewhere", url };
  }

  #keep(field: string): void {
    const [, name = "", value = "", rest = ""] = /^([^=]*)=([^;]*)(.*)$/.exec(field) ?? [];
    if (/; *max-age=0(?:;|$)/i.test(rest)) {
      this.#cookies.delete(name);
    } else {
      this.#cookies.set(name, value);
    }
  }
}

/** The address that `arrival` is; a page throws. */
export function elsewhere(arrival: Arrival): URL {
  if (arrival.kind !== "elsewhere") throw new Error(`the browser is still here: ${arrival.status} ${arrival.heading}`);
  return arrival.url;
}

function hiddenFields(html: string): Record<string, string> {
  const inputs = html.matchAll(/<input\b[^>]*\btype="hidden"[^>]*>/g);
  const attribute = (input: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1] ?? "";
  return Object.fromEntries([...inputs].map(([input]) => [attribute(input, "name"), unescaped(attribute(input, "value"))]));
}

const REFERENCES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };

function unescaped(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) => REFERENCES[name] ?? whole);
}

/**
 * Gated pages and their authorization server in one worker, with one clock for both and for the objects of users and
 * logins, which `/test/clock` puts forward by so many seconds. Below `/demo/profile` a second gate refreshes its tokens.
 * A third has no pages, and is asked by the parameter `without-pages`.
 * `/test/accounts` takes the accounts away from both gates, and gives them back. Behind both whoever asks for a WebSocket
 * gets one. What is mailed stands at `/dev/outbox`, as the demo's does.
 */
import { type Context, type GatedHandler, gate, issuer } from "audgate";
import type { ObjectEnv, ObjectState } from "audgate/objects";
import type { ObjectNamespace } from "../../../pkg/dist/bindings.js";
import { instances } from "../../../pkg/dist/entry/workerd-core.js";
import { AccountObject } from "../../../pkg/dist/objects/account.js";
import { ChallengeObject } from "../../../pkg/dist/objects/challenge.js";

export { Directory } from "audgate/objects";

let ahead = 0;
const now = (): number => Date.now() + ahead;

export class Account extends AccountObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, { instances, now });
  }
}

export class Challenge extends ChallengeObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, { instances, now });
  }
}

const mails: { to: string; subject: string; link: string; sent_at: number }[] = [];

const authorizationServer = issuer<object, Context>({
  now,
  email: () => ({ send: async ({ to, subject, link }) => void mails.push({ to, subject, link, sent_at: 0 }), awaited: true }),
});

/** What the gates have of the accounts: `bound`, `missing`, or `down`. The issuer always has them. */
let accounts = "bound";
const down: ObjectNamespace = { getByName: () => ({ turn: () => Promise.reject(new Error("nobody answers")) }) };

function accountsOf(env: object): ObjectNamespace | undefined {
  return { bound: (env as { ACCOUNT: ObjectNamespace }).ACCOUNT, down }[accounts];
}

/** What workerd has beyond the browsers' sockets. */
interface ServerSocket extends WebSocket {
  accept(): void;
}
declare const WebSocketPair: new () => { 0: WebSocket; 1: ServerSocket };

/** Switches to a WebSocket that says back what it is told. */
function echo(): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.addEventListener("message", ({ data }) => server.send(data));
  return new Response(null, { status: 101, webSocket: client } as ResponseInit);
}

/** A page that shows what reached it. */
const pages: GatedHandler<object, Context> = {
  fetch(request, _env, { access }) {
    if (request.headers.get("upgrade") === "websocket") {
      return echo();
    }
    const { pathname, search } = new URL(request.url);
    const seen = {
      path: pathname + search,
      method: request.method,
      cookie: request.headers.get("cookie"),
      authorization: request.headers.has("authorization"),
      subject: access.kind === "public" ? null : access.subject,
      resource: access.resource,
      expiresAt: access.kind === "public" ? null : access.expiresAt,
    };
    const html = `<!doctype html><html lang="en"><title>A page</title><main><h1>${pathname}</h1>
<pre id="seen">${JSON.stringify(seen).replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>
<p><a href="/.audgate/logout">Log out</a></p></main></html>`;
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};

const common = {
  clientId: "shop-pages",
  issuer: (env: object, context: Context) => ({ fetch: (request: Request) => authorizationServer.fetch(request, env, context) }),
};
const gated = gate<object, Context>(pages, { now, account: accountsOf, pages: { ...common, scope: "openid", afterLogout: "/demo/payments/status" } });
const refreshing = gate<object, Context>(pages, { now, account: accountsOf, pages: { ...common, path: "/.refreshing", scope: "openid offline_access" } });
const withoutPages = gate<object, Context>(pages, { now });

export default {
  async fetch(request: Request, env: object, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/test/clock") {
      ahead += 1_000 * Number(searchParams.get("ahead"));
      return new Response();
    }
    if (pathname === "/test/accounts") {
      accounts = searchParams.get("are") ?? "bound";
      return new Response();
    }
    if (pathname === "/dev/outbox") {
      return Response.json(mails);
    }
    if (searchParams.has("without-pages")) {
      return withoutPages.fetch(request, env, context);
    }
    if (/^\/(?:\.refreshing|demo\/profile)(?:\/|$)/.test(pathname)) {
      return refreshing.fetch(request, env, context);
    }
    if (/^\/(?:\.audgate|demo)(?:\/|$)/.test(pathname)) {
      return gated.fetch(request, env, context);
    }
    return authorizationServer.fetch(request, env, context);
  },
};

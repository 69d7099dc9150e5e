/** The pages of the demo's applications: plain HTML that works without scripts. */
import { Html, html } from "../html.ts";
import { pageResponse } from "../page.ts";
import { type Application, type GateRequest, labelOf, pathOf, type Target } from "./applications.ts";
import type { Tokens } from "./relying-party.ts";
import type { GateAnswer, Visit } from "./visits.ts";

const USERS = [
  { name: "Ada", email: "ada@shop.example", may: "views orders and owns her profile" },
  { name: "Grace", email: "grace@shop.example", may: "also cancels orders, and belongs to Partners" },
];

/** The page of an application. `toldAt` is when it was told that the session has ended, in seconds since the epoch. */
export function applicationPage(application: Application, visit: Visit, toldAt: number | undefined): Response {
  const { tokens } = visit;
  const parts = [...notices(visit), ...(toldAt === undefined ? [] : [told(toldAt)])];
  return tokens === null
    ? page(200, application.name, application, html`${parts}${loginForm(application)}`)
    : page(200, application.name, application, html`${parts}${loggedIn(application, tokens, visit.answer)}`, tokens);
}

/** The page for an authorization response or a link that no login of this browser waits for. */
export function strayPage(origin: string, parameters: URLSearchParams): Response {
  const code = parameters.get("code");
  if (parameters.has("iss") || code === null) {
    const main = html`<section class="card">
<p>No login in this browser waits for this answer: it was used already, has expired, or began somewhere else.</p>
<p><a class="button" href="/demo/shop">Start again</a></p>
</section>`;
    return page(400, "No login is waiting", undefined, main);
  }
  // What stands in a command to copy must not end its quotes.
  const shown = /^[\w.~-]+$/.test(code) ? code : "CODE";
  const command = `curl ${origin}/v1/auth/link/email/authenticate \\
  -H "Authorization: Bearer $CLIENT_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '${JSON.stringify({ code: shown, resource: `${origin}/demo/orders` })}'`;
  const main = html`<section class="card">
<p>This is a link of the backend API. An application’s server would take its <code>code</code> now and exchange it for
tokens, with a token of its own client. This page does nothing with it, so the link still works.</p>
<pre tabindex="0" role="region" aria-label="How a server redeems the link">${command}</pre>
</section>`;
  return page(200, "A link for a server", undefined, main);
}

/** A page that says that a request was refused by the demo itself. */
export function refusedPage(status: number, title: string, text: string): Response {
  return page(status, title, undefined, html`<section class="card"><p>${text}</p></section>`);
}

function notices({ refused, news }: Visit): Html[] {
  const refusal =
    refused &&
    html`<div class="notice denied" role="alert">
<p><strong>The issuer refused: <code>${refused.error}</code></strong></p>
<p>${sentence(refused.description)}</p></div>`;
  const good = news && html`<p class="notice" role="status">${news}</p>`;
  return [refusal, good].filter((notice) => notice instanceof Html);
}

function told(at: number): Html {
  return html`<div class="notice denied" role="status">
<p><strong>The session has ended.</strong> This application was told at ${time(at)} by back-channel logout.</p>
<p>A real one would forget its tokens now. This one keeps them, so that you can see them refused: the refresh token
at once, the access token within a minute.</p></div>`;
}

function loginForm(application: Application): Html {
  const [first, ...others] = application.targets;
  const radio = ({ id, name }: Target, checked: boolean): Html => html`<label class="choice">
<input type="radio" name="target" value="${id}"${checked ? new Html(" checked") : ""}>
<span>${name} <code>/demo/${id}</code></span></label>`;
  const user = ({ name, email, may }: (typeof USERS)[number]): Html =>
    html`<li><strong>${name}</strong> ${may}<br><code>${email}</code></li>`;
  return html`<div class="columns">
<section class="card" aria-labelledby="login"><h2 id="login">Log in</h2>
<form method="post" action="/demo/${application.id}/login">
<fieldset><legend>Resource that the access token is for</legend>
${radio(first, true)}${others.map((target) => radio(target, false))}</fieldset>
<p class="actions"><button class="primary">Log in</button>
<button name="silently" value="yes">Only if I am logged in already</button></p>
</form></section>
<section class="card" aria-labelledby="users"><h2 id="users">Users of the demo</h2>
<ul class="users">${USERS.map(user)}</ul>
<p>There is no password. The link arrives in the <a href="/dev/outbox">outbox</a>.</p>
</section></div>`;
}

function loggedIn(application: Application, tokens: Tokens, answer: GateAnswer | null): Html {
  return html`<div class="columns">${tokenCard(application, tokens)}${gateCard(application, tokens, answer)}</div>`;
}

function tokenCard(application: Application, tokens: Tokens): Html {
  const claims = claimsOf(tokens.accessToken);
  const left = Number(claims["exp"]) - Math.floor(Date.now() / 1_000);
  const expires = time(Number(claims["exp"]));
  const facts: [string, string, Html][] = [
    ["Resource", "aud", html`<code>${text(claims["aud"])}</code>`],
    ["User", "sub", html`<code>${text(claims["sub"])}</code>`],
    ["Scope", "scope", html`<code>${text(claims["scope"])}</code>`],
    ["Expires", "exp", html`${left > 0 ? `in ${duration(left)}` : `${duration(-left)} ago`} (${expires})`],
    ["Session", "sid", html`<code>${text(claims["sid"])}</code>`],
    ["Token", "jti", html`<code>${text(claims["jti"])}</code>`],
  ];
  const fact = ([name, claim, value]: (typeof facts)[number]): Html =>
    html`<div><dt>${name} <code>${claim}</code></dt><dd data-claim="${claim}">${value}</dd></div>`;
  return html`<section class="card" aria-labelledby="token"><h2 id="token">Access token</h2>
<dl>${facts.map(fact)}</dl>
<form method="post" action="/demo/${application.id}/refresh"><p class="actions"><button>Refresh</button>
<span class="aside">${rotations(tokens)}</span></p></form>
${otherTargets(application, tokens)}
<details><summary>All claims</summary>
<pre tabindex="0" role="region" aria-label="All claims">${JSON.stringify(claims, null, 2)}</pre></details>
</section>`;
}

function otherTargets(application: Application, tokens: Tokens): Html | null {
  const others = application.targets.filter(({ id }) => id !== tokens.target);
  if (others.length === 0) return null;
  const button = ({ id, name }: Target): Html => html`<button name="target" value="${id}">${name}</button>`;
  return html`<form method="post" action="/demo/${application.id}/login">
<h3 id="others">A token for another resource, silently</h3>
<input type="hidden" name="silently" value="yes">
<p class="actions" role="group" aria-labelledby="others">${others.map(button)}</p></form>`;
}

function gateCard(application: Application, { subject }: Tokens, answer: GateAnswer | null): Html {
  const row = (request: GateRequest): Html => html`<li>
<button name="request" value="${request.id}">${labelOf(request, subject)}</button>
<code>${request.method} ${pathOf(request, subject)}</code></li>`;
  const requests = application.requests.map(row);
  return html`<section class="card" aria-labelledby="gate"><h2 id="gate">At the gate</h2>
<p>Each button sends this one token. What the gate admits is up to the token’s resource, scope and user.</p>
<form method="post" action="/demo/${application.id}/request"><ul class="requests">${requests}</ul></form>
${answer === null ? null : answerPanel(answer)}
</section>`;
}

function answerPanel({ method, path, status, challenge, body }: GateAnswer): Html {
  const admitted = status < 400;
  return html`<div class="answer ${admitted ? "admitted" : "denied"}" id="answer" role="status">
<p><svg viewBox="0 0 32 32" aria-hidden="true">
<path d="M7 27V14.500a9 9 0 0 1 18 0V27"/><path class="bar" d="${admitted ? "M7 21 18 14.500" : "M7 21 25 21"}"/></svg>
<strong><span id="status">${status}</span> ${admitted ? "Admitted" : "Refused"}</strong> <code>${method} ${path}</code></p>
<pre tabindex="0" role="region" aria-label="The body of the answer">${indented(body)}</pre>
${challenge === null ? null : html`<p class="challenge"><code>WWW-Authenticate: ${challenge}</code></p>`}
</div>`;
}

/** The shell around `main`, with the title and, for an application, what it is and who is logged in. */
function page(status: number, title: string, application: Application | undefined, main: Html, tokens?: Tokens): Response {
  const account =
    application && tokens
      ? html`<form class="account" method="post" action="/demo/${application.id}/leave">
<span>Logged in as <strong>${tokens.subject}</strong></span> <button>Log out</button></form>`
      : null;
  const content = html`<div class="title"><h1>${title}</h1>${account}</div>
${application ? html`<p class="summary">${application.summary}</p>` : null}
${main}`;
  return pageResponse({ status, title, path: `/demo/${application?.id}`, main: content });
}

/** The claims of an access token. To a client it is opaque; this page shows what the gate sees in it. */
function claimsOf(token: string): Record<string, unknown> {
  const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(payload)) as Record<string, unknown>;
}

function text(claim: unknown): string {
  return typeof claim === "string" ? claim : "none";
}

function rotations({ refreshToken, refreshes }: Tokens): string {
  if (refreshToken === null) return "This login brought no refresh token.";
  if (refreshes === 0) return "Not refreshed yet.";
  return refreshes === 1 ? "Refreshed once." : `Refreshed ${refreshes} times.`;
}

function sentence(description: string): string {
  const first = description.charAt(0).toUpperCase();
  return description === "" ? "" : `${first}${description.slice(1)}.`;
}

function time(seconds: number): Html {
  const iso = new Date(seconds * 1_000).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${seconds} ${seconds === 1 ? "second" : "seconds"}`;
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

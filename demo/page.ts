/** The shell of the demo's pages: plain HTML that works without scripts, under a policy that allows nothing else. */
import { Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** Where the style sheet is. */
export const STYLE_PATH = "/demo/style.css";

const PLACES = [
  { path: "/demo/shop", name: "Shop" },
  { path: "/demo/insights", name: "Insights" },
  { path: "/demo/partners", name: "Partners" },
  { path: "/dev/outbox", name: "Outbox" },
  { path: "/", name: "Playground" },
];

export interface PageContent {
  status: number;
  title: string;
  /** The page's own path, for the navigation. */
  path: string;
  main: Html;
}

export function pageResponse({ status, title, path, main }: PageContent): Response {
  const place = (to: (typeof PLACES)[number]): Html =>
    html`<li><a href="${to.path}"${to.path === path ? new Html(' aria-current="page"') : ""}>${to.name}</a></li>`;
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} - Audgate demo</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${STYLE_PATH}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="name">Audgate <span>demo</span></p>
<nav aria-label="Demo"><ul>${PLACES.map(place)}</ul></nav>
</header>
<main id="main">
${main}
</main>
</body>
</html>
`;
  return new Response(document.text, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      // `no-referrer` would also take the `Origin` away by which a form proves where it was.
      "referrer-policy": "same-origin",
      "x-content-type-options": "nosniff",
    },
  });
}

/** The style sheet of all of them. */
export function styleResponse(): Response {
  return new Response(STYLE, {
    headers: {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}

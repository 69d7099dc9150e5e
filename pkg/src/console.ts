/** The pages of the console, which a worker serves beside the authorization server. */

/** The platform's store of static files. */
export interface Assets {
  fetch(request: Request): Promise<Response>;
}

/** Answered by the authorization server. */
const SERVER_SIDE = /^\/console\/(?:api\/|(?:login|callback|session|logout)$)/;
/** Identifiers may have dots, so a path with one is still a page. */
const FILE = /^\/console\/assets\//;
/** Nothing of other hosts, no script or style that stands in the page, and nobody's frame. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Whether a path is a page of the console, or a file that belongs to one. */
export function isConsolePage(path: string): boolean {
  return path === "/console" || (path.startsWith("/console/") && !SERVER_SIDE.test(path));
}

/** Serves the console from `assets`, where its build lies under `/console/`. Any path that is no file is the one page. */
export async function consolePage(request: Request, assets: Assets): Promise<Response> {
  const url = new URL(request.url);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  const isFile = FILE.test(url.pathname);
  const asset = new URL(isFile ? url.pathname : "/console/", url);
  const found = await assets.fetch(new Request(asset, { method: request.method }));
  const response = new Response(found.body, found);
  response.headers.set("content-security-policy", POLICY);
  response.headers.set("referrer-policy", "no-referrer");
  response.headers.set("x-content-type-options", "nosniff");
  // What is built is named by its contents; the page names what is built.
  const immutable = found.ok && url.pathname.startsWith("/console/assets/");
  response.headers.set("cache-control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

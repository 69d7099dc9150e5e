/** A folder of files as the platform's store of static files, in a worker that tests run. */
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const TYPES: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** The file in `folder`, from the root of the repository, that a request is for; without a folder, a word. */
export async function assetResponse(folder: string | undefined, request: { url: string }): Promise<Response> {
  if (folder === undefined) {
    return new Response("an asset");
  }
  const { pathname } = new URL(request.url);
  const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  try {
    const content = await readFile(join(ROOT, folder, path));
    return new Response(content, { headers: { "content-type": TYPES[extname(path)] ?? "application/octet-stream" } });
  } catch {
    return new Response(null, { status: 404 });
  }
}

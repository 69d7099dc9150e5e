/** `GET /v1/openapi.json`: what the API is, for whoever writes a client of it. */
import type { IssuerAnswer } from "../../wasm/full_types.js";
import { openApiDocument } from "./document.ts";

/** Seconds for which a copy may be kept. */
const MAX_AGE = 300;

/** The answer to a request for the document of a tenant whose issuer that is. */
export function openApiResponse(method: string, issuer: string): Response {
  if (method !== "GET" && method !== "HEAD") {
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD", "cache-control": "no-store" } });
  }
  const body = method === "HEAD" ? null : JSON.stringify(openApiDocument(issuer));
  const headers = {
    "content-type": "application/json",
    "cache-control": `public, max-age=${MAX_AGE}`,
    "access-control-allow-origin": "*",
  };
  return new Response(body, { headers });
}

/** The issuer that the metadata of an authorization server names (RFC 8414 section 2). */
export function issuerOf(metadata: IssuerAnswer | "unreadable"): string {
  const { issuer } = JSON.parse(metadata === "unreadable" ? "{}" : (metadata?.response.body ?? "{}")) as { issuer?: string };
  if (issuer === undefined) {
    throw new Error("the metadata of the authorization server names no issuer");
  }
  return issuer;
}

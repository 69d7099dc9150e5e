/** Requests that are no `Request`: of other workers, of tests, of servers with types of their own. */
import type { RequestParts } from "./decision.ts";

/** The parts of a request that decide, as plain data. Its URL is the one that was asked for. */
export interface PlainRequest {
  method: string;
  /** Absolute, as the platform serialises it. */
  url: string;
  headers?: HeadersInit;
}

/**
 * The parts of `request`. A line feed, which no `Request` has in method or URL, would pass for the end of one: what has
 * one is no method and no URL, and is refused.
 */
export function partsOf({ method, url, headers }: PlainRequest): RequestParts {
  return { method: line(method), url: line(url), headers: headers instanceof Headers ? headers : new Headers(headers) };
}

function line(text: string): string {
  // Other workers' types are their own promise.
  return typeof text === "string" && !text.includes("\n") ? text : "";
}

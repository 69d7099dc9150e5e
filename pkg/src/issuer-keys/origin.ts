/** Documents of issuers as they serve them themselves. */
import { DeadlineExceeded, within } from "../deadline.ts";

/** Where documents are fetched. A service binding is one. */
export interface Fetcher {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/** An issuer's document could not be had, or is not acceptable. */
export class DocumentRefused extends Error {
  override readonly name = "DocumentRefused";
  /** One word for logs. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export interface Document {
  text: string;
  /** For how many seconds its origin vouches for it; `undefined` where it does not say. */
  maxAge: number | undefined;
}

/** What the core takes at most; in octets. */
const MAX_LENGTH = 64 * 1_024;

/**
 * Fetches a document. No redirect is followed, because only the URL that the configuration led to is trusted, and what is
 * longer than any honest document is not read to its end. `milliseconds` is all the time that it has.
 */
export async function fetchDocument(fetcher: Fetcher, url: string, milliseconds: number): Promise<Document> {
  const controller = new AbortController();
  try {
    // A fetcher of somebody's own may not listen to the signal.
    return await within(fetched(fetcher, url, controller.signal), milliseconds);
  } catch (error) {
    if (error instanceof DocumentRefused) throw error;
    throw new DocumentRefused(error instanceof DeadlineExceeded ? "too_slow" : "unreachable");
  } finally {
    controller.abort();
  }
}

async function fetched(fetcher: Fetcher, url: string, signal: AbortSignal): Promise<Document> {
  const response = await fetcher.fetch(url, { redirect: "manual", headers: { accept: "application/json" }, signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new DocumentRefused(response.status === 404 ? "not_found" : "unexpected_status");
  }
  return { text: await limitedText(response), maxAge: maxAgeOf(response.headers) };
}

async function limitedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.byteLength;
    if (length > MAX_LENGTH) {
      await reader?.cancel();
      throw new DocumentRefused("document_too_long");
    }
    parts.push(part.value);
  }
  const octets = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    octets.set(part, at);
    at += part.byteLength;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new DocumentRefused("document_not_utf8");
  }
}

/** RFC 9111 sections 5.2.2 and 5.1. */
function maxAgeOf(headers: Headers): number | undefined {
  const control = headers.get("cache-control")?.toLowerCase();
  if (control === undefined) return undefined;
  if (/(?:^|,)\s*no-(?:store|cache)\b/.test(control)) return 0;
  const seconds = /(?:^|,)\s*max-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1];
  if (seconds === undefined) return undefined;
  const age = Number(headers.get("age") ?? 0);
  return Math.max(0, Number(seconds) - (Number.isFinite(age) ? age : 0));
}

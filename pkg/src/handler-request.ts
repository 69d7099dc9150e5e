/** The request as a handler may see it: without the cookies of gates and issuers, of whichever gate of its host they are. */
import type { CoreInstances } from "./instance.ts";

/** What the name of each of our cookies holds. */
const OWN = "audgate-";

/**
 * The `Cookie` field as a handler may see it, empty for none; `null` where it is the one that came. Most requests behind a
 * gate have no such cookie, and are not looked at any further.
 */
export function handlerCookie(instances: CoreInstances, field: string | null): string | null {
  return field?.includes(OWN) ? (instances.current().use((core) => core.handlerCookie(field)) ?? null) : null;
}

/** The request with this `Cookie` field, and itself for `null`. */
export function forHandler(request: Request, cookie: string | null): Request {
  if (cookie === null) {
    return request;
  }
  const headers = new Headers(request.headers);
  if (cookie === "") {
    headers.delete("cookie");
  } else {
    headers.set("cookie", cookie);
  }
  // Whoever has read the content already goes on with what they have read.
  return new Request(request, { headers, ...(request.bodyUsed ? { body: "" } : {}) });
}

/** Messages to the endpoints of clients: OpenID Connect Back-Channel Logout 1.0, section 2.5. */
import type { Effect } from "../../wasm/full_types.js";
import { log } from "../log.ts";

/** A client that takes longer has not been told; in milliseconds. */
const DELIVERY_TIMEOUT = 5_000;

/** Posts a form to a client. A redirect is not followed: the URL that is registered is the one that is told. */
export async function deliver({ url, body }: Effect & { type: "deliver" }): Promise<void> {
  const origin = URL.parse(url)?.origin;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(DELIVERY_TIMEOUT),
    });
    await response.body?.cancel();
    if (!response.ok) {
      log({ event: "delivery_refused", origin, status: response.status });
    }
  } catch (error) {
    log({ event: "delivery_failed", origin, reason: error instanceof Error ? error.name : "unknown" });
  }
}

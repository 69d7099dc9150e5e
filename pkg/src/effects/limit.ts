/** Rate limits. */
import type { Effect } from "../../wasm/full_types.js";
import type { Bindings } from "../bindings.ts";
import type { Reply } from "../exchange.ts";
import { log } from "../log.ts";

/** Counts, and answers whether `key` may go on. Where nothing is counted it may: a limiter is no access control. */
export async function performLimit(
  { limiter, key }: Effect & { type: "limit" },
  limiters: Bindings["limiters"],
): Promise<Reply> {
  try {
    const outcome = await limiters[limiter]?.limit({ key });
    return { type: "verdict", verified: outcome?.success ?? true };
  } catch (error) {
    log({ event: "limiter_unavailable", limiter, reason: error instanceof Error ? error.name : "unknown" });
    return { type: "unavailable" };
  }
}

/** Calls of objects. */
import type { Effect } from "../../wasm/full_types.js";
import type { Bindings } from "../bindings.ts";
import { within } from "../deadline.ts";
import type { Reply } from "../exchange.ts";
import { log } from "../log.ts";

/** A call that takes longer counts as failed; in milliseconds. */
const CALL_TIMEOUT = 5_000;

/**
 * Has an object answer. A call that fails is not repeated here: it may have taken effect, and what a repetition means
 * is for whoever sent the request to know.
 */
export async function performCall(
  { object, name, request }: Effect & { type: "call" },
  objects: Bindings["objects"],
): Promise<Reply> {
  const namespace = objects[object];
  if (namespace === undefined) {
    log({ event: "binding_missing", binding: object.toUpperCase() });
    return { type: "missing" };
  }
  try {
    return { type: "value", value: await within(namespace.getByName(name).turn(request), CALL_TIMEOUT) };
  } catch (error) {
    // The message of an error from elsewhere could quote the request.
    log({ event: "object_unavailable", object, reason: error instanceof Error ? error.name : "unknown" });
    return { type: "unavailable" };
  }
}

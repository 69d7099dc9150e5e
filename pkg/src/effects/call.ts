/** Calls of objects. */
import type { Effect } from "../../wasm/full_types.js";
import type { Bindings, ObjectStub } from "../bindings.ts";
import { within } from "../deadline.ts";
import type { Reply } from "../exchange.ts";
import { log } from "../log.ts";

/** A call that takes longer counts as failed; in milliseconds. */
const CALL_TIMEOUT = 5_000;
/** The same of a call to the management, which may bring a whole tenant; in milliseconds. */
const MANAGEMENT_TIMEOUT = 30_000;

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
    log({ event: "binding_missing", binding: object === "management" ? "DIRECTORY" : object.toUpperCase() });
    return { type: "missing" };
  }
  try {
    const stub = namespace.getByName(name);
    const answer =
      object === "management" ? within(managed(stub, request), MANAGEMENT_TIMEOUT) : within(stub.turn(request), CALL_TIMEOUT);
    return { type: "value", value: await answer };
  } catch (error) {
    // The message of an error from elsewhere could quote the request.
    log({ event: "object_unavailable", object, reason: error instanceof Error ? error.name : "unknown" });
    return { type: "unavailable" };
  }
}

/** An option may name objects of an older version, or a stand-in that only publishes. */
async function managed(stub: ObjectStub, request: string): Promise<string> {
  if (stub.manage === undefined) {
    throw new NotManaged("the object has no method `manage`");
  }
  return stub.manage(request);
}

/** The object manages no tenant. */
class NotManaged extends Error {
  override readonly name = "NotManaged";
}

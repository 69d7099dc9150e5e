/** A worker without a gate: the most that the runtime can do. */
import { handle } from "./handler.ts";

export default { fetch: handle };

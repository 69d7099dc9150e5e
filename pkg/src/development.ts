/**
 * What helps while a worker is developed. It is a module of its own, so that it is in no worker which does not ask for it:
 * how long a decision took tells a stranger what is known of a token.
 */
import type { Gate, GatedHandler, GateOptions } from "./gate.ts";
import { withHeaders } from "./gate.ts";
import type { Context } from "./options.ts";

/**
 * A gate whose responses say in `Server-Timing` how long the decision took, in milliseconds. The local runtime's clock
 * runs on; deployed, a worker's stands still between two waits for input or output, so that only those are measured.
 */
export function withServerTiming(gate: Gate): Gate {
  return <Env, C extends Context>(handler: GatedHandler<Env, C>, options: GateOptions<Env> = {}) => {
    const decided = new WeakMap<Request, number>();
    const timed = gate<Env, C>(handler, {
      ...options,
      onDecision(decision, request) {
        if (!decided.has(request)) decided.set(request, performance.now());
        options.onDecision?.(decision, request);
      },
    });
    return {
      async fetch(request: Request, env: Env, context: C): Promise<Response> {
        const began = performance.now();
        const response = await timed.fetch(request, env, context);
        const took = (decided.get(request) ?? performance.now()) - began;
        return withHeaders(response, [["server-timing", `audgate;dur=${took.toFixed(3)}`]]);
      },
    };
  };
}

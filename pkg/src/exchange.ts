/** Drives an endpoint of the core: performs one effect after another until the result is there. */
import type { Effect, Exchange, ExchangeStep } from "../wasm/full_types.js";
import type { CoreInstance } from "./instance.ts";

/**
 * The host's answer to an effect. `unavailable`: it could not be performed now. `unsupported`: not on this host.
 * `missing`: this deployment has no binding for it.
 */
export type Reply =
  | { type: "value"; value: string | null }
  | { type: "signature"; signature: Uint8Array }
  | { type: "verdict"; verified: boolean }
  | { type: "unavailable" }
  | { type: "unsupported" }
  | { type: "missing" };

/** Performs effects for one request. */
export type Perform<E = Effect> = (effect: E) => Promise<Reply>;

/** Runs `exchange` to its end. Throws `CoreTrap` when the instance is lost on the way. */
export async function drive<T, E = Effect>(instance: CoreInstance, exchange: Exchange, perform: Perform<E>): Promise<T> {
  try {
    let step: ExchangeStep<T, E> = instance.use(() => exchange.start());
    while (step.type === "effect") {
      const reply = await perform(step.effect).catch((): Reply => ({ type: "unavailable" }));
      step = instance.use(() => resume<T, E>(exchange, reply));
    }
    return step.result;
  } finally {
    if (instance.alive) {
      instance.use(() => exchange.free());
    }
  }
}

function resume<T, E>(exchange: Exchange, reply: Reply): ExchangeStep<T, E> {
  switch (reply.type) {
    case "value":
      return exchange.resumeWithValue(reply.value);
    case "signature":
      return exchange.resumeWithSignature(reply.signature);
    case "verdict":
      return exchange.resumeWithVerdict(reply.verified);
    case "unavailable":
      return exchange.resumeUnavailable();
    case "unsupported":
      return exchange.resumeUnsupported();
    case "missing":
      return exchange.resumeMissing();
  }
}

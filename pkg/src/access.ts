/** The access of an admitted request, and its way to ask for more. */
import type { Access, DemandOutcome, GateDecision, PlainResponse } from "../wasm/full_types.js";

/** What a handler may ask besides what it is told. */
export interface Demands {
  /**
   * Asks for scopes that the operation needs besides those of its rule, all of them in one call: the challenge of a
   * refusal names those of the last call (RFC 6750 section 3.1), and a client that gets them need not come back for
   * others. Throws `AccessRefused` where one was not granted, which the gate around the handler turns into its response:
   * 403 `insufficient_scope`. Where the rule is public no token was read, so anything asked for is refused there.
   * A `TypeError` is the handler's own mistake: no scope, or text that is none (RFC 6749 section 3.3).
   */
  require(...scopes: string[]): void;
}

/**
 * The access of one admitted request. It is plain data but for `require`, which is not enumerable: a copy by
 * `structuredClone`, by JSON or through a binding holds everything else.
 */
export type GatedAccess = Access & Demands;

/** A refusal as the gate decided it. */
export type Denial = Extract<GateDecision, { type: "deny" }>;

/** What is answered where the core could not be asked: there is no tenant, or nothing can be decided now. */
export interface Undecided {
  type: "undecided";
  /** The reason code. */
  reason: string;
  response: PlainResponse;
}

/**
 * An admitted request may not do what its handler asked for. Let it pass: the gate answers it. A handler that answers
 * errors by itself finds the right response in `getResponse()`.
 */
export class AccessRefused extends Error {
  override readonly name = "AccessRefused";
  readonly refusal: Denial | Undecided;

  constructor(refusal: Denial | Undecided) {
    super(`access refused: ${refusal.reason}`);
    this.refusal = refusal;
  }

  /** The response to the caller, with the challenge and the fields of cross-origin requests. Another at each call. */
  getResponse(): Response {
    return response(this.refusal.response);
  }
}

/** `access` with its `require`. `demand` asks whoever admitted it. */
export function demanding(access: Access, demand: (scopes: string[]) => DemandOutcome | Undecided): GatedAccess {
  const require = (...scopes: string[]): void => {
    const outcome = demand(checked(scopes));
    switch (outcome.type) {
      case "held":
        return;
      case "malformed":
        throw new TypeError(malformed(outcome.problem));
      case "deny":
      case "undecided":
        throw new AccessRefused(outcome);
    }
  };
  return withRequire(access, require);
}

/** A copy: several requests with one token may share what was decided. */
export function withRequire(access: Access, require: Demands["require"]): GatedAccess {
  return Object.defineProperty({ ...access }, "require", { value: require }) as GatedAccess;
}

/** What a handler is told that asks for text which is no scope. */
export function malformed(problem: string): string {
  return `audgate: \`access.require\`: ${problem}`;
}

/** A demand for nothing would let everybody pass, and nothing is what a misspelt constant is. */
export function checked(scopes: string[]): string[] {
  if (scopes.length === 0 || !scopes.every((scope) => typeof scope === "string" && scope !== "")) {
    throw new TypeError("audgate: `access.require` takes one scope or more, each a string that is not empty");
  }
  return scopes;
}

/** The platform's form of a plain response. */
export function response({ status, headers, body }: PlainResponse): Response {
  return new Response(body === "" ? null : body, { status, headers });
}

/** WebCrypto as a test disturbs it: held back, or out of order. What is disturbed is put right when the test ends. */
import type { TestContext } from "node:test";

type Operation = "verify" | "sign" | "importKey";

/** Holds back every call of an operation that begins while it is held. */
export interface Held {
  /** Resolves once a call has begun. */
  readonly begun: Promise<void>;
  /** Lets the calls go on. */
  release(): void;
}

export function hold(context: TestContext, operation: Operation): Held {
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const original = crypto.subtle[operation].bind(crypto.subtle) as (...given: unknown[]) => Promise<unknown>;
  const mocked = context.mock.method(crypto.subtle, operation, async (...given: unknown[]) => {
    begun.resolve();
    await released.promise;
    return original(...given);
  });
  return {
    begun: begun.promise,
    release: () => {
      mocked.mock.restore();
      released.resolve();
    },
  };
}

/** Makes an operation fail until the test ends or the answer is called. */
export function fail(context: TestContext, operation: Operation, error: Error): () => void {
  const { mock } = context.mock.method(crypto.subtle, operation, () => Promise.reject(error));
  return () => mock.restore();
}

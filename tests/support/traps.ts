/** Traps of the core that are real ones, each of another kind. */
import type { CoreInstances } from "../../pkg/dist/instance.js";

export const TRAPS = ["panic", "out_of_memory", "deep_stack"] as const;
export type TrapKind = (typeof TRAPS)[number];

/** More than the core has left once its memory cannot grow any more; in octets. */
const LARGE = 8 * 1_024 * 1_024;
const PAGE = 65_536;

/** Makes the instance in use trap. Answers what it threw, or that it did not. */
export function trapped(instances: CoreInstances, kind: TrapKind): unknown {
  try {
    TRAP[kind](instances);
  } catch (error) {
    return error;
  }
  return new Error("the core did not trap");
}

const TRAP: Record<TrapKind, (instances: CoreInstances) => void> = {
  /** An exchange that is over is resumed. */
  panic: (instances) =>
    instances.current().use((core) => {
      const exchange = core.verifyCompact("", "");
      exchange.start();
      exchange.start();
    }),
  /** The memory is as large as it can be, and something larger than what is left is to be put there. */
  out_of_memory: (instances) => {
    const instance = instances.current();
    const { memory } = instance.use((core) => core);
    fill(memory);
    instance.use((core) => core.managesKeys("x".repeat(LARGE)));
  },
  /** The core is called where the stack has room for little of it: what reads deep JSON does not come to its end. */
  deep_stack: (instances) => {
    const instance = instances.current();
    const core = instance.use((exports) => exports);
    const atTheEnd = (): void => {
      try {
        atTheEnd();
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        core.managesKeys("[]");
        instance.use(() => core.managesKeys(NESTED));
      }
    };
    atTheEnd();
  },
};

/** As deep as the core reads. */
const NESTED = `${"[".repeat(15)}${"]".repeat(15)}`;

function fill(memory: WebAssembly.Memory): void {
  for (let pages = 65_536 - memory.buffer.byteLength / PAGE; pages >= 1; pages = Math.floor(pages / 2)) {
    try {
      memory.grow(pages);
    } catch {
      // Not so many, but perhaps fewer.
    }
  }
}

/**
 * Instances of the core. A trap (panic, out of memory, stack overflow) leaves an instance in an unknown state, so it is
 * thrown away: requests in flight in it get 503, the next request gets a fresh one.
 */
import type { Core as CoreExports } from "../wasm/full.js";
import type { VerifySynchronously } from "./signatures.ts";

export type { CoreExports };

/** Makes an instance of the compiled core that shares nothing with any other. */
export type Instantiate = (module: WebAssembly.Module) => CoreExports;

/** The core trapped, or the instance that this request was using did. A retry meets a fresh one. */
export class CoreTrap extends Error {
  override readonly name = "CoreTrap";
}

/** One instance, good until it traps. */
export class CoreInstance {
  /** Where the platform has it. */
  readonly verifySynchronously: VerifySynchronously | undefined;
  readonly #exports: CoreExports;
  #alive = true;

  constructor(exports: CoreExports, verifySynchronously?: VerifySynchronously) {
    this.#exports = exports;
    this.verifySynchronously = verifySynchronously;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Runs `work` in the core. The core answers expected refusals as values, so a throw means that it trapped. */
  use<T>(work: (core: CoreExports) => T): T {
    if (!this.#alive) {
      throw new CoreTrap("the core instance of this request is gone");
    }
    try {
      return work(this.#exports);
    } catch (cause) {
      this.#alive = false;
      throw new CoreTrap("the core trapped", { cause });
    }
  }
}

/** The instance in use, replaced when it trapped. */
export class CoreInstances {
  readonly #module: WebAssembly.Module;
  readonly #instantiate: Instantiate;
  readonly #verifySynchronously: VerifySynchronously | undefined;
  #current: CoreInstance | undefined;

  constructor(module: WebAssembly.Module, instantiate: Instantiate, verifySynchronously?: VerifySynchronously) {
    this.#module = module;
    this.#instantiate = instantiate;
    this.#verifySynchronously = verifySynchronously;
  }

  current(): CoreInstance {
    if (this.#current?.alive !== true) {
      this.#current = new CoreInstance(this.#instantiate(this.#module), this.#verifySynchronously);
    }
    return this.#current;
  }
}

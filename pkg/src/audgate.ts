/** The package's functions, bound to one compiled core. Each platform's entry supplies the module in its own way. */
import type { CheckOutcome, PublishOutcome } from "../wasm/full_types.js";
import { type Gate, gateWith } from "./gate.ts";
import { CoreInstances, type Instantiate } from "./instance.ts";
import { type Issuer, issuerWith } from "./issuer.ts";
import { type VerifyCompact, verifyCompactWith } from "./jws.ts";

/** What the gate-only build offers. */
export interface AudgateGate {
  gate: Gate;
  verifyCompact: VerifyCompact;
}

/** Everything that Audgate offers. */
export interface Audgate extends AudgateGate {
  issuer: Issuer;
  /** Checks a tenant document and reports every fault at once. */
  check(document: string): CheckOutcome;
  /**
   * Splits a tenant document into the records that gate and issuer read. `now` is seconds since the Unix epoch;
   * `previous` the tenant record in force, so that the version goes on and longer-lived older tokens stay good.
   */
  publish(document: string, now: number, previous?: string): PublishOutcome;
  /** The hash under which a client secret stands in a tenant document. Secrets are long random strings. */
  secretHash(secret: string): string;
}

export function audgateGate(module: WebAssembly.Module, instantiate: Instantiate): AudgateGate {
  const instances = new CoreInstances(module, instantiate);
  return { gate: gateWith(instances), verifyCompact: verifyCompactWith(instances) };
}

export function audgate(module: WebAssembly.Module, instantiate: Instantiate): Audgate {
  const instances = new CoreInstances(module, instantiate);
  return {
    gate: gateWith(instances),
    issuer: issuerWith(instances),
    verifyCompact: verifyCompactWith(instances),
    check: (document) => instances.current().use((core) => core.check(document)),
    publish: (document, now, previous) => instances.current().use((core) => core.publish(document, now, previous)),
    secretHash: (secret) => instances.current().use((core) => core.secretHash(secret)),
  };
}

/** The package's functions, bound to one compiled core. Each platform's entry supplies the module in its own way. */
import type { CheckOutcome, PublishOutcome } from "../wasm/full_types.js";
import { type Decide, decideWith } from "./decide.ts";
import { type Gate, gateWith } from "./gate.ts";
import type { CoreInstances } from "./instance.ts";
import { type Issuer, issuerWith } from "./issuer.ts";
import { type VerifyCompact, verifyCompactWith } from "./jws.ts";

/** What the gate-only build offers. */
export interface AudgateGate {
  gate: Gate;
  decide: Decide;
  verifyCompact: VerifyCompact;
}

/** Everything that Audgate offers. */
export interface Audgate extends AudgateGate {
  issuer: Issuer;
  /** Checks a tenant document and reports every fault at once. */
  check(document: string): CheckOutcome;
  /**
   * Splits a tenant document into the records that gate and issuer read. `now` is seconds since the Unix epoch;
   * `previous` the tenant record in force, if there is one, so that the version goes on and longer-lived older tokens
   * stay good; a fault of that record is reported like one of the document. Records of the tenant in the store that are
   * not among the entries are to be deleted, or a removed client could go on; but for `tenant/{tid}/revoked` and what is
   * below, which the tenant's directory writes.
   */
  publish(document: string, now: number, previous?: string | null): PublishOutcome;
  /**
   * The hash under which a client secret stands in a tenant document. It is fast and has no salt, so the secret must be
   * a random string of 32 to 256 characters: a `RangeError` otherwise.
   */
  secretHash(secret: string): string;
}

export function audgateGate(instances: CoreInstances): AudgateGate {
  return { gate: gateWith(instances), decide: decideWith(instances), verifyCompact: verifyCompactWith(instances) };
}

export function audgate(instances: CoreInstances): Audgate {
  return {
    gate: gateWith(instances),
    decide: decideWith(instances),
    issuer: issuerWith(instances),
    verifyCompact: verifyCompactWith(instances),
    check: (document) => {
      const given = text(document, "document");
      return instances.current().use((core) => core.check(given));
    },
    publish: (document, now, previous) => {
      const given = text(document, "document");
      const before = previous === undefined || previous === null ? undefined : text(previous, "previous");
      return instances.current().use((core) => core.publish(given, now, before));
    },
    secretHash: (secret) => {
      const given = text(secret, "secret");
      const hash = instances.current().use((core) => core.secretHash(given));
      if (hash === undefined) {
        throw new RangeError("audgate: a client secret is a random string of 32 to 256 characters");
      }
      return hash;
    },
  };
}

/** The core takes a value of another type for a trap; a mistake of the caller must not cost others their instance. */
function text(value: unknown, name: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`audgate: \`${name}\` is a string, not ${typeof value}`);
  }
  return value;
}

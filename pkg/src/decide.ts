/** The decision alone: no handler, no platform, nothing that is remembered. */
import type { Fault, GateDecision } from "../wasm/full_types.js";
import { LoadedTenant, symmetricKeys } from "./configuration.ts";
import { decide, type RequestParts } from "./decision.ts";
import type { CoreInstances } from "./instance.ts";
import { type PlainRequest, partsOf } from "./plain-request.ts";

/** Everything that a decision depends on. */
export interface DecisionInput extends PlainRequest {
  /** An access token, in place of the field `Authorization` (RFC 6750 section 2.1). */
  token?: string;
  /** The tenant's published record, `tenant/{tid}`: one of the entries of `publish`. */
  configuration: string;
  /** The record `tenant/{tid}/keys`, where the tenant's directory makes the keys. */
  keys?: string;
  /** The symmetric keys that the configuration names, as a JWK Set in JSON. */
  secretKeys?: string;
  /** Seconds since the Unix epoch. */
  now: number;
}

/** The configuration is broken, or does not hold the keys that it needs. */
export class BrokenConfiguration extends Error {
  override readonly name = "BrokenConfiguration";
  /** What is wrong with it, as far as that is the record's. */
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(`audgate: the configuration is broken: ${faults.map(({ path, problem }) => `${path}: ${problem}`).join("; ")}`);
    this.faults = faults;
  }
}

/**
 * Decides about a request by what is given, and by nothing else: the same input has the same decision, with its trace.
 * For tests, tools and servers that have no handler to wrap. It compiles the configuration each time; what answers many
 * requests is `gate`.
 *
 * There is no list of revocations and no object to be asked, so a token that was revoked is good until it expires, and a
 * resource with `"revocation": "strong"` is answered with 503; so is the token of another issuer, whose keys would have to
 * be fetched. Throws `BrokenConfiguration`.
 */
export type Decide = (input: DecisionInput) => Promise<GateDecision>;

export function decideWith(instances: CoreInstances): Decide {
  return async (input) => {
    const instance = instances.current();
    const { configuration, keys, secretKeys, now } = input;
    const symmetric = secretKeys === undefined ? undefined : symmetricKeys(secretKeys);
    const loaded = instance.use((core) =>
      core.TenantHandle.load(configuration, tenantOf(configuration), 0, symmetric, keys, 0),
    );
    if (loaded.type !== "loaded") {
      throw new BrokenConfiguration(loaded.type === "broken" ? loaded.faults : [NO_TENANT]);
    }
    const tenant = new LoadedTenant(instance, loaded.tenant);
    const release = tenant.hold();
    tenant.retire();
    try {
      return await decide(parts(input), tenant, now * 1_000, true);
    } finally {
      release();
    }
  };
}

const NO_TENANT: Fault = { path: "$.tenant_id", problem: "is no identifier", expected: "the identifier of a tenant" };

/** A record names its tenant; one that cannot be read is the core's to complain about. */
function tenantOf(configuration: string): string {
  try {
    const { tenant_id: tenantId } = JSON.parse(configuration) as { tenant_id?: unknown };
    return typeof tenantId === "string" ? tenantId : "unknown";
  } catch {
    return "unknown";
  }
}

function parts({ method, url, headers, token }: DecisionInput): RequestParts {
  const fields = new Headers(headers);
  if (token !== undefined) {
    fields.set("authorization", `Bearer ${token}`);
  }
  return partsOf({ method, url, headers: fields });
}

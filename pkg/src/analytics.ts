/** Counters of decisions, where a deployment has somewhere to keep them. */

/** Where decisions are counted. An Analytics Engine dataset is one. */
export interface AnalyticsDataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

/** Options that say where decisions are counted. */
export interface AnalyticsOptions<Env> {
  /**
   * Where decisions are counted by outcome and resource; the Analytics Engine binding `GATE_ANALYTICS` of `env` unless
   * said otherwise.
   */
  analytics?: (env: Env) => AnalyticsDataset | undefined;
}

/** The longest index that Analytics Engine takes, in octets. */
const MAX_INDEX = 96;

/**
 * Counts one decision: the tenant as the index, outcome and resource as the first two blobs, and a one to sum up.
 * `outcome` is `allow`, `respond` or a reason code, `resource` the URI as registered, empty where none covers the
 * request: everything is the configuration's, so that nobody from outside can make up rows.
 */
export function count<Env>(
  { analytics }: AnalyticsOptions<Env>,
  env: Env,
  tenant: string,
  outcome: string,
  resource = "",
): void {
  try {
    const byConvention = (env as { GATE_ANALYTICS?: AnalyticsDataset } | undefined)?.GATE_ANALYTICS;
    const dataset = analytics === undefined ? byConvention : analytics(env);
    dataset?.writeDataPoint({ indexes: [tenant.slice(0, MAX_INDEX)], blobs: [outcome, resource], doubles: [1] });
  } catch {
    // A counter that fails must not cost anybody a decision.
  }
}

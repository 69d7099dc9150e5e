/** The gate as it is deployed, with its configuration at hand instead of in KV, from which an isolate reads it rarely. */
import { gate } from "audgate/gate";
import { handle } from "./handler.ts";

interface Env {
  RECORDS: string;
  SECRET_KEYS: string;
}

let records: Record<string, string> | undefined;

export default gate<Env, { waitUntil(work: Promise<unknown>): void }>(
  { fetch: handle },
  {
    tenant: "bench",
    config: ({ RECORDS }) => ({ get: async (key) => (records ??= JSON.parse(RECORDS) as Record<string, string>)[key] ?? null }),
    secretKeys: ({ SECRET_KEYS }) => SECRET_KEYS,
  },
);

/**
 * The gate in a worker that answers with its decision as text, and with the request as the platform had it. `/test/clock`
 * sets the clock, in milliseconds since the Unix epoch.
 */
import { type ConfigurationSource, type Context, gate, type GateDecision } from "audgate";

interface Env {
  CONFIG: ConfigurationSource;
}

let now = 0;
const decisions = new WeakMap<Request, GateDecision>();

const gated = gate<Env, Context>(
  { fetch: () => new Response() },
  { tenant: "demo", now: () => now, trace: true, onDecision: (decision, request) => void decisions.set(request, decision) },
);

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const at = URL.parse(request.url)?.searchParams.get("clock");
    if (at !== null && at !== undefined) {
      now = Number(at);
      return new Response();
    }
    await gated.fetch(request, env, context);
    const { method, url } = request;
    return Response.json({ method, url, decision: JSON.stringify(decisions.get(request)) });
  },
};

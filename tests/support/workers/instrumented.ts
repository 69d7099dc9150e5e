/**
 * The package in a worker whose clock and key-value store tests can disturb, by requests below `/test/`. What is disturbed
 * is what the package is given; the package itself is the one that is published.
 */
import { type ConfigurationSource, type Context, gate, issuer } from "audgate";

interface Env {
  CONFIG: ConfigurationSource;
}

/** What a disturbed store does instead of answering. */
export type Disturbance = "none" | "throws" | "hangs" | "forgets" | "rejects late";

let disturbance: Disturbance = "none";
let ahead = 0;
const reads: string[] = [];

const options = {
  now: (): number => Date.now() + ahead,
  config: (env: Env): ConfigurationSource => ({ get: (key) => disturbed(env.CONFIG, key) }),
};

async function disturbed(source: ConfigurationSource, key: string): Promise<string | null> {
  reads.push(key);
  switch (disturbance) {
    case "none":
      return source.get(key);
    case "throws":
      throw new Error("the store is down");
    case "rejects late":
      await source.get(key);
      throw new Error("the store is down");
    case "forgets":
      return null;
    case "hangs":
      return new Promise(() => undefined);
  }
}

const gated = gate<Env, Context>(
  { fetch: (_request, _env, { access }) => Response.json({ admitted: access.kind }) },
  options,
);
const authorizationServer = issuer<Env, Context>(options);

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    // What the runtime hands over need not be a URL; that is the package's to judge.
    const url = URL.parse(request.url);
    switch (url?.pathname) {
      case "/test/store":
        disturbance = url.searchParams.get("does") as Disturbance;
        return new Response();
      case "/test/clock":
        ahead += 1_000 * Number(url.searchParams.get("ahead"));
        return new Response();
      case "/test/reads":
        return Response.json(reads.splice(0));
    }
    const issued = url?.pathname.startsWith("/demo/") === false;
    return issued ? authorizationServer.fetch(request, env, context) : gated.fetch(request, env, context);
  },
};

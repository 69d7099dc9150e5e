/**
 * The package around instances of the core that a test can make trap, by requests at `/test/trap`, in whatever way `kind`
 * says. The instances are the package's own; nothing in it knows of this.
 */
import type { ConfigurationSource, Context } from "audgate";
import { gateWith } from "../../../pkg/dist/gate.js";
import { CoreInstances } from "../../../pkg/dist/instance.js";
import { issuerWith } from "../../../pkg/dist/issuer.js";
import { instantiate } from "../../../pkg/wasm/full.js";
import module from "../../../pkg/wasm/full.wasm";
import { trapped, type TrapKind } from "../traps.ts";

interface Env {
  CONFIG: ConfigurationSource;
}

let instantiated = 0;
let reads = 0;
const instances = new CoreInstances(module, (compiled) => {
  instantiated += 1;
  return instantiate(compiled);
});
const options = {
  config: (env: Env): ConfigurationSource => ({
    get: (key, others) => {
      reads += 1;
      return env.CONFIG.get(key, others);
    },
  }),
};

const gated = gateWith(instances)<Env, Context>({ fetch: () => Response.json({ admitted: true }) }, options);
const authorizationServer = issuerWith(instances)<Env, Context>(options);

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/test/trap":
        return Response.json({ trapped: trap((searchParams.get("kind") ?? "panic") as TrapKind) });
      case "/test/counts":
        return Response.json({ instantiated, reads });
    }
    return pathname.startsWith("/demo/") ? gated.fetch(request, env, context) : authorizationServer.fetch(request, env, context);
  },
};

/** The name of the error that came of it. */
function trap(kind: TrapKind): string {
  const error = trapped(instances, kind);
  return error instanceof Error ? `${error.name}: ${(error.cause as Error | undefined)?.name}` : "?";
}

/** A worker that gates with an issuer's URL and rules, which a test has put where it finds them; `/test/asked` tells what it fetched. */
import { type ConfigurationSource, type Context, gate, type Trust } from "audgate/gate";

interface Env {
  CONFIG: ConfigurationSource;
}

const asked: string[] = [];
let gated: { fetch(request: Request, env: Env, context: Context): Promise<Response> } | undefined;

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    if (new URL(request.url).pathname === "/test/asked") {
      return Response.json(asked.splice(0));
    }
    const trust = JSON.parse((await env.CONFIG.get("test/trust")) ?? "{}") as Trust;
    gated ??= gate<Env, Context>(
      { fetch: (_request, _env, { access }) => Response.json(access) },
      {
        trust,
        issuerFetcher: () => ({
          fetch(url, init) {
            asked.push(url);
            return fetch(url, init);
          },
        }),
      },
    );
    return gated.fetch(request, env, context);
  },
};

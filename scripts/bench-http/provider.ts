/** `@cloudflare/workers-oauth-provider` in front of the same handler. Its KV answers from memory, at once. */
import { type OAuthHelpers, OAuthProvider } from "@cloudflare/workers-oauth-provider";
import { handle } from "./handler.ts";

const store = new Map<string, string>();

/** As much of a KV namespace as the library uses. */
const memory = {
  get: async (key: string, options?: { type?: string } | string) => {
    const value = store.get(key);
    const type = typeof options === "string" ? options : options?.type;
    return value === undefined ? null : type === "json" ? (JSON.parse(value) as unknown) : value;
  },
  put: async (key: string, value: string) => void store.set(key, value),
  delete: async (key: string) => void store.delete(key),
  list: async () => ({ keys: [...store.keys()].map((name) => ({ name })), list_complete: true }),
};

interface Env {
  OAUTH_PROVIDER: OAuthHelpers;
  ORIGIN: string;
}

let provider: OAuthProvider<Env> | undefined;

const providerAt = (origin: string) => new OAuthProvider<Env>({
  resourceMetadata: { resource: `${origin}/es256` },
  apiRoute: "/es256/",
  apiHandler: { fetch: () => handle() } as never,
  defaultHandler: {
    /** `/client` makes a client; whoever comes to `/authorize` is let in. */
    async fetch(request: Request, { OAUTH_PROVIDER: helpers }: Env) {
      if (new URL(request.url).pathname === "/client") {
        const redirectUris = ["https://client.example/callback"];
        return Response.json(await helpers.createClient({ redirectUris, tokenEndpointAuthMethod: "none" }));
      }
      const asked = await helpers.parseAuthRequest(request);
      const { redirectTo } = await helpers.completeAuthorization({
        request: asked,
        userId: "client",
        metadata: {},
        scope: asked.scope,
        props: { sub: "client", scope: "things:read" },
        revokeExistingGrants: false,
      });
      return Response.json({ redirectTo });
    },
  } as never,
  authorizeEndpoint: "/authorize",
  tokenEndpoint: "/token",
  scopesSupported: ["things:read"],
});

export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) =>
    (provider ??= providerAt(env.ORIGIN)).fetch(request, { ...env, OAUTH_KV: memory } as never, context),
};

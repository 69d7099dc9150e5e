/** The authorization server and its console as a worker of their own, told apart from others by the hosts of tenants. */
import { type Assets, consolePage, isConsolePage } from "./console.ts";
import { issuer } from "./entry/workerd.ts";

export { Account, Challenge, Directory } from "./entry/objects.ts";

interface Env {
  ASSETS?: Assets;
}

const authorizationServer = issuer<Env, { waitUntil(work: Promise<unknown>): void }>();

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    const path = URL.parse(request.url)?.pathname ?? "";
    return env.ASSETS !== undefined && isConsolePage(path)
      ? consolePage(request, env.ASSETS)
      : authorizationServer.fetch(request, env, context);
  },
};

/** The demo: an authorization server, gated resources, applications that use them and the playground, on one origin. */
import { gate, issuer } from "audgate";
import { consolePage, isConsolePage } from "audgate/console";
import { withServerTiming } from "audgate/development";
import type { Account, Challenge, Directory } from "audgate/objects";
import { handlers } from "./handlers.ts";
import { type Outbox, outbox, outboxResponse } from "./outbox.ts";
import { STYLE_PATH, styleResponse } from "./page.ts";
import { isOfTheShop, type ShopEnv, shopResponse } from "./shop/shop.ts";

export { Account, Challenge, Directory } from "audgate/objects";
export { Outbox } from "./outbox.ts";
export { Visits } from "./shop/visits.ts";

interface Env extends ShopEnv {
  CONFIG: KVNamespace;
  MASTER_KEY: string;
  MAIL_FROM: string;
  ACCOUNT: DurableObjectNamespace<Account>;
  CHALLENGE: DurableObjectNamespace<Challenge>;
  DIRECTORY: DurableObjectNamespace<Directory>;
  OUTBOX: DurableObjectNamespace<Outbox>;
  ASSETS: Fetcher;
}

const authorizationServer = issuer<Env, ExecutionContext>({
  // Whoever has asked for a link finds it in the outbox.
  email: ({ OUTBOX }) => ({ send: (mail) => outbox(OUTBOX).add(mail), awaited: true }),
});
const gated = withServerTiming(gate)<Env, ExecutionContext>(handlers);

/** The playground and what it is made of; everything else is the authorization server's or gated. */
const ASSETS = /^\/(?:$|playground\/|wasm\/|favicon\.svg$)/;

export default {
  async fetch(request, env, ctx): Promise<Response> {
    // A target such as `*` makes no URL; the package answers it with 400.
    const pathname = URL.parse(request.url)?.pathname ?? "";
    if (pathname === STYLE_PATH) {
      return styleResponse();
    }
    if (isOfTheShop(pathname)) {
      return shopResponse(request, env, {
        issuer: async (asked) => authorizationServer.fetch(asked, env, ctx),
        gated: (asked) => gated.fetch(asked, env, ctx),
      });
    }
    if (pathname.startsWith("/demo/")) {
      return gated.fetch(request, env, ctx);
    }
    if (pathname === "/dev/outbox") {
      return outboxResponse(request, env.OUTBOX);
    }
    if (isConsolePage(pathname)) {
      return consolePage(request, env.ASSETS);
    }
    if (ASSETS.test(pathname)) {
      return env.ASSETS.fetch(request);
    }
    return authorizationServer.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;

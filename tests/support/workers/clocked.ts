/**
 * The authorization server with a clock that `/test/clock` puts forward by so many seconds;
 * the objects themselves go by the platform's. What it mails stands at `/dev/outbox`, as the demo's does.
 */
import { type Context, issuer } from "audgate";

export { Account, Challenge, Directory } from "audgate/objects";

let ahead = 0;
const mails: { to: string; subject: string; link: string; sent_at: number }[] = [];

const authorizationServer = issuer<object, Context>({
  now: () => Date.now() + ahead,
  email: () => ({ send: async ({ to, subject, link }) => void mails.push({ to, subject, link, sent_at: 0 }), awaited: true }),
});

export default {
  async fetch(request: Request, env: object, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/test/clock":
        ahead += 1_000 * Number(searchParams.get("ahead"));
        return new Response();
      case "/dev/outbox":
        return Response.json(mails);
    }
    return authorizationServer.fetch(request, env, context);
  },
};

/**
 * The authorization server with its bindings counted: every call of an object, every read of the key-value store and every
 * question to a rate limiter, as the issuer makes them. `/test/counted` tells what has been asked for since it was asked last.
 */
import { type ConfigurationSource, type Context, issuer, type ObjectNamespace, type RateLimiter } from "audgate";

export { Account, Challenge, Directory } from "audgate/objects";

interface Env {
  CONFIG: ConfigurationSource;
  ACCOUNT: ObjectNamespace;
  CHALLENGE: ObjectNamespace;
  DIRECTORY: ObjectNamespace;
}

/** What was asked for, in order. */
export interface Counted {
  /** Class and command of each call. */
  calls: string[];
  /** The keys. */
  reads: string[];
  /** Limiter and key of each question. */
  limits: string[];
}

const nothing = (): Counted => ({ calls: [], reads: [], limits: [] });
let counted = nothing();
const mails: { to: string; subject: string; link: string; sent_at: number }[] = [];
/** The clock stands still: what is read again because time has passed is no part of what a request costs. */
let began: number | undefined;

function calling(kind: string, namespace: ObjectNamespace): ObjectNamespace {
  return {
    getByName: (name) => ({
      turn(request) {
        counted.calls.push(`${kind} ${commandOf(request)}`);
        return namespace.getByName(name).turn(request);
      },
    }),
  };
}

function limiting(kind: string): RateLimiter {
  return {
    async limit({ key }) {
      counted.limits.push(`${kind} ${key}`);
      return { success: true };
    },
  };
}

function commandOf(request: string): string {
  const { command } = JSON.parse(request) as { command: string | { type?: string } };
  return typeof command === "string" ? command : (command.type ?? Object.keys(command)[0] ?? "");
}

const authorizationServer = issuer<Env, Context>({
  now: () => (began ??= Date.now()),
  config: ({ CONFIG }) => ({
    get(key, options) {
      counted.reads.push(key);
      return CONFIG.get(key, options);
    },
  }),
  account: ({ ACCOUNT }) => calling("account", ACCOUNT),
  challenge: ({ CHALLENGE }) => calling("challenge", CHALLENGE),
  directory: ({ DIRECTORY }) => calling("directory", DIRECTORY),
  loginLimit: () => limiting("login"),
  linkLimit: () => limiting("link"),
  tokenLimit: () => limiting("token"),
  email: () => ({ send: async ({ to, subject, link }) => void mails.push({ to, subject, link, sent_at: 0 }) }),
});

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    switch (new URL(request.url).pathname) {
      case "/test/counted": {
        const taken = counted;
        counted = nothing();
        return Response.json(taken);
      }
      case "/dev/outbox":
        return Response.json(mails);
    }
    return authorizationServer.fetch(request, env, context);
  },
};

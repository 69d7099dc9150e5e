/**
 * Gate and authorization server side by side, measured from outside: what they read is counted, many decisions are one
 * request, and a directory is filled without a request for each change. What it publishes is kept in memory, so that the
 * figures are the package's and not the simulator's.
 */
import { type ConfigurationSource, type Context, gate, issuer, type ObjectNamespace } from "audgate";
import type { ObjectEnv, ObjectState } from "audgate/objects";
import { instances } from "../../../pkg/dist/entry/workerd-core.js";
import { DirectoryObject } from "../../../pkg/dist/objects/directory.js";

export { Account, Challenge } from "audgate/objects";

interface Env {
  CONFIG: ConfigurationSource;
  DIRECTORY: { getByName(name: string): ReturnType<ObjectNamespace["getByName"]> & Pick<Directory, "fill"> };
}

/** One read of the key-value store. */
export interface Read {
  key: string;
  /** Of the value, with one digit for each version and moment of publication; `null` for what is not there. */
  octets: number | null;
}

/** As many requests for `url` as there are tokens. */
export interface Decisions {
  url: string;
  tokens: string[];
}

/** What directories have published; `null` for what is gone. Objects and requests share an isolate here. */
const published = new Map<string, string | null>();
const mails: { to: string; subject: string; link: string; sent_at: number }[] = [];
let reads: Read[] = [];

export class Directory extends DirectoryObject {
  constructor(state: ObjectState, env: ObjectEnv) {
    const CONFIG = {
      put: async (key: string, value: string) => void published.set(key, value),
      delete: async (key: string) => void published.set(key, null),
    };
    super(state, { ...env, CONFIG }, { instances });
  }

  /** Performs requests one after the other; the replies of those that are refused. */
  async fill(requests: string[]): Promise<string[]> {
    const refused = [];
    for (const request of requests) {
      const reply = await this.manage(request);
      if (!reply.startsWith('{"changed"')) refused.push(reply);
    }
    return refused;
  }
}

const config = ({ CONFIG }: Env): ConfigurationSource => ({
  async get(key, options) {
    const value = published.has(key) ? (published.get(key) ?? null) : await CONFIG.get(key, options);
    const text = value?.replace(/"(version|published_at)":\d+/g, '"$1":0');
    reads.push({ key, octets: text === undefined ? null : new TextEncoder().encode(text).length });
    return value;
  },
});

const handler = { fetch: () => new Response("admitted") };
const gated = gate<Env, Context>(handler, { config });
const authorizationServer = issuer<Env, Context>({
  config,
  email: () => ({ send: async ({ to, subject, link }) => void mails.push({ to, subject, link, sent_at: 0 }), awaited: true }),
});

const asked = (url: string, token: string): Request => new Request(url, { headers: { authorization: `Bearer ${token}` } });

/** How many of the requests the gate admits. */
async function decisions({ url, tokens }: Decisions, env: Env, context: Context): Promise<number> {
  let admitted = 0;
  for (const token of tokens) {
    const { status } = await gated.fetch(asked(url, token), env, context);
    if (status === 200) admitted += 1;
  }
  return admitted;
}

/** What a gate reads that has never decided anything. */
async function fresh({ url, tokens: [token = ""] }: Decisions, env: Env): Promise<Read[]> {
  const beside: Promise<unknown>[] = [];
  reads = [];
  const context = { waitUntil: (work: Promise<unknown>) => void beside.push(work) };
  const { status } = await gate<Env, Context>(handler, { config }).fetch(asked(url, token), env, context);
  await Promise.all(beside);
  if (status !== 200) throw new Error(`the gate answers ${status}`);
  return reads.splice(0);
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/test/decisions":
        return Response.json(await decisions(await request.json(), env, context));
      case "/test/fresh":
        return Response.json(await fresh(await request.json(), env));
      case "/test/fill":
        return Response.json(await env.DIRECTORY.getByName(searchParams.get("tenant") ?? "").fill(await request.json()));
      case "/test/reads":
        return Response.json(reads.splice(0));
      case "/test/published":
        return Response.json([...published.values()].filter((value) => value !== null).length);
      case "/dev/outbox":
        return Response.json(mails);
    }
    return authorizationServer.fetch(request, env, context);
  },
};

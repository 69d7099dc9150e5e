/**
 * Gate and authorization server side by side, measured from outside: what they read is counted, many decisions are one
 * request, and a tenant is filled without a request for each change.
 */
import { type ConfigurationSource, type Context, gate, issuer, type ObjectNamespace } from "audgate";

import { instances } from "../../../pkg/dist/entry/workerd-core.js";
import { DirectoryObject } from "../../../pkg/dist/objects/directory.js";
export { Account, Challenge } from "audgate/objects";
export class Directory extends DirectoryObject {
  constructor(state: any, env: any) {
  let indexed = false;
  const FREE = "(rank = 0 OR NOT EXISTS (SELECT 1 FROM publication t WHERE t.rank = 0 AND t.written_version < t.version AND t.version <= publication.version))";
  const FAST = "(rank = 0 OR version < coalesce((SELECT min(t.version) FROM publication t WHERE t.rank = 0 AND t.written_version < t.version), 9e15))";
  const own = state.storage; const real = own.sql;
  const exec = (asked: string, ...parameters: any[]) => {
    let statement = asked.replace(FREE, FAST).replace("ORDER BY rank, key LIMIT", "ORDER BY rank, due_at LIMIT").replace("SELECT min(due_at) FROM publication WHERE", "SELECT due_at FROM publication WHERE");
    if (statement.startsWith("SELECT due_at FROM publication WHERE")) statement += " ORDER BY due_at LIMIT 1";
    if (!indexed && asked.startsWith("UPDATE directory_schema")) {
      for (const index of [
        "CREATE INDEX publication_first ON publication (version) WHERE rank = 0 AND written_version < version",
        "CREATE INDEX publication_next ON publication (rank, due_at) WHERE written_version < version OR guard_until > 0",
        "CREATE INDEX publication_soonest ON publication (due_at) WHERE written_version < version OR guard_until > 0",
        "CREATE INDEX publication_over ON publication (written_at) WHERE rank > 0 AND NOT written_version < version AND guard_until = 0",
      ]) real.exec(index);
    }
    return real.exec(statement, ...parameters);
  };
    const storage = { sql: { exec }, transactionSync: (w: any) => own.transactionSync(w), setAlarm: (t: any) => own.setAlarm(t), getAlarm: () => own.getAlarm(), deleteAlarm: () => own.deleteAlarm(), deleteAll: () => own.deleteAll() };
    Object.defineProperty(state, "storage", { value: storage });
    super(state, env, { instances });
  }
}

interface Env {
  CONFIG: ConfigurationSource;
  DIRECTORY: ObjectNamespace;
}

/** One read of the key-value store. */
export interface Read {
  key: string;
  /** Of the value, with one digit for each version and moment of publication; `null` for what is not there. */
  octets: number | null;
}

/** Decisions to be made in one go. */
export interface Decisions {
  /** The URL that is asked for. */
  url: string;
  /** As many requests as there are tokens. */
  tokens: string[];
}

const mails: { to: string; subject: string; link: string; sent_at: number }[] = [];
let reads: Read[] = [];

const config = ({ CONFIG }: Env): ConfigurationSource => ({
  async get(key, options) {
    const value = await CONFIG.get(key, options);
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
  const { status } = await gate<Env, Context>(handler, { config }).fetch(asked(url, token), env, { waitUntil: (work) => void beside.push(work) });
  await Promise.all(beside);
  if (status !== 200) throw new Error(`the gate answers ${status}`);
  return reads;
}

/** Has the directory of a tenant perform requests; what it refuses. */
async function fill({ tenant, requests }: { tenant: string; requests: string[] }, env: Env): Promise<string[]> {
  const directory = env.DIRECTORY.getByName(tenant);
  const replies = await Promise.all(requests.map((request) => directory.manage?.(request) ?? "no management"));
  return replies.filter((reply) => !reply.startsWith('{"changed"'));
}

export default {
  async fetch(request: Request, env: Env, context: Context): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/test/decisions":
        return Response.json(await decisions(await request.json(), env, context));
      case "/test/fresh":
        return Response.json(await fresh(await request.json(), env));
      case "/test/fill":
        return Response.json(await fill(await request.json(), env));
      case "/test/reads":
        return Response.json(reads.splice(0));
      case "/dev/outbox":
        return Response.json(mails);
    }
    return pathname.startsWith("/demo/") ? gated.fetch(request, env, context) : authorizationServer.fetch(request, env, context);
  },
};

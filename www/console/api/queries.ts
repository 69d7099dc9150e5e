/** What is read, under which names it is kept, and what a change makes stale. */
import { type QueryClient, infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call, pathOf } from "./call.ts";
import { type AuditEntry, type Entities, type Explanation, type Kind, KINDS, type Session, type SigningKey } from "./wire.ts";

/** One thing as it was seen, and the name of the revision that it was. */
export interface Loaded<Value> {
  value: Value;
  etag: string | undefined;
}

export interface Page<Value> {
  result: Value[];
  next_cursor?: string;
}

export interface ListFilter {
  search?: string | undefined;
  app_id?: string | undefined;
  limit?: number;
}

export async function readOne<K extends Kind>(kind: K, id: string, signal?: AbortSignal): Promise<Loaded<Entities[K]>> {
  const path = pathOf(KINDS[kind].path, id);
  const { body, etag } = await call<{ result: Entities[K] }>("GET", path, signal === undefined ? {} : { signal });
  return { value: body.result, etag };
}

export const one = <K extends Kind>(kind: K, id: string) =>
  queryOptions({ queryKey: [kind, "one", id], queryFn: ({ signal }) => readOne(kind, id, signal) });

/** A list, page after page. */
export const list = <K extends Kind>(kind: K, filter: ListFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [kind, "list", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<Page<Entities[K]>> => {
      const query = { limit: filter.limit ?? 50, search: filter.search, app_id: filter.app_id, cursor: pageParam };
      return (await call<Page<Entities[K]>>("GET", KINDS[kind].path, { query, signal })).body;
    },
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

/** The first of a list, for choosing one: `search` narrows it. */
export const choices = <K extends Kind>(kind: K, search: string) =>
  queryOptions({
    queryKey: [kind, "choices", search],
    queryFn: async ({ signal }) =>
      (await call<Page<Entities[K]>>("GET", KINDS[kind].path, { query: { limit: 20, search }, signal })).body.result,
    staleTime: 30_000,
  });

/** All of a list that is short in any tenant, such as its resources; at most a thousand. */
export const all = <K extends Kind>(kind: K) =>
  queryOptions({
    queryKey: [kind, "all"],
    queryFn: async ({ signal }) => {
      const found: Entities[K][] = [];
      let cursor: string | undefined;
      do {
        const query = { limit: 100, cursor };
        const { body } = await call<Page<Entities[K]>>("GET", KINDS[kind].path, { query, signal });
        found.push(...body.result);
        cursor = body.next_cursor;
      } while (cursor !== undefined && found.length < 1_000);
      return found;
    },
  });

export const usersOf = (appId: string) =>
  infiniteQueryOptions({
    queryKey: ["user", "of", appId],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<Page<Entities["user"]>> =>
      (await call<Page<Entities["user"]>>("GET", pathOf("applications", appId, "users"), { query: { limit: 50, cursor: pageParam }, signal })).body,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export const sessionsOf = (userId: string) =>
  queryOptions({
    queryKey: ["sessions", userId],
    queryFn: async ({ signal }) => (await call<{ result: Session[] }>("GET", pathOf("sessions", userId), { signal })).body.result,
  });

export const keys = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) => (await call<{ result: SigningKey[] }>("GET", "keys", { signal })).body.result,
});

export const audit = (filter: { kind?: string | undefined; id?: string | undefined }) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }): Promise<Page<AuditEntry>> =>
      (await call<Page<AuditEntry>>("GET", "audit", { query: { ...filter, limit: 25, cursor: pageParam }, signal })).body,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export interface Question {
  client_id: string;
  user_id?: string | undefined;
  resource: string;
  scope?: string | undefined;
}

export const explanation = (question: Question) =>
  queryOptions({
    queryKey: ["explain", question],
    queryFn: async ({ signal }) => (await call<{ result: Explanation }>("GET", "explain", { query: { ...question }, signal })).body.result,
  });

/** After a change: lists, explanations and the audit log are read again where they are shown; pages of one thing, too. */
export async function readAgain(queries: QueryClient, except?: { kind: Kind; id: string }): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second, third] }) =>
      first !== "console" && !(first === except?.kind && second === "one" && third === except?.id),
  });
}

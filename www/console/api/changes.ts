/** What is changed. Every change ends here: its result is shown, others are read again, and its publication is told. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { announce } from "../../announcements/announcements.ts";
import { call, type Method, type Options, pathOf } from "./call.ts";
import { afterSaving, watch } from "./publication.ts";
import { type Loaded, readAgain } from "./queries.ts";
import { inPlainWords } from "./refusal.ts";
import { type Entities, type Kind, KINDS, type Promised } from "./wire.ts";

interface Changed<Value> {
  result: Value;
  publication?: Promised;
}

/** The members that change; `null` removes one. */
export type Changes<K extends Kind> = { [Member in keyof Entities[K]]?: Entities[K][Member] | null };

/** Saves changes of one thing under the revision that was seen; `*` overwrites whatever is there. */
export function useSaving<K extends Kind>(kind: K, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ changes, ifMatch }: { changes: Changes<K>; ifMatch: string | undefined }) => {
      const { body, etag } = await call<Changed<Entities[K]>>("PUT", pathOf(KINDS[kind].path, id), { body: changes, ifMatch });
      return settled(queries, kind, id, { value: body.result, etag }, body.publication, "Saved.");
    },
  });
}

/** Makes a new one. Pressing twice, or again after no answer came, makes one only. */
export function useCreating<K extends Kind>(kind: K) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (value: Partial<Entities[K]>) => {
      const { body } = await call<Changed<Entities[K]>>("POST", KINDS[kind].path, { body: value, idempotencyKey: keyFor(kind, value) });
      idempotencyKeys.clear();
      announce(`The ${KINDS[kind].one} is there.${afterSaving(body.publication)}`);
      void watch(queries, body.publication);
      void readAgain(queries);
      return body.result;
    },
  });
}

export function useDeleting<K extends Kind>(kind: K, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (ifMatch: string | undefined) => {
      await call("DELETE", pathOf(KINDS[kind].path, id), { ifMatch });
      announce(`The ${KINDS[kind].one} is gone.`);
      queries.removeQueries({ queryKey: [kind, "one", id] });
      void watch(queries, undefined);
      void readAgain(queries);
    },
  });
}

/** Assigns exactly these resources to a client. */
export function useAssigning() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ clientId, resourceIds, ifMatch, said }: { clientId: string; resourceIds: string[]; ifMatch: string | undefined; said: string }) => {
      const path = pathOf("clients", clientId, "resources");
      const { body, etag } = await call<Changed<Entities["client"]>>("PUT", path, { body: { resource_ids: resourceIds }, ifMatch });
      return settled(queries, "client", clientId, { value: body.result, etag }, body.publication, said);
    },
  });
}

/** Any other call that changes something. */
export function useChange<Body = unknown>() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ method, path, said, ...options }: { method: Method; path: string; said?: string } & Options) => {
      const { body } = await call<Body>(method, path, options);
      void watch(queries, undefined);
      await readAgain(queries);
      if (said !== undefined) {
        announce(said);
      }
      return body;
    },
    onError: (error) => announce(inPlainWords(error), "refused"),
  });
}

function settled<K extends Kind>(
  queries: QueryClient,
  kind: K,
  id: string,
  loaded: Loaded<Entities[K]>,
  promised: Promised | undefined,
  said: string,
): Loaded<Entities[K]> {
  queries.setQueryData([kind, "one", id], loaded);
  announce(`${said}${afterSaving(promised)}`);
  void watch(queries, promised);
  void readAgain(queries, { kind, id });
  return loaded;
}

/** The same key for the same content, until something was made. */
const idempotencyKeys = new Map<string, string>();

function keyFor(kind: Kind, value: unknown): string {
  const content = `${kind} ${JSON.stringify(value)}`;
  const key = idempotencyKeys.get(content) ?? crypto.randomUUID();
  idempotencyKeys.set(content, key);
  return key;
}

/** How far what was saved has come: it counts once it is published, and is relied on everywhere a while later. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { inShort, now, timeOfDay } from "../../time/spans.ts";
import { call } from "./call.ts";
import type { Promised, Publication } from "./wire.ts";

const WATCHING = 2_000;

export const publication = queryOptions({
  queryKey: ["publication"],
  queryFn: async ({ signal }) => (await call<{ result: Publication }>("GET", "publication", { signal })).body.result,
  // The same facts mean something else as time goes by, so what is read again is always news.
  structuralSharing: false,
  refetchInterval: ({ state: { data } }) => (data !== undefined && isUnderWay(data) ? WATCHING : false),
});

export function isUnderWay({ pending, reliable_at }: Publication): boolean {
  return pending > 0 || reliable_at === null || reliable_at > now();
}

export interface PublicationWords {
  state: "published" | "under way" | "delayed";
  text: string;
}

export function publicationWords({ pending, failures, reliable_at, version }: Publication, promised: Promised | undefined): PublicationWords {
  if (failures > 0) {
    const times = failures === 1 ? "once" : `${failures} times`;
    return { state: "delayed", text: `Publication is delayed: writing has failed ${times}, and is tried again` };
  }
  if (pending > 0 || reliable_at === null) {
    const within = promised !== undefined && promised.version >= version ? `, relied on everywhere within ${inShort(promised.reliable_within)}` : "";
    return { state: "under way", text: `On its way${within}` };
  }
  if (reliable_at > now()) {
    return { state: "under way", text: `On its way, relied on everywhere from ${timeOfDay(reliable_at)} UTC on` };
  }
  return { state: "published", text: "Published, and relied on everywhere" };
}

/** What to say after saving. */
export function afterSaving(promised: Promised | undefined): string {
  if (promised === undefined) {
    return "";
  }
  return ` It is on its way, and relied on everywhere from ${timeOfDay(now() + promised.reliable_within)} UTC on.`;
}

/** Remembers what the last change was promised, and watches it. */
export async function watch(queries: QueryClient, promised: Promised | undefined): Promise<void> {
  queries.setQueryData(["console", "promised"], promised ?? null);
  await queries.invalidateQueries({ queryKey: ["publication"] });
}

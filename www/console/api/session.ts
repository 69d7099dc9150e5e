/** Who is logged in. The browser holds a cookie that scripts cannot see, and no token at all. */
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answerOf } from "./call.ts";
import { Refusal } from "./refusal.ts";
import type { ConsoleSession } from "./wire.ts";

export const session = queryOptions({
  queryKey: ["console", "session"],
  queryFn: async (): Promise<ConsoleSession | null> => {
    const response = await answerOf("/console/session", { headers: { accept: "application/json" }, cache: "no-store" });
    const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.status === 401) {
      return null;
    }
    if (!response.ok) {
      throw new Refusal(response.status, body);
    }
    return (body["result"] ?? body) as ConsoleSession;
  },
  staleTime: 60_000,
});

/** Where to log in, and to come back to `path` afterwards. */
export function loginAt(path: string): string {
  return `/console/login?return_to=${encodeURIComponent(path)}`;
}

/** Ends the console's session and leaves. */
export async function logOut(): Promise<void> {
  const response = await answerOf("/console/logout", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: "{}",
  });
  const { redirect } = (await response.json().catch(() => ({}))) as { redirect?: string };
  location.assign(redirect ?? "/console/");
}

/** Said by a window in which somebody has just logged in. */
const CHANNEL = "audgate-console";

export function tellOthersOfLogin(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("logged in");
  channel.close();
}

export function onLoginElsewhere(hear: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", hear);
  return () => channel.close();
}

/** Has the page show that the session is over. */
export function markSessionOver(queries: QueryClient): void {
  queries.setQueryData(["console", "over"], true);
}

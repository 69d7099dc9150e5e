/** The console: the pages of a tenant's administrators. */
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { Refusal, SessionOver } from "./api/refusal.ts";
import { markSessionOver } from "./api/session.ts";
import { router } from "./routes.tsx";

const onError = (error: unknown): void => {
  if (error instanceof SessionOver) {
    markSessionOver(queries);
  }
};

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Every reading of users is in the audit log, so none happens just because somebody looks again.
      refetchOnWindowFocus: false,
      // What was refused is refused again; what did not arrive, or met a busy server, is worth another try.
      retry: (failures, error) => failures < 2 && !(error instanceof SessionOver) && !(error instanceof Refusal && error.status !== 503),
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

const place = document.getElementById("console");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <I18nProvider locale="en-GB">
          <RouterProvider router={router} />
        </I18nProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

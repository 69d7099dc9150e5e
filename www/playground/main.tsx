/** The page comes first, then the core that it is about. */
import { StrictMode } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { Edge } from "./edge/edge.ts";
import { PageSecrets } from "./edge/page-secrets.ts";
import { keepInAddress, takeFromAddress } from "./link.ts";
import { Model } from "./model.ts";
import { ModelProvider } from "./model-in-react.ts";
import { Page } from "./page.tsx";

const model = new Model();
await takeFromAddress(model);

const place = document.getElementById("playground");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <I18nProvider locale="en-GB">
        <ModelProvider value={model}>
          <Page />
        </ModelProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
setInterval(() => model.tick(), 1_000);

try {
  const core = await import("audgate");
  const secrets = await PageSecrets.make(core.secretHash);
  model.start(new Edge(core, secrets, model.clock), secrets);
} catch (error) {
  model.fail(error);
}

keepInAddress(model);
addEventListener("hashchange", () => void takeFromAddress(model));

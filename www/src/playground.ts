/** The page comes first, then the core that it is about. */
import { announce } from "./announcement.ts";
import { showClock } from "./clock-bar.ts";
import { showDocumentEditor } from "./document-editor.ts";
import { byId } from "./dom.ts";
import { Edge } from "./edge.ts";
import { Model } from "./model.ts";
import { PageSecrets } from "./page-secrets.ts";
import { enableSending, showRequestPanel } from "./request-panel.ts";
import { showResourcePanel } from "./resource-panel.ts";
import { keepInAddress, takeFromAddress } from "./share.ts";
import { showTimeline } from "./timeline.ts";
import { enableMinting, showTokenPanel } from "./token-panel.ts";

const model = new Model();
const loading = byId("loading");

await takeFromAddress(model);
showClock(model);
showTimeline(model);
showResourcePanel(model);
showDocumentEditor(model);
showTokenPanel(model);
showRequestPanel(model);
announce(model);
setInterval(() => model.tick(), 1_000);

try {
  const core = await import("audgate");
  const secrets = await PageSecrets.make(core.secretHash);
  model.start(new Edge(core, secrets, model.clock));
  enableMinting(model, secrets);
  enableSending(model);
  loading.hidden = true;
} catch (error) {
  loading.classList.add("failed");
  loading.textContent = `The core could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
}

keepInAddress(model);
addEventListener("hashchange", () => void takeFromAddress(model));
byId("start-over").addEventListener("click", () => model.startOver());
byId("copy-link").addEventListener("click", ({ currentTarget }) => {
  const button = currentTarget as HTMLButtonElement;
  const say = (text: string): void => {
    button.textContent = text;
    setTimeout(() => (button.textContent = "Copy link"), 2_000);
  };
  navigator.clipboard.writeText(location.href).then(
    () => say("Copied"),
    () => say("Copy it from the address bar"),
  );
});

/** The page: a clock, and three steps side by side. */
import { useSyncExternalStore } from "react";
import { Button } from "react-aria-components";
import { announcement, onAnnouncement } from "../announcements/announcements.ts";
import { Mark } from "../brand/mark.tsx";
import { Copy } from "../copying/copy.tsx";
import { ClockBand } from "./clock/clock-band.tsx";
import { useModel } from "./model-in-react.ts";
import { RequestPanel } from "./request/request-panel.tsx";
import { ResourcePanel } from "./resource/resource-panel.tsx";
import { TokenPanel } from "./tokens/token-panel.tsx";

export function Page() {
  return (
    <>
      <a className="skip" href="#resource">
        Skip to the resource
      </a>
      <Masthead />
      <Announcement />
      <CoreNotice />
      <ClockBand />
      <main className="panels">
        <ResourcePanel />
        <TokenPanel />
        <RequestPanel />
      </main>
      <footer className="foot">
        <p>
          Nothing that you do here is sent anywhere. A link carries the document and your choices, never a key, secret or token.
          Times are UTC.
        </p>
      </footer>
    </>
  );
}

function Masthead() {
  const model = useModel();
  return (
    <header className="masthead">
      <Mark />
      <h1>
        Audgate <span>playground</span>
      </h1>
      <p className="lede">
        Shape a resource, mint a token, knock at the gate. What decides here is the core that runs at the edge, compiled to
        WebAssembly; keys and secrets are made in this page and never leave it.
      </p>
      <div className="masthead-actions">
        <Copy className="button quiet" id="copy-link" text={() => location.href} label="link">
          Copy link
        </Copy>
        <Button className="button quiet" id="start-over" onPress={() => model.startOver()}>
          Start over
        </Button>
      </div>
    </header>
  );
}

/** What happened, in a sentence, for those who do not see where on the page it shows. */
function Announcement() {
  const said = useSyncExternalStore(onAnnouncement, announcement);
  return (
    <p className="unseen" id="announcement" role="status">
      {said?.text}
    </p>
  );
}

function CoreNotice() {
  const { core } = useModel();
  return (
    <p className={core.state === "failed" ? "notice failed" : "notice"} id="loading" role="status" hidden={core.state === "ready"}>
      {core.state === "failed" ? `The core could not be loaded: ${core.because}` : "Loading the core…"}
    </p>
  );
}

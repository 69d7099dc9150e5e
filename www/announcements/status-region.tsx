/** Tells what has just happened: shown for a while, and spoken by screen readers. */
import { useEffect, useSyncExternalStore } from "react";
import { Button } from "react-aria-components";
import { announcement, dismiss, onAnnouncement } from "./announcements.ts";

/** Long enough to read, in milliseconds; a refusal stays until it is closed. */
const SHOWN = 10_000;

export function StatusRegion() {
  const said = useSyncExternalStore(onAnnouncement, announcement);
  useEffect(() => {
    if (said === null || said.tone === "refused") {
      return;
    }
    const timer = setTimeout(dismiss, SHOWN);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div className="status-region" role="status" aria-live="polite">
      {said !== null && (
        <div className={`said ${said.tone}`} key={said.number}>
          <p>{said.text}</p>
          <Button className="button quiet" aria-label="Dismiss" onPress={dismiss}>
            ×
          </Button>
        </div>
      )}
    </div>
  );
}

/** The clock: what time it is here, and buttons that move it. */
import { byId } from "./dom.ts";
import { dateOf, inShort, timeOfDay } from "./duration.ts";
import type { Model } from "./model.ts";

export function showClock(model: Model): void {
  const { clock } = model;
  const time = byId("clock-time", HTMLTimeElement);
  const pastExpiry = byId("past-expiry", HTMLButtonElement);
  const realTime = byId("real-time", HTMLButtonElement);
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-advance]")) {
    button.addEventListener("click", () => model.change(() => clock.moveTo(clock.now + Number(button.dataset["advance"]))));
  }
  pastExpiry.addEventListener("click", () => model.change(() => clock.moveTo(refusedFrom(model) ?? clock.now)));
  realTime.addEventListener("click", () => model.change(() => clock.moveTo(clock.now - clock.ahead)));

  model.showTime(() => {
    time.dateTime = new Date(clock.now * 1_000).toISOString();
    time.textContent = timeOfDay(clock.now);
    byId("clock-date").textContent = `${dateOf(clock.now)} UTC`;
  });
  model.show(() => {
    const { ahead } = clock;
    byId("clock-ahead").textContent = ahead === 0 ? "In step with real time" : `${inShort(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} real time`;
    // Not `disabled`: that would take the focus away from under the finger that pressed it.
    realTime.setAttribute("aria-disabled", String(ahead === 0));
    pastExpiry.disabled = model.minted === undefined;
    pastExpiry.title = model.minted === undefined ? "There is no token yet" : "The moment from which the token is refused";
  });
}

/** The moment from which the minted token is refused, tolerance included. */
function refusedFrom(model: Model): number | undefined {
  return model.minted === undefined ? undefined : model.minted.token.claims.exp + model.clockTolerance;
}

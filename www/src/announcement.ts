/** What happened, in a sentence, for those who do not see where on the page it shows. */
import { byId } from "./dom.ts";
import type { Model } from "./model.ts";

export function announce(model: Model): void {
  const place = byId("announcement");
  let told: unknown[] = [];
  model.show(() => {
    const { minted, refused, sent, unsendable } = model;
    const before = told;
    told = [minted ?? refused, sent ?? unsendable];
    if (told[1] !== before[1]) {
      place.textContent = unsendable ?? ofRequest(model);
    } else if (told[0] !== before[0]) {
      place.textContent = refused === undefined ? ofToken(model) : `No token: ${refused.error}, ${refused.description}`;
    }
  });
}

function ofToken({ minted }: Model): string {
  return minted === undefined ? "" : `Token minted for ${minted.token.claims.aud}`;
}

function ofRequest({ sent }: Model): string {
  if (sent === undefined) {
    return "";
  }
  const { decision, exchange } = sent;
  return decision?.type === "deny" ? `Refused: ${decision.reason}, status ${exchange.status}` : `Allowed, status ${exchange.status}`;
}

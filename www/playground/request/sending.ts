/** From the visitor's choices to a request at the gate. */
import { announce } from "../../announcements/announcements.ts";
import { MintingFailed, tokenForAnotherResource } from "../tokens/minting.ts";
import type { Model } from "../model.ts";
import { API } from "../tenant/sample-tenant.ts";
import { tampered, type Token } from "../tokens/tokens.ts";

/** Sends the request as chosen, and shows the decision. */
export async function send(model: Model): Promise<void> {
  const { edge, choices } = model;
  if (edge === undefined) {
    return;
  }
  try {
    const { method, credentials, demand } = choices;
    const token = await chosenToken(model);
    const request = new Request(urlOf(choices.path), {
      method,
      ...(token !== undefined && { headers: { authorization: `Bearer ${token.encoded}` } }),
    });
    const { exchange, decision } = await edge.send(request, demand.split(/\s+/).filter(Boolean));
    model.change(() => {
      model.sent = { exchange, decision, token, credentials };
      model.unsendable = undefined;
      model.sendings += 1;
    });
    announce(decision?.type === "deny" ? `Refused: ${decision.reason}, status ${exchange.status}` : `Allowed, status ${exchange.status}`);
  } catch (error) {
    // `Request` throws a TypeError for URLs and methods that no browser sends.
    if (!(error instanceof Unsendable || error instanceof MintingFailed || error instanceof TypeError)) {
      throw error;
    }
    model.change(() => {
      model.sent = undefined;
      model.unsendable = error.message;
      model.sendings += 1;
    });
    announce(error.message);
  }
}

/** The URL of a request: a path of the shop's API, or a URL in full. */
export function urlOf(path: string): string {
  return /^[a-z][a-z0-9+.-]*:/i.test(path) ? path : `${API}/${path.replace(/^\//, "")}`;
}

class Unsendable extends Error {}

async function chosenToken(model: Model): Promise<Token | undefined> {
  const { choices, minted, resource } = model;
  switch (choices.credentials) {
    case "none":
      return undefined;
    case "other":
      return tokenForAnotherResource(model);
    case "minted":
    case "tampered":
      if (minted === undefined) {
        throw new Unsendable("There is no token yet. Mint one in step 2, or send the request without a token.");
      }
      return choices.credentials === "minted"
        ? minted.token
        : tampered(minted.token, resource?.scopes.map(({ name }) => name) ?? []);
  }
}

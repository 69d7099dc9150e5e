/** A token opened up: its three parts, its header and claims, and how long it is good for. */
import { element } from "./dom.ts";
import { dateOf, inWords, timeOfDay } from "./duration.ts";
import { exchangeView } from "./exchange-view.ts";
import type { Minted, Model } from "./model.ts";
import { tokenTime } from "./token-time.ts";
import type { Token } from "./tokens.ts";

const MEANINGS: Record<string, string> = {
  alg: "how it is signed",
  typ: "an access token, RFC 9068",
  kid: "the key of this page",
  iss: "who issued it",
  sub: "who asked",
  aud: "the resource, and only this one",
  jti: "this very token",
  client_id: "the client that got it",
  scope: "what it may do",
  tid: "the tenant",
  app_id: "the client’s application",
  sid: "the user’s session, its public name",
  roles: "the roles behind the scopes",
  management: "covers every application of the tenant",
  auth_time: "when the user logged in",
  amr: "how the user logged in",
};

/** Shows a token in `place`; answers what keeps its time up to date. */
export function showClaims(model: Model, { token, subject, exchange }: Minted, place: HTMLElement): () => void {
  const resource = model.inForce?.resources.find(({ uri }) => uri === token.claims.aud)?.name ?? "the default resource";
  const origin =
    exchange === undefined
      ? element("p", { class: "help" }, "This version has no login yet: the page signed the user’s token itself, with the issuer’s key.")
      : exchangeView("How it was issued", exchange);
  const { figure, draw } = tokenTime(model, token);
  place.replaceChildren(
    element("p", { class: "banner plain" }, element("b", {}, `${subject.id} → ${resource}`), element("code", {}, String(token.header["alg"]))),
    figure,
    table("Claims", token.claims),
    table("Header", token.header),
    encodedToken(token),
    origin,
  );
  draw();
  return draw;
}

function table(caption: string, members: Record<string, unknown>): HTMLTableElement {
  return element(
    "table",
    { class: "claims" },
    element("caption", {}, caption),
    element(
      "tbody",
      {},
      ...Object.entries(members).map(([name, value]) =>
        element(
          "tr",
          { class: name === "aud" ? "chief" : undefined },
          element("th", { scope: "row" }, element("code", {}, name)),
          element("td", {}, element("code", {}, shown(value)), element("small", {}, meaning(name, value, members))),
        ),
      ),
    ),
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function meaning(name: string, value: unknown, claims: Record<string, unknown>): string {
  if (typeof value === "number") {
    const moment = `${timeOfDay(value)}, ${dateOf(value)}`;
    return name === "exp" ? `${moment}: ${inWords(value - Number(claims["iat"]))} after issue` : moment;
  }
  return MEANINGS[name] ?? "";
}

function encodedToken({ encoded }: Token): HTMLElement {
  const parts = encoded.split(".").map((part, index) => element("span", { class: `part-${index}` }, part));
  const copied = element("span", { class: "copied", role: "status" });
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(encoded).then(
      () => (copied.textContent = "Copied"),
      () => (copied.textContent = "The browser does not let the page copy"),
    );
  };
  return element(
    "details",
    {},
    element("summary", {}, "Encoded"),
    element("p", { class: "encoded", tabindex: 0 }, parts[0], ".", parts[1], ".", parts[2]),
    element("p", {}, element("button", { type: "button", onclick: () => void copy() }, "Copy token"), " ", copied),
  );
}

/** The expirations of the resource and the user's session on one time line, from the first issue on. */
import { byId, drawing, element } from "./dom.ts";
import { inShort, inWords } from "./duration.ts";
import type { Model } from "./model.ts";

/** R30: the session's length is not anybody's to set. */
const SESSION = 1_209_600;
const TICKS = [
  [0, "issued"],
  [60, "1 min"],
  [300, "5 min"],
  [3_600, "1 h"],
  [86_400, "1 day"],
  [1_209_600, "14 days"],
  [7_776_000, "90 days"],
  [31_536_000, "1 year"],
  [315_360_000, "10 years"],
] as const;

interface Row {
  name: string;
  kind: string;
  seconds: number;
  says: string;
  /** Where renewal can carry it at most. */
  until?: number;
}

export function showTimeline(model: Model): void {
  const place = byId("timeline");
  const picture = element("div");
  const inText = element("ul", { class: "unseen" });
  place.replaceChildren(picture, inText);
  const draw = (): void => {
    if (place.clientWidth > 0) {
      picture.replaceChildren(drawn(rowsOf(model), ageOfToken(model), place.clientWidth));
    }
  };
  model.showTime(draw);
  new ResizeObserver(draw).observe(place);
  model.show(() => {
    const name = model.resource?.name ?? "this resource";
    byId("lifetimes-caption").textContent = `How long things last at ${name}`;
    inText.replaceChildren(
      ...rowsOf(model).map(({ name, seconds, says }) => element("li", {}, `${name}: ${seconds === 0 ? "not a number" : inWords(seconds)}, ${says}`)),
    );
  });
}

function rowsOf(model: Model): Row[] {
  const { resource } = model;
  const seconds = (value: number | string | undefined): number => (typeof value === "number" ? value : 0);
  const access = seconds(resource?.access_token_ttl);
  const refresh = seconds(resource?.refresh_token_ttl);
  const rotation = seconds(resource?.max_refresh_rotate);
  return [
    { name: "Access token", kind: "access_token_ttl", seconds: access, says: "then silent authentication, or a refresh" },
    {
      name: "Refresh token",
      kind: "refresh_token_ttl",
      seconds: refresh,
      until: rotation,
      says: "each use gives a new one",
    },
    {
      name: "Session expiration",
      kind: "max_refresh_rotate",
      seconds: rotation,
      says: "from the first one; then rotation ends",
    },
    { name: "User’s session", kind: "session", seconds: SESSION, says: "fixed; begins anew at each authentication" },
  ];
}

/** Seconds since the minted token was issued; `undefined` without a token. */
function ageOfToken(model: Model): number | undefined {
  return model.minted === undefined ? undefined : model.clock.now - model.minted.token.claims.iat;
}

function drawn(rows: Row[], age: number | undefined, width: number): SVGElement {
  const narrow = width < 560;
  const left = narrow ? 0 : 196;
  const right = width - 24;
  const said = width < 860 ? 0 : 250;
  const rowHeight = narrow ? 36 : 27;
  const top = narrow ? 34 : 20;
  const bottom = top + rows.length * rowHeight;
  const longest = Math.max(86_400, age ?? 0, ...rows.map(({ seconds, until }) => Math.max(seconds, until ?? 0)));
  const x = scale(longest * 1.15, left + 1, right - said);

  // Labels that would touch the one before them are left out.
  let free = 0;
  const grid = TICKS.filter(([seconds]) => x(seconds) <= right - said).flatMap(([seconds, label]) => {
    const at = x(seconds);
    const half = label.length * 3.4;
    const anchor = seconds === 0 ? "start" : at + half > width ? "end" : "middle";
    const from = { start: at, middle: at - half, end: at - 2 * half }[anchor];
    const fits = from >= free;
    free = fits ? from + 2 * half + 8 : free;
    return [
      drawing("line", { class: "grid", x1: at, x2: at, y1: top, y2: bottom }),
      fits && drawing("text", { class: "tick", x: at, y: bottom + 15, "text-anchor": anchor }, label),
    ];
  });
  const bars = rows.flatMap(({ name, kind, seconds, says, until }, index) => {
    const y = top + index * rowHeight + (narrow ? 20 : 8);
    const over = age !== undefined && age >= seconds;
    const end = Math.max(x(seconds), left + 3);
    return [
      drawing("text", { class: "row", x: narrow ? 9 : 0, y: narrow ? y - 5 : y + 10 }, name),
      drawing("text", { class: "says", x: narrow ? width - 2 : left - 14, y: narrow ? y - 5 : y + 10, "text-anchor": "end" }, seconds === 0 ? "–" : inShort(seconds)),
      until !== undefined && x(until) > end && drawing("line", { class: `renewal ${kind}`, x1: end, x2: x(until), y1: y + 6, y2: y + 6 }),
      drawing("rect", { class: `bar ${kind}${over ? " over" : ""}`, x: left + 1, y, width: end - left - 1, height: 12, rx: 2 }),
      said > 0 && drawing("text", { class: "says", x: right - said + 12, y: y + 10 }, says),
    ];
  });
  return drawing(
    "svg",
    { width, height: bottom + 22, viewBox: `0 0 ${width} ${bottom + 22}`, "aria-hidden": "true" },
    ...grid,
    ...bars,
    ...(age === undefined ? [] : marker(x(Math.max(0, age)), age, top, bottom, right)),
  );
}

function marker(at: number, age: number, top: number, bottom: number, right: number): SVGElement[] {
  const label = age < 1 ? "now, just issued" : `now, ${inShort(Math.max(0, age))} after issue`;
  const anchor = at > right - 150 ? "end" : at < 240 ? "start" : "middle";
  return [
    drawing("line", { class: "now", x1: at, x2: at, y1: top - 4, y2: bottom }),
    drawing("circle", { class: "now-head", cx: at, cy: top - 4, r: 3.5 }),
    drawing("text", { class: "now-label", x: anchor === "middle" ? at : anchor === "end" ? at - 9 : at + 9, y: top - 7 + (anchor === "middle" ? -4 : 3), "text-anchor": anchor }, label),
  ];
}

/** Near the issue minutes count, far from it years: linear at first, then logarithmic. */
function scale(longest: number, left: number, right: number): (seconds: number) => number {
  const position = (seconds: number): number => Math.log1p(seconds / 20);
  const width = (right - left) / position(longest);
  return (seconds) => Math.round((left + position(seconds) * width) * 10) / 10;
}

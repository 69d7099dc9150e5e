/** How long a token is still good: issued, now, expires, clock tolerance, on a bar that moves with the clock. */
import { drawing, element } from "./dom.ts";
import { inShort, timeOfDay } from "./duration.ts";
import type { Model } from "./model.ts";
import type { Token } from "./tokens.ts";

const HEIGHT = 46;
/** The share of the bar that the token's life takes; tolerance and what follows it take the rest. */
const LIFE = 0.8;
const TOLERANCE = 0.08;

/** The figure, and what draws it anew when time has passed. */
export function tokenTime(model: Model, { claims }: Token): { figure: HTMLElement; draw: () => void } {
  const says = element("p", { class: "token-time-says" });
  const bar = element("div", { class: "token-time-bar" });
  const figure = element("figure", { class: "token-time" }, says, bar);
  const { iat, exp } = claims;
  const draw = (): void => {
    const { now } = model.clock;
    const tolerance = model.clockTolerance;
    const state = now < iat - tolerance ? "early" : now < exp ? "good" : now < exp + tolerance ? "tolerated" : "over";
    figure.dataset["state"] = state;
    says.textContent = {
      early: `Not valid yet: issued ${inShort(iat - now)} from now`,
      good: `Good for another ${inShort(exp - now)}`,
      tolerated: `Expired; tolerated for another ${inShort(exp + tolerance - now)}`,
      over: `Refused: expired ${inShort(now - exp)} ago`,
    }[state];
    if (bar.clientWidth > 0) {
      bar.replaceChildren(drawn(iat, exp, tolerance, now, bar.clientWidth));
    }
  };
  new ResizeObserver(draw).observe(bar);
  return { figure, draw };
}

function drawn(iat: number, exp: number, tolerance: number, now: number, width: number): SVGElement {
  const inner = width - 2;
  const end = inner * LIFE;
  const refused = end + inner * TOLERANCE;
  const at =
    now <= exp
      ? Math.max(0, ((now - iat) / (exp - iat)) * end)
      : now <= exp + tolerance
        ? end + ((now - exp) / Math.max(1, tolerance)) * (refused - end)
        : Math.min(inner, refused + inner * 0.04);
  return drawing(
    "svg",
    { width, height: HEIGHT, viewBox: `-1 0 ${width} ${HEIGHT}`, "aria-hidden": "true" },
    drawing("rect", { class: "life", x: 0, y: 10, width: end, height: 12, rx: 2 }),
    drawing("rect", { class: "life spent", x: 0, y: 10, width: Math.min(at, end), height: 12, rx: 2 }),
    drawing("rect", { class: "tolerance", x: end, y: 10, width: refused - end, height: 12 }),
    drawing("line", { class: "end", x1: end, x2: end, y1: 6, y2: 26 }),
    drawing("line", { class: "now", x1: at, x2: at, y1: 4, y2: 26 }),
    drawing("circle", { class: "now-head", cx: at, cy: 5, r: 3.5 }),
    drawing("text", { class: "tick", x: 0, y: 40 }, `issued ${timeOfDay(iat)}`),
    drawing("text", { class: "tick", x: end, y: 40, "text-anchor": "end" }, `expires ${timeOfDay(exp)}`),
    drawing("text", { class: "tick", x: inner, y: 40, "text-anchor": "end" }, `+${inShort(tolerance)}`),
  );
}

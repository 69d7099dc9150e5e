/** What the gate decided, why, and what the caller got. */
import { drawing, element, withCode } from "./dom.ts";
import { timeOfDay } from "./duration.ts";
import { responseText } from "./exchange-view.ts";
import type { Credentials, Model, Sent } from "./model.ts";
import { type Step, stepsOf } from "./steps.ts";

const WITH: Record<Credentials, string> = {
  minted: "the minted token",
  none: "no token",
  tampered: "a tampered token",
  other: "another resource’s token",
};

export function showDecision(model: Model, place: HTMLElement): void {
  let shown: unknown = place;
  model.show(() => {
    const { sent, unsendable } = model;
    if (shown === (sent ?? unsendable)) {
      return;
    }
    shown = sent ?? unsendable;
    if (sent !== undefined) {
      place.replaceChildren(...decisionView(model, sent));
    } else if (unsendable !== undefined) {
      place.replaceChildren(element("p", { class: "empty attention" }, unsendable));
    } else {
      place.replaceChildren(
        element("p", { class: "empty" }, "Nothing sent yet. The gate’s decision shows here with every step that led to it."),
      );
    }
  });
}

function decisionView(model: Model, { exchange, decision, token, credentials }: Sent): HTMLElement[] {
  const { request, status } = exchange;
  const trace = decision?.type === "respond" ? undefined : decision?.trace;
  const { verdict, word, reason } = verdictOf(decision?.type, trace?.outcome);
  const { pathname } = new URL(request.url);
  const at = trace === undefined ? "" : ` at ${timeOfDay(trace.decided_at)}`;
  return [
    element(
      "p",
      { class: `banner ${verdict}` },
      gateDrawing(verdict),
      element("b", {}, word),
      reason === "" ? undefined : element("code", { id: "reason" }, reason),
      element("span", { class: "status" }, String(status)),
    ),
    element("p", { class: "help" }, element("code", {}, `${request.method} ${pathname}`), ` with ${WITH[credentials]}${at}`),
    ...(trace === undefined ? [] : [stepList(stepsOf(trace, token, model.clockTolerance))]),
    element("h3", {}, "Response"),
    element("pre", { id: "response", tabindex: 0 }, responseText(exchange)),
  ];
}

function verdictOf(type: string | undefined, outcome: string | undefined): { verdict: string; word: string; reason: string } {
  switch (type) {
    case "allow":
      return { verdict: "allow", word: "Allowed", reason: "" };
    case "deny":
      return { verdict: "deny", word: "Refused", reason: outcome ?? "" };
    case "respond":
      return { verdict: "plain", word: "Answered by the gate itself", reason: "" };
    default:
      return { verdict: "deny", word: "Not decided", reason: "" };
  }
}

/** The mark of the page with its bar up or down. */
function gateDrawing(verdict: string): SVGElement {
  return drawing(
    "svg",
    { class: "gate", viewBox: "0 0 32 32", "aria-hidden": "true" },
    drawing("path", { d: "M7 27V14.500a9 9 0 0 1 18 0V27" }),
    drawing("path", { class: "gate-bar", d: verdict === "deny" ? "M7 20H25" : "M7 20 19 10.500" }),
  );
}

function stepList(steps: Step[]): HTMLElement {
  const marks = { passed: "✓", failed: "✕", skipped: "" };
  const spoken = { passed: "passed", failed: "failed", skipped: "not looked at" };
  return element(
    "ol",
    { class: "steps", "aria-label": "Steps of the decision" },
    ...steps.map(({ name, state, says }) =>
      element(
        "li",
        { class: state },
        element("span", { class: "mark-of-step", "aria-hidden": "true" }, marks[state]),
        element("b", {}, name),
        element("span", { class: "unseen" }, ` ${spoken[state]}: `),
        element("span", { class: "says" }, ...withCode(says)),
      ),
    ),
  );
}

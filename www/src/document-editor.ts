/** The whole document as text, and what the core says of it. */
import type { Fault } from "audgate";
import { byId, element, setValue, withCode } from "./dom.ts";
import { positionOf } from "./json-position.ts";
import type { Model } from "./model.ts";

export function showDocumentEditor(model: Model): void {
  const text = byId("document", HTMLTextAreaElement);
  const editors = { form: byId("form-editor"), document: byId("document-editor") };
  const choices = [...byId("editor-switch").querySelectorAll("input")];
  const open = (which: string): void => {
    editors.form.hidden = which !== "form";
    editors.document.hidden = which !== "document";
    for (const choice of choices) {
      choice.checked = choice.value === which;
    }
  };
  for (const choice of choices) {
    choice.addEventListener("change", () => open(choice.value));
  }
  text.addEventListener("input", () => model.edit(text.value));
  model.show(() => setValue(text, model.text));
  showVerdict(model);
  showFaults(model, (fault) => {
    open("document");
    select(text, model.text, fault);
  });
}

function showVerdict(model: Model): void {
  const verdict = byId("document-verdict");
  model.show(() => {
    const { faults, edge } = model;
    const count = faults.length;
    verdict.className = count === 0 ? "good" : "bad";
    verdict.textContent =
      edge === undefined
        ? ""
        : count === 0
          ? "In force: the gate goes by this document."
          : `${count} ${count === 1 ? "fault" : "faults"}. Not in force: the gate goes on with the last good document.`;
  });
}

function showFaults(model: Model, follow: (fault: Fault) => void): void {
  const list = byId("faults");
  let shown = "[]";
  model.show(() => {
    const key = JSON.stringify(model.faults);
    if (key === shown) {
      return;
    }
    shown = key;
    list.replaceChildren(
      ...model.faults.map((fault) =>
        element(
          "li",
          {},
          element("button", { type: "button", class: "fault-path", onclick: () => follow(fault) }, fault.path),
          element("p", {}, ...withCode(fault.problem)),
          element("p", { class: "expected" }, "Expected: ", ...withCode(fault.expected)),
        ),
      ),
    );
  });
}

/** Selects what is at fault: by its path, or by line and column where the text cannot be read. */
function select(field: HTMLTextAreaElement, text: string, { path, problem }: Fault): void {
  const [start, end] = positionOf(text, path) ?? placeInText(text, problem);
  field.focus();
  field.setSelectionRange(start, end);
  // Browsers do not agree on scrolling to a selection in a text area.
  const lines = text.split("\n");
  const line = text.slice(0, start).split("\n").length - 1;
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, line - 4);
}

function placeInText(text: string, problem: string): [number, number] {
  const [, line = "1"] = /line (\d+)/.exec(problem) ?? [];
  const lines = text.split("\n");
  const start = lines.slice(0, Number(line) - 1).join("\n").length + (line === "1" ? 0 : 1);
  return [start, start + (lines[Number(line) - 1]?.length ?? 0)];
}

/** The whole document as text. */
import type { RefObject } from "react";
import { Label, Text, TextArea, TextField } from "react-aria-components";
import type { Fault } from "../../form/fault.ts";
import { useModel } from "../model-in-react.ts";
import { positionOf } from "./json-position.ts";

export function DocumentEditor({ place }: { place: RefObject<HTMLTextAreaElement | null> }) {
  const model = useModel();
  return (
    <TextField className="field" id="document" value={model.text} onChange={(text) => model.edit(text)}>
      <Label>The tenant’s document</Label>
      <Text slot="description" className="help">
        Resources, roles, clients and users in one file. <code>{"${…}"}</code> stands for what this page makes: its public key, and the
        hashes of client secrets.
      </Text>
      <TextArea ref={place} className="input code" rows={28} spellCheck="false" autoCapitalize="off" wrap="off" />
    </TextField>
  );
}

/** Selects what is at fault: by its path, or by line and column where the text cannot be read. */
export function selectFault(field: HTMLTextAreaElement, text: string, { path, problem }: Fault): void {
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

/** The resource: in a form, or as the tenant's whole document. */
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Radio, RadioGroup } from "react-aria-components";
import type { Fault } from "../../form/fault.ts";
import { useModel } from "../model-in-react.ts";
import { DocumentEditor, selectFault } from "./document-editor.tsx";
import { ResourceForm } from "./resource-form.tsx";
import { Verdict } from "./verdict.tsx";

export function ResourcePanel() {
  const model = useModel();
  const [editor, setEditor] = useState<"form" | "document">("form");
  const text = useRef<HTMLTextAreaElement>(null);
  const follow = (fault: Fault): void => {
    flushSync(() => setEditor("document"));
    if (text.current !== null) {
      selectFault(text.current, model.text, fault);
    }
  };
  return (
    <section className="panel" id="resource" aria-labelledby="resource-heading" tabIndex={-1}>
      <div className="panel-head">
        <h2 id="resource-heading">
          <span className="step">1</span> Resource
        </h2>
        <RadioGroup
          className="switch"
          id="editor-switch"
          aria-label="How to edit"
          name="editor"
          orientation="horizontal"
          value={editor}
          onChange={(value) => setEditor(value === "document" ? "document" : "form")}
        >
          <Radio value="form">Form</Radio>
          <Radio value="document">Document</Radio>
        </RadioGroup>
      </div>
      <div id="form-editor" hidden={editor !== "form"}>
        <ResourceForm />
      </div>
      <div id="document-editor" hidden={editor !== "document"}>
        <DocumentEditor place={text} />
      </div>
      <Verdict follow={follow} />
    </section>
  );
}

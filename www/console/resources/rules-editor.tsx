/** The rules of a resource's gate: as rows, or as the JSON that they are. */
import { useRef, useState } from "react";
import { Button, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { RuleRow } from "../../rules/rule-row.tsx";
import type { Rule } from "../api/wire.ts";
import { FaultsAt, TextInput } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Section } from "../shell/page.tsx";

export function RulesEditor({ draft }: { draft: Draft<"resource"> }) {
  const [form, setForm] = useState<"rows" | "json">("rows");
  return (
    <Section
      title="Rules"
      help="A path below the URI and a method need scopes, of certain subjects. The most specific rule decides; what no rule names is refused."
      actions={
        <ToggleButtonGroup
          className="switch"
          aria-label="How to edit the rules"
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[form]}
          onSelectionChange={(keys) => setForm(keys.has("json") ? "json" : "rows")}
        >
          <ToggleButton id="rows">Rows</ToggleButton>
          <ToggleButton id="json">JSON</ToggleButton>
        </ToggleButtonGroup>
      }
    >
      {form === "rows" ? <RuleRows draft={draft} /> : <RuleText draft={draft} />}
    </Section>
  );
}

function RuleRows({ draft }: { draft: Draft<"resource"> }) {
  const rules = draft.value.rules ?? [];
  const place = useRef<HTMLUListElement>(null);
  const change = (index: number, rule: Rule): void => draft.set({ rules: rules.map((each, at) => (at === index ? rule : each)) });
  const add = (): void => {
    draft.set({ rules: [...rules, { methods: ["GET", "HEAD"], path: "/**", scopes: [] }] });
    requestAnimationFrame(() => place.current?.querySelector<HTMLInputElement>("li:last-child input")?.focus());
  };
  return (
    <>
      <ul className="rows" ref={place}>
        {rules.map((rule, index) => (
          <li key={index}>
            <RuleRow rule={rule} index={index} onChange={(changed) => change(index, changed as Rule)} onRemove={() => draft.set({ rules: rules.filter((_, at) => at !== index) })} />
            <FaultsAt path={`rules[${index}]`} />
          </li>
        ))}
      </ul>
      <Button className="button" onPress={add}>
        Add rule
      </Button>
    </>
  );
}

function RuleText({ draft }: { draft: Draft<"resource"> }) {
  const [typed, setTyped] = useState(() => JSON.stringify(draft.value.rules ?? [], null, 2));
  const [problem, setProblem] = useState<string | null>(null);
  const change = (text: string): void => {
    setTyped(text);
    try {
      const rules: unknown = JSON.parse(text);
      if (!Array.isArray(rules)) {
        throw new SyntaxError("rules are an array");
      }
      setProblem(null);
      draft.set({ rules: rules as Rule[] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <TextInput
      path="rules"
      label="Rules as JSON"
      value={typed}
      onChange={change}
      lines={Math.min(28, Math.max(8, typed.split("\n").length))}
      code
      echo={problem === null ? "Read as typed." : <span className="fault-at">This is no JSON yet, and not taken: {problem}</span>}
    />
  );
}

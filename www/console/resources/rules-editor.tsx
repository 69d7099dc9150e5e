/** The rules of a resource's gate: as rows, or as the JSON that they are. */
import { useRef, useState } from "react";
import { Button, Input, TextField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Rule, SubjectKind } from "../api/wire.ts";
import { FaultsAt, TextInput } from "../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Section } from "../shell/page.tsx";

const SUBJECTS: readonly (readonly [string, string])[] = [
  ["", "any token"],
  ["user", "users"],
  ["client", "clients"],
  ["management", "management"],
  ["user management", "users, management"],
  ["client management", "clients, management"],
  ["user client", "users, clients"],
  ["public", "public: no token"],
];

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
            <RuleRow rule={rule} number={index + 1} onChange={(changed) => change(index, changed)} onRemove={() => draft.set({ rules: rules.filter((_, at) => at !== index) })} />
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

interface RuleRowProps {
  rule: Rule;
  number: number;
  onChange: (rule: Rule) => void;
  onRemove: () => void;
}

function RuleRow({ rule, number, onChange, onRemove }: RuleRowProps) {
  const subjects = rule.public === true ? "public" : (rule.subjects ?? []).join(" ");
  const known = SUBJECTS.some(([value]) => value === subjects);
  const setSubjects = (value: string): void => {
    const { subjects: _, public: __, ...rest } = rule;
    if (value === "public") {
      const { scopes: ___, ...open } = rest;
      onChange({ ...open, public: true });
    } else {
      onChange(value === "" ? rest : { ...rest, subjects: value.split(" ") as SubjectKind[] });
    }
  };
  return (
    <div className="rule-row">
      <Words label={`Methods of rule ${number}`} value={rule.methods} placeholder="GET HEAD" onChange={(methods) => onChange({ ...rule, methods: methods.map((method) => method.toUpperCase()) })} />
      <TextField aria-label={`Path of rule ${number}`} value={rule.path} onChange={(path) => onChange({ ...rule, path })}>
        <Input className="input code" placeholder="/users/{sub}/**" spellCheck="false" autoCapitalize="off" />
      </TextField>
      {rule.public === true ? (
        <span className="help no-scopes">no token, no scopes</span>
      ) : (
        <Words label={`Scopes of rule ${number}`} value={rule.scopes ?? []} placeholder="no scope needed" onChange={(scopes) => onChange({ ...rule, scopes })} />
      )}
      <select className="input" aria-label={`Subjects of rule ${number}`} value={subjects} onChange={(event) => setSubjects(event.currentTarget.value)}>
        {(known ? SUBJECTS : [...SUBJECTS, [subjects, subjects] as const]).map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <Button className="button quiet remove" aria-label={`Remove rule ${number}`} onPress={onRemove}>
        ×
      </Button>
    </div>
  );
}

/** Words with spaces between them; what is being typed is left alone. */
function Words({ label, value, placeholder, onChange }: { label: string; value: string[]; placeholder: string; onChange: (words: string[]) => void }) {
  const [typed, setTyped] = useState(value.join(" "));
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");
  const shown = words(typed).join(" ").toLowerCase() === value.join(" ").toLowerCase() ? typed : value.join(" ");
  return (
    <TextField
      aria-label={label}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange(words(text));
      }}
    >
      <Input className="input code" placeholder={placeholder} spellCheck="false" autoCapitalize="off" />
    </TextField>
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

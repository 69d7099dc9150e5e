/** A rule of a resource's gate as a row of fields. */
import { useState } from "react";
import { Button, Input, TextField } from "react-aria-components";
import { useFaultsAt } from "../form/faults.tsx";

/** As tenant documents and the API write it. */
export interface Rule {
  methods: string[];
  path: string;
  scopes?: string[];
  subjects?: string[];
  public?: boolean;
}

/** What the choice of subjects writes into a rule, and its words. */
const SUBJECTS: readonly (readonly [string, string])[] = [
  ["", "any subject"],
  ["user", "users"],
  ["client", "clients"],
  ["management", "management"],
  ["user management", "users, management"],
  ["client management", "clients, management"],
  ["user client", "users, clients"],
  ["public", "public, no token"],
];

interface RuleRowProps {
  rule: Rule;
  /** Its place among the rules of the resource, from 0. */
  index: number;
  onChange: (rule: Rule) => void;
  onRemove: () => void;
}

export function RuleRow({ rule, index, onChange, onRemove }: RuleRowProps) {
  const number = index + 1;
  const place = `rules[${index}]`;
  const areSubjectsFaulty = useFaultsAt(`${place}.subjects`).length > 0;
  const subjects = rule.public === true ? "public" : (rule.subjects ?? []).join(" ");
  const known = SUBJECTS.some(([value]) => value === subjects);
  const setSubjects = (value: string): void => {
    const { subjects: _, public: __, ...rest } = rule;
    if (value === "public") {
      const { scopes: ___, ...open } = rest;
      onChange({ ...open, public: true });
    } else {
      onChange(value === "" ? rest : { ...rest, subjects: value.split(" ") });
    }
  };
  return (
    <div className="rule-row">
      <Words className="rule-methods" path={`${place}.methods`} label={`Methods of rule ${number}`} value={rule.methods} placeholder="GET HEAD" onChange={(methods) => onChange({ ...rule, methods: methods.map((method) => method.toUpperCase()) })} />
      <Part className="rule-path" path={`${place}.path`} label={`Path of rule ${number}`} value={rule.path} placeholder="/users/{sub}/**" onChange={(path) => onChange({ ...rule, path })} />
      {rule.public === true ? (
        <span className="help no-scopes">no token, no scopes</span>
      ) : (
        <Words className="rule-scopes" path={`${place}.scopes`} label={`Scopes of rule ${number}`} value={rule.scopes ?? []} placeholder="no scope needed" onChange={(scopes) => onChange({ ...rule, scopes })} />
      )}
      <select className="input rule-subjects" aria-invalid={areSubjectsFaulty || undefined} aria-label={`Subjects of rule ${number}`} value={subjects} onChange={(event) => setSubjects(event.currentTarget.value)}>
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

interface PartProps<Value> {
  className: string;
  /** As faults name it. */
  path: string;
  label: string;
  value: Value;
  placeholder: string;
  onChange: (value: Value) => void;
}

/** Words with spaces between them; what is being typed is left alone. */
function Words({ value, onChange, ...part }: PartProps<string[]>) {
  const [typed, setTyped] = useState(value.join(" "));
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");
  const shown = words(typed).join(" ").toLowerCase() === value.join(" ").toLowerCase() ? typed : value.join(" ");
  return (
    <Part
      {...part}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange(words(text));
      }}
    />
  );
}

function Part({ className, path, label, value, placeholder, onChange }: PartProps<string>) {
  const isInvalid = useFaultsAt(path).length > 0;
  return (
    <TextField aria-label={label} value={value} onChange={onChange} isInvalid={isInvalid} validationBehavior="aria" autoComplete="off">
      <Input className={`input code ${className}`} placeholder={placeholder} spellCheck="false" autoCapitalize="off" />
    </TextField>
  );
}

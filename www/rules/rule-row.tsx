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
  acr_values?: string[];
  max_age?: number;
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
      const { scopes: ___, acr_values: ____, max_age: _____, ...open } = rest;
      onChange({ ...open, public: true });
    } else {
      onChange(value === "" ? rest : { ...rest, subjects: value.split(" ") });
    }
  };
  // Only a user can be asked to log in again. Where a rule for others says so all the same, it has to be seen to be undone.
  const hasLogin = subjects === "user" || rule.acr_values !== undefined || rule.max_age !== undefined;
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
      {hasLogin && <LoginOfRule rule={rule} number={number} place={place} onChange={onChange} />}
    </div>
  );
}

/** How and how recently the user must have logged in (RFC 9470); nothing typed is nothing asked. */
function LoginOfRule({ rule, number, place, onChange }: { rule: Rule; number: number; place: string; onChange: (rule: Rule) => void }) {
  const { acr_values: values, max_age: age, ...others } = rule;
  const set = (changed: Pick<Rule, "acr_values" | "max_age">): void => onChange({ ...others, ...changed });
  const ownValues = values === undefined ? {} : { acr_values: values };
  const ownAge = age === undefined ? {} : { max_age: age };
  return (
    <div className="rule-login">
      <Part className="rule-max-age" path={`${place}.max_age`} label={`Seconds since the login for rule ${number}`} value={age === undefined ? "" : String(age)} placeholder="login any time ago, or seconds" onChange={(text) => set({ ...ownValues, ...ageOf(text, age) })} />
      <Words className="rule-acr" path={`${place}.acr_values`} label={`Authentication contexts (acr) for rule ${number}`} value={values ?? []} placeholder="any acr" onChange={(typed) => set({ ...(typed.length === 0 ? {} : { acr_values: typed }), ...ownAge })} />
    </div>
  );
}

/** What is no number is not taken, and what was there stays. */
function ageOf(text: string, before: number | undefined): Pick<Rule, "max_age"> {
  if (text.trim() === "") return {};
  const age = Number(text);
  if (Number.isInteger(age)) return { max_age: age };
  return before === undefined ? {} : { max_age: before };
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

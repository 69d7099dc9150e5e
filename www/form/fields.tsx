/** Fields with a label, a description and the faults that belong to them. */
import { type ReactNode, useId } from "react";
import { Checkbox, CheckboxGroup, FieldError, Input, Label, Radio, RadioGroup, Text, TextArea, TextField } from "react-aria-components";
import { FaultText, useFaultsAt } from "./faults.tsx";

interface FieldProps {
  /** The member, as faults name it. */
  path: string;
  label: string;
  description?: ReactNode;
}

interface TextInputProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  /** Written by machines: a URI, an identifier. */
  code?: boolean;
  lines?: number;
  isReadOnly?: boolean;
  isRequired?: boolean;
  type?: "text" | "email";
  placeholder?: string;
  /** Under the field, beside nothing else: what was understood. */
  echo?: ReactNode;
  id?: string;
  /** Beside the label, in fewer words than a description. */
  hint?: ReactNode;
  /** In the field, before what is typed. */
  before?: string;
  /** The `datalist` with what could be typed. */
  list?: string;
}

export function TextInput(props: TextInputProps) {
  const { path, label, description, value, onChange, code = false, lines = 1, isReadOnly = false, isRequired = false, type = "text", placeholder = "", echo, id, hint, before, list } = props;
  const faults = useFaultsAt(path);
  const spelling = code ? { spellCheck: "false" as const, autoCapitalize: "off" as const } : {};
  const className = code ? "input code" : "input";
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={faults.length > 0}
      isReadOnly={isReadOnly}
      isRequired={isRequired}
      type={type}
      autoComplete="off"
      validationBehavior="aria"
      {...(id !== undefined && { id })}
    >
      <Label>
        {label}
        {hint !== undefined && <span className="hint"> {hint}</span>}
      </Label>
      {lines > 1 ? (
        <TextArea className={className} rows={lines} placeholder={placeholder} wrap={code ? "off" : "soft"} {...spelling} />
      ) : before === undefined ? (
        <Input className={className} placeholder={placeholder} {...(list !== undefined && { list })} {...spelling} />
      ) : (
        <div className="affixed">
          <span className="affix" aria-hidden="true">
            {before}
          </span>
          <Input className={className} placeholder={placeholder} {...spelling} />
        </div>
      )}
      {echo !== undefined && <div className="echo">{echo}</div>}
      {description !== undefined && (
        <Text slot="description" className="help">
          {description}
        </Text>
      )}
      <FieldError className="fault-at">{() => faults.map((fault) => <FaultLine key={fault.path + fault.problem} path={path} fault={fault} />)}</FieldError>
    </TextField>
  );
}

function FaultLine({ path, fault }: { path: string; fault: Parameters<typeof FaultText>[0]["fault"] }) {
  const inside = fault.path.slice(path.length + 2);
  return (
    <span className="fault-line">
      {inside !== "" && <code>{inside}</code>} <FaultText fault={fault} />
    </span>
  );
}

/** Faults of a part of the form that is no single field. */
export function FaultsAt({ path }: { path: string }) {
  const faults = useFaultsAt(path);
  if (faults.length === 0) {
    return null;
  }
  return (
    <p className="fault-at">
      {faults.map((fault) => (
        <FaultLine key={fault.path + fault.problem} path={path} fault={fault} />
      ))}
    </p>
  );
}

interface Choice<Value extends string> {
  value: Value;
  name: string;
  /** What kind of thing it is, in a word beside its name. */
  kind?: string;
  says?: string;
}

/** One of a few, all of them in sight. */
export function OneOf<Value extends string>(
  props: FieldProps & { value: Value; onChange: (value: Value) => void; choices: readonly Choice<Value>[]; isReadOnly?: boolean; name?: string },
) {
  const { path, label, description, value, onChange, choices, isReadOnly = false, name } = props;
  const faults = useFaultsAt(path);
  return (
    <RadioGroup
      className="field"
      value={value}
      onChange={(chosen) => onChange(chosen as Value)}
      isInvalid={faults.length > 0}
      isReadOnly={isReadOnly}
      validationBehavior="aria"
      {...(name !== undefined && { name })}
    >
      <Label>{label}</Label>
      {description !== undefined && (
        <Text slot="description" className="help">
          {description}
        </Text>
      )}
      <div className="choices">
        {choices.map(({ value: each, name, kind, says }) => (
          <Radio key={each} value={each} className="choice">
            <span className="dot" aria-hidden="true" />
            <span>
              {name}
              {kind !== undefined && <small className="kind"> {kind}</small>}
              {says !== undefined && <small>{says}</small>}
            </span>
          </Radio>
        ))}
      </div>
      <FieldError className="fault-at">{() => faults.map((fault) => <FaultLine key={fault.path + fault.problem} path={path} fault={fault} />)}</FieldError>
    </RadioGroup>
  );
}

/** Some of a few. */
export function SomeOf(
  props: FieldProps & { value: string[]; onChange: (value: string[]) => void; choices: readonly Choice<string>[]; isCode?: boolean; isLabelUnseen?: boolean },
) {
  const { path, label, description, value, onChange, choices, isCode = false, isLabelUnseen = false } = props;
  const faults = useFaultsAt(path);
  return (
    <CheckboxGroup className="field" value={value} onChange={onChange} isInvalid={faults.length > 0} validationBehavior="aria">
      <Label className={isLabelUnseen ? "unseen" : "label"}>{label}</Label>
      {description !== undefined && (
        <Text slot="description" className="help">
          {description}
        </Text>
      )}
      <div className="choices beside">
        {choices.map(({ value: each, name, says }) => (
          <Checkbox key={each} value={each} className="choice">
            <Tick />
            <span className={isCode ? "code" : ""}>
              {name}
              {says !== undefined && says !== "" && <small>{says}</small>}
            </span>
          </Checkbox>
        ))}
      </div>
      <FieldError className="fault-at">{() => faults.map((fault) => <FaultLine key={fault.path + fault.problem} path={path} fault={fault} />)}</FieldError>
    </CheckboxGroup>
  );
}

export function Yes({ label, says, value, onChange }: { label: string; says?: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <Checkbox className="choice" isSelected={value} onChange={onChange}>
      <Tick />
      <span>
        {label}
        {says !== undefined && <small>{says}</small>}
      </span>
    </Checkbox>
  );
}

export function Tick() {
  return (
    <span className="tick" aria-hidden="true">
      <svg viewBox="0 0 12 12">
        <path d="M2.500 6.500 5 9 9.500 3.500" />
      </svg>
    </span>
  );
}

/** One of several in a list of the platform. */
export function Pick(props: FieldProps & { value: string; onChange: (value: string) => void; choices: readonly Choice<string>[]; id?: string; isCode?: boolean }) {
  const { path, label, description, value, onChange, choices, isCode = false } = props;
  const faults = useFaultsAt(path);
  const ownId = useId();
  const id = props.id ?? ownId;
  const described = [description !== undefined && `${id}-help`, faults.length > 0 && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={isCode ? "input code" : "input"}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        aria-invalid={faults.length > 0 || undefined}
        aria-describedby={described || undefined}
      >
        {choices.map(({ value: each, name }) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
      {description !== undefined && (
        <p id={`${id}-help`} className="help">
          {description}
        </p>
      )}
      <p id={`${id}-fault`} className="fault-at">
        {faults.map((fault) => (
          <FaultLine key={fault.path + fault.problem} path={path} fault={fault} />
        ))}
      </p>
    </div>
  );
}

/** Several texts, one a line. */
export function Lines(props: Omit<TextInputProps, "value" | "onChange"> & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const { value, onChange, ...rest } = props;
  return <TextInput {...rest} lines={rest.lines ?? 3} value={value.join("\n")} onChange={(text) => onChange(text === "" ? [] : text.split("\n"))} />;
}

/** A span of time as people type it, and what it is in seconds. */
import { type ReactNode, useState } from "react";
import { grouped, inWords, parsedSpan, spanText } from "../../time/spans.ts";
import { TextInput } from "../../form/fields.tsx";

interface SpanInputProps {
  path: string;
  label: string;
  description: ReactNode;
  /** Seconds, or the text as typed where it is no span. */
  value: number | string;
  onChange: (value: number | string) => void;
}

export function SpanInput({ path, label, description, value, onChange }: SpanInputProps) {
  const [typed, setTyped] = useState(() => textOf(value));
  // What was typed stays as it was typed while it means the same; what others set is shown anew.
  const shown = (parsedSpan(typed) ?? typed) === value ? typed : textOf(value);
  const change = (text: string): void => {
    setTyped(text);
    onChange(parsedSpan(text) ?? text);
  };
  return (
    <TextInput
      path={path}
      label={label}
      description={description}
      value={shown}
      onChange={change}
      echo={
        typeof value === "number" ? (
          <>
            <b>{grouped(value)} s</b> {inWords(value)}
          </>
        ) : (
          "such as 5 min, 14 days or 300"
        )
      }
    />
  );
}

function textOf(value: number | string): string {
  return typeof value === "number" ? spanText(value) : value;
}

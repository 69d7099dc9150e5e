/** A list of things by their identifiers: roles of a user, say. */
import { useState } from "react";
import { Button } from "react-aria-components";
import { type Kind, KINDS } from "../api/wire.ts";
import { FaultsAt } from "../../form/fields.tsx";
import { Picker } from "./picker.tsx";
import { EntityLink } from "./table.tsx";

interface IdentifiersProps {
  kind: Kind;
  path: string;
  value: readonly string[];
  onChange: (ids: string[]) => void;
  /** Where there is none. */
  none: string;
}

export function Identifiers({ kind, path, value, onChange, none }: IdentifiersProps) {
  const [chosen, setChosen] = useState("");
  const { one, many } = KINDS[kind];
  const id = chosen.trim();
  const add = (): void => {
    onChange([...value, id]);
    setChosen("");
  };
  return (
    <div className="stack">
      {value.length === 0 ? (
        <p className="help">{none}</p>
      ) : (
        <ul className="tags" aria-label={many}>
          {value.map((each) => (
            <li key={each}>
              <EntityLink kind={kind} id={each} />
              <Button className="button quiet" aria-label={`Remove ${one} ${each}`} onPress={() => onChange(value.filter((other) => other !== each))}>
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
      <FaultsAt path={path} />
      <div className="assign">
        <Picker kind={kind} label={`Add a ${one}`} value={chosen} onChange={setChosen} without={value} />
        <Button className="button" isDisabled={id === "" || value.includes(id)} onPress={add}>
          Add
        </Button>
      </div>
    </div>
  );
}

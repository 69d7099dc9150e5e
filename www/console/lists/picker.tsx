/** Names one thing of the tenant: its identifier as typed, or chosen among those that fit what is typed. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { Button, ComboBox, FieldError, Input, Label, ListBox, ListBoxItem, Popover, Text } from "react-aria-components";
import { choices } from "../api/queries.ts";
import { type Entities, type Kind, KINDS, idOf, nameOf } from "../api/wire.ts";
import { FaultText, useFaultsAt } from "../../form/faults.tsx";
import { useSettled } from "./search.tsx";

const PAUSE = 150;

interface PickerProps<K extends Kind> {
  kind: K;
  label: string;
  description?: ReactNode;
  /** The identifier. */
  value: string;
  onChange: (id: string) => void;
  /** Those that are no choice here. */
  without?: readonly string[];
  path?: string;
}

export function Picker<K extends Kind>({ kind, label, description, value, onChange, without = [], path }: PickerProps<K>) {
  const unnamed = useId();
  const faults = useFaultsAt(path ?? unnamed);
  const search = useSettled(value.trim(), PAUSE);
  const { data, isFetching, isPlaceholderData } = useQuery({ ...choices(kind, search), placeholderData: (before) => before });
  const typed = value.trim();
  // Until the server has answered to what is typed now, nothing is offered that does not fit it.
  const isBehind = isPlaceholderData || search !== typed;
  const fits = (text: string): boolean => text.toLowerCase().includes(typed.toLowerCase());
  const items = (data ?? [])
    .map((entity: Entities[K]) => ({ id: idOf(kind, entity), name: nameOf(kind, entity) }))
    .filter(({ id, name }) => !without.includes(id) && (!isBehind || fits(id) || fits(name)));
  return (
    <ComboBox
      className="field"
      inputValue={value}
      onInputChange={onChange}
      items={items}
      allowsCustomValue
      allowsEmptyCollection
      menuTrigger="input"
      isInvalid={faults.length > 0}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      <div className="picker">
        <Input className="input code" spellCheck="false" autoCapitalize="off" placeholder={`name or identifier of ${/^[aeio]/.test(KINDS[kind].one) ? "an" : "a"} ${KINDS[kind].one}`} />
        <Button className="button quiet" aria-label={`Show ${KINDS[kind].many}`}>
          <svg viewBox="0 0 12 12" aria-hidden="true" className="chevron">
            <path d="M2.500 4.500 6 8 9.500 4.500" />
          </svg>
        </Button>
      </div>
      {description !== undefined && (
        <Text slot="description" className="help">
          {description}
        </Text>
      )}
      <FieldError className="fault-at">
        {() => faults.map((fault) => <FaultText key={fault.path + fault.problem} fault={fault} />)}
      </FieldError>
      <Popover className="popover">
        <ListBox<(typeof items)[number]>
          className="options"
          renderEmptyState={() => <p className="help">{isFetching ? "Searching…" : "Nothing fits."}</p>}
        >
          {({ id, name }) => (
            <ListBoxItem id={id} textValue={id} className="option">
              <span>{name}</span>
              {name !== id && <code>{id}</code>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

/** The form around the fields: saving, what was refused, conflicts, and leaving with something unsaved. */
import { type ReactNode, useEffect, useRef } from "react";
import { Button, Form } from "react-aria-components";
import { inPlainWords } from "../api/refusal.ts";
import type { Entities, Kind } from "../api/wire.ts";
import { memberName } from "../words/members.ts";
import { Action } from "../shell/action.tsx";
import { ConflictQuestion } from "./conflict.tsx";
import type { Creating } from "./creating.ts";
import type { Editing } from "./editing.ts";
import { FaultsProvider, FaultSummary, WithCode } from "../../form/faults.tsx";
import { LeavingQuestion } from "./leaving.tsx";

export function EditForm<K extends Kind>({ editing, label, children }: { editing: Editing<K>; label: string; children: ReactNode }) {
  const { changed, faults, error, isSaving } = editing;
  const place = useFocusOnFaults(faults, error);
  const isChanged = changed.length > 0;
  return (
    <div ref={place}>
      <Form
        aria-label={label}
        className="form"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSaving) {
            void editing.save();
          }
        }}
      >
        <FaultsProvider faults={faults}>
          <FaultSummary error={error === null ? undefined : <WithCode text={inPlainWords(error)} />} />
          {children}
          {isChanged && (
            <div className="save-bar" role="group" aria-label="Unsaved changes">
              <p>
                <b>Not saved yet:</b> {changed.map(memberName).join(", ")}
              </p>
              <div className="answers">
                <Button className="button" onPress={editing.discard} isDisabled={isSaving}>
                  Discard
                </Button>
                <Action className="button primary" type="submit" isBusy={isSaving}>
                  {isSaving ? "Saving…" : "Save"}
                </Action>
              </div>
            </div>
          )}
        </FaultsProvider>
      </Form>
      <ConflictQuestion editing={editing} />
      <LeavingQuestion isUnsaved={isChanged} />
    </div>
  );
}

interface NewFormProps<K extends Kind> {
  creating: Creating<K>;
  label: string;
  /** On the button, such as “Create resource”. */
  action: string;
  onMade: (made: Entities[K]) => void;
  children: ReactNode;
}

export function NewForm<K extends Kind>({ creating, label, action, onMade, children }: NewFormProps<K>) {
  const { faults, error, isSaving, isChanged } = creating;
  const place = useFocusOnFaults(faults, error);
  const create = async (): Promise<void> => {
    const made = await creating.create();
    if (made !== undefined) {
      onMade(made);
    }
  };
  return (
    <div ref={place}>
      <Form
        aria-label={label}
        className="form"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSaving) {
            void create();
          }
        }}
      >
        <FaultsProvider faults={faults}>
          <FaultSummary error={error === null ? undefined : <WithCode text={inPlainWords(error)} />} />
          {children}
          <div className="answers start">
            <Action className="button primary" type="submit" isBusy={isSaving}>
              {isSaving ? "Creating…" : action}
            </Action>
          </div>
        </FaultsProvider>
      </Form>
      <LeavingQuestion isUnsaved={isChanged} />
    </div>
  );
}

/** The first field with a fault gets the focus, else what is said about the form. */
function useFocusOnFaults(faults: unknown, error: unknown) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const field = place.current?.querySelector<HTMLElement>("[aria-invalid=true], [data-invalid] input");
    const target = field ?? place.current?.querySelector<HTMLElement>(".fault-summary");
    target?.focus();
  }, [faults, error]);
  return place;
}

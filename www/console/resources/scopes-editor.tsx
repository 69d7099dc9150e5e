/** The scopes that a resource defines. */
import { useRef } from "react";
import { Button, Input, TextField } from "react-aria-components";
import type { ScopeDefinition } from "../api/wire.ts";
import { FaultsAt } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Section } from "../shell/page.tsx";

export function ScopesEditor({ draft }: { draft: Draft<"resource"> }) {
  const scopes = draft.value.scopes ?? [];
  const place = useRef<HTMLUListElement>(null);
  const change = (index: number, part: Partial<ScopeDefinition>): void =>
    draft.set({ scopes: scopes.map((scope, at) => (at === index ? cleaned({ ...scope, ...part }) : scope)) });
  const add = (): void => {
    draft.set({ scopes: [...scopes, { name: "" }] });
    requestAnimationFrame(() => place.current?.querySelector<HTMLInputElement>("li:last-child input")?.focus());
  };
  return (
    <Section title="Scopes" help="What can be asked for at this resource. Clients are allowed some of them, and roles grant some of them.">
      <ul className="rows" ref={place}>
        {scopes.map(({ name, description }, index) => (
          <li key={index}>
            <div className="scope-row">
              <TextField aria-label={`Scope ${index + 1}`} value={name} onChange={(text) => change(index, { name: text.trim() })}>
                <Input className="input code" placeholder="orders:read" spellCheck="false" autoCapitalize="off" />
              </TextField>
              <TextField aria-label={`Description of scope ${index + 1}`} value={description ?? ""} onChange={(text) => change(index, { description: text })}>
                <Input className="input" placeholder="What it permits" />
              </TextField>
              <Button className="button quiet remove" aria-label={`Remove scope ${name || index + 1}`} onPress={() => draft.set({ scopes: scopes.filter((_, at) => at !== index) })}>
                ×
              </Button>
            </div>
            <FaultsAt path={`scopes[${index}]`} />
          </li>
        ))}
      </ul>
      <FaultsAtWhole scopes={scopes.length} />
      <Button className="button" onPress={add}>
        Add scope
      </Button>
    </Section>
  );
}

/** Faults of the list itself belong to no row. */
function FaultsAtWhole({ scopes }: { scopes: number }) {
  return scopes === 0 ? <FaultsAt path="scopes" /> : null;
}

function cleaned({ name, description }: ScopeDefinition): ScopeDefinition {
  return description === undefined || description === "" ? { name } : { name, description };
}

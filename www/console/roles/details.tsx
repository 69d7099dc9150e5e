import { TextInput } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { ScopeGrants } from "../lists/scope-grants.tsx";
import { Section } from "../shell/page.tsx";

export function RoleDetails({ draft, isNew = false }: { draft: Draft<"role">; isNew?: boolean }) {
  const { value, set } = draft;
  return (
    <>
      <Section title="Details">
        <TextInput path="name" label="Name" value={value.name} onChange={(name) => set({ name })} isRequired />
        {isNew && (
          <TextInput
            path="role_id"
            label="Identifier"
            description="Letters, digits and - . _ ~; it cannot be changed later. Leave it empty to be given one."
            value={value.role_id ?? ""}
            onChange={(role_id) => set({ role_id })}
            code
          />
        )}
        <TextInput path="description" label="Description" value={value.description ?? ""} onChange={(description) => set({ description })} />
      </Section>
      <Section title="Scopes granted" help="Who has this role gets these scopes, as far as they are allowed to the client and asked for.">
        <ScopeGrants
          path="resources"
          value={value.resources ?? []}
          onChange={(resources) => set({ resources })}
          verb="granted"
          action="Add a resource"
          none="Nothing yet: this role grants no scope anywhere."
          withDefault
        />
      </Section>
    </>
  );
}

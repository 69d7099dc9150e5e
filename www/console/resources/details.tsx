import { TextInput } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Section } from "../shell/page.tsx";

/** What a resource is. */
export function ResourceDetails({ draft, isNew = false }: { draft: Draft<"resource">; isNew?: boolean }) {
  const { value, set } = draft;
  const isDefault = value.resource_id === "default";
  if (isDefault) {
    return (
      <Section title="Details">
        <p>
          This is the tenant’s default resource: tokens are for it where a client asks for none. It needs no assignment, its URI is
          the issuer’s, and its tokens open <code>/v1/*</code>.
        </p>
        <dl className="facts">
          <div>
            <dt>URI</dt>
            <dd>
              <code>{value.uri}</code>
            </dd>
          </div>
        </dl>
      </Section>
    );
  }
  return (
    <Section title="Details">
      <TextInput path="name" label="Name" value={value.name ?? ""} onChange={(name) => set({ name })} isRequired />
      {isNew && (
        <TextInput
          path="resource_id"
          label="Identifier"
          description="Letters, digits and - . _ ~; it cannot be changed later. Leave it empty to be given one."
          value={value.resource_id ?? ""}
          onChange={(resource_id) => set({ resource_id })}
          code
        />
      )}
      <TextInput
        path="uri"
        label="URI"
        description="What clients ask for as resource, and the aud of the tokens. An absolute https URI in its plain form; the gate protects everything below it."
        value={value.uri ?? ""}
        onChange={(uri) => set({ uri })}
        placeholder="https://api.example/orders"
        code
        isRequired
      />
      <TextInput path="description" label="Description" value={value.description ?? ""} onChange={(description) => set({ description })} />
    </Section>
  );
}

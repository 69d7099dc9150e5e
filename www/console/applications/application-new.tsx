import { useNavigate } from "@tanstack/react-router";
import { useNew } from "../form/creating.ts";
import { OneOf, TextInput } from "../../form/fields.tsx";
import { NewForm } from "../form/forms.tsx";
import { Page, Section } from "../shell/page.tsx";

export function NewApplication() {
  const creating = useNew<"application">("application", { name: "", kind: "application" });
  const { value, set } = creating;
  const navigate = useNavigate();
  return (
    <Page title="New application" within={{ to: "/applications", name: "Applications" }}>
      <NewForm
        creating={creating}
        label="New application"
        action="Create application"
        onMade={({ app_id }) => void navigate({ to: "/applications/$id", params: { id: app_id }, ignoreBlocker: true })}
      >
        <Section title="Details">
          <TextInput path="name" label="Name" value={value.name} onChange={(name) => set({ name })} isRequired />
          <TextInput
            path="app_id"
            label="Identifier"
            description="Letters, digits and - . _ ~; it cannot be changed later. Leave it empty to be given one."
            value={value.app_id ?? ""}
            onChange={(app_id) => set({ app_id })}
            code
          />
          <TextInput path="description" label="Description" value={value.description ?? ""} onChange={(description) => set({ description })} />
          <OneOf
            path="kind"
            label="Kind, for good"
            value={value.kind}
            onChange={(kind) => set({ kind })}
            choices={[
              { value: "application", name: "Application", says: "its clients reach what is its own" },
              { value: "management", name: "Management application", says: "its clients’ tokens reach across all applications of the tenant; users cannot log in to it" },
            ]}
          />
        </Section>
      </NewForm>
    </Page>
  );
}

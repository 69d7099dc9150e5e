import { useNavigate } from "@tanstack/react-router";
import { useNew } from "../form/creating.ts";
import { TextInput } from "../../form/fields.tsx";
import { NewForm } from "../form/forms.tsx";
import { Identifiers } from "../lists/identifiers.tsx";
import { Page, Section } from "../shell/page.tsx";

export function NewUser() {
  const creating = useNew<"user">("user", { email: "", status: "active", applications: [], role_ids: [] });
  const { value, set } = creating;
  const navigate = useNavigate();
  return (
    <Page title="New user" within={{ to: "/users", name: "Users" }} lead="No mail is sent: they log in whenever they want to.">
      <NewForm
        creating={creating}
        label="New user"
        action="Create user"
        onMade={({ user_id }) => void navigate({ to: "/users/$id", params: { id: user_id }, ignoreBlocker: true })}
      >
        <Section title="Details">
          <TextInput path="email" label="Email address" type="email" value={value.email} onChange={(email) => set({ email })} isRequired />
          <TextInput
            path="user_id"
            label="Identifier"
            description="The sub of their tokens. Letters, digits and - . _ ~; it cannot be changed later. Leave it empty to be given one."
            value={value.user_id ?? ""}
            onChange={(user_id) => set({ user_id })}
            code
          />
        </Section>
        <Section title="Applications">
          <Identifiers kind="application" path="applications" value={value.applications ?? []} onChange={(applications) => set({ applications })} none="None yet: they can log in nowhere." />
        </Section>
        <Section title="Roles">
          <Identifiers kind="role" path="role_ids" value={value.role_ids ?? []} onChange={(role_ids) => set({ role_ids })} none="None yet: they get no scope of any resource." />
        </Section>
      </NewForm>
    </Page>
  );
}

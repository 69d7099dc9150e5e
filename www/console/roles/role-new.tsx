import { useNavigate } from "@tanstack/react-router";
import { useNew } from "../form/creating.ts";
import { NewForm } from "../form/forms.tsx";
import { Page } from "../shell/page.tsx";
import { RoleDetails } from "./details.tsx";

export function NewRole() {
  const creating = useNew<"role">("role", { name: "", resources: [] });
  const navigate = useNavigate();
  return (
    <Page title="New role" within={{ to: "/roles", name: "Roles" }}>
      <NewForm
        creating={creating}
        label="New role"
        action="Create role"
        onMade={({ role_id }) => void navigate({ to: "/roles/$id", params: { id: role_id }, ignoreBlocker: true })}
      >
        <RoleDetails draft={creating} isNew />
      </NewForm>
    </Page>
  );
}

import { useNavigate } from "@tanstack/react-router";
import type { Resource } from "../api/wire.ts";
import { useNew } from "../form/creating.ts";
import { NewForm } from "../form/forms.tsx";
import { Page } from "../shell/page.tsx";
import { ResourceDetails } from "./details.tsx";
import { faultsOfSpans } from "./lifetimes.ts";
import { ScopesEditor } from "./scopes-editor.tsx";
import { SessionManagement } from "./session-management.tsx";

/** The expirations that the default resource has, too. */
const FIRST: Partial<Resource> = { name: "", uri: "", access_token_ttl: 3_600, refresh_token_ttl: 1_209_600, max_refresh_rotate: 1_209_600, scopes: [] };

export function NewResource() {
  const creating = useNew("resource", FIRST, faultsOfSpans);
  const navigate = useNavigate();
  return (
    <Page title="New resource" within={{ to: "/resources", name: "Resources" }} lead="The first of three steps: create it, assign it to a client, ask for it explicitly.">
      <NewForm
        creating={creating}
        label="New resource"
        action="Create resource"
        onMade={({ resource_id }) => void navigate({ to: "/resources/$id", params: { id: resource_id }, ignoreBlocker: true })}
      >
        <ResourceDetails draft={creating} isNew />
        <SessionManagement draft={creating} />
        <ScopesEditor draft={creating} />
      </NewForm>
    </Page>
  );
}

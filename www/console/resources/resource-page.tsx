import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { one, type Loaded } from "../api/queries.ts";
import type { Resource } from "../api/wire.ts";
import { useEditing } from "../form/editing.ts";
import { EditForm } from "../form/forms.tsx";
import { Deleting } from "../shell/deleting.tsx";
import { FailedPage, Loading, Page } from "../shell/page.tsx";
import { Stamps } from "../shell/stamps.tsx";
import { AssignedClients } from "./assigned-clients.tsx";
import { AskingForIt } from "./asking-for-it.tsx";
import { ResourceDetails } from "./details.tsx";
import { FurtherSettings } from "./further.tsx";
import { faultsOfSpans } from "./lifetimes.ts";
import { withPreset } from "./preset.ts";
import { RulesEditor } from "./rules-editor.tsx";
import { ScopesEditor } from "./scopes-editor.tsx";
import { SessionManagement } from "./session-management.tsx";

export function ResourcePage() {
  const { id } = useParams({ from: "/resources/$id" });
  const { data, error, refetch } = useQuery({ ...one("resource", id), select: withPresets });
  if (data === undefined) {
    return error === null ? <Loading what="the resource" /> : <FailedPage what="resource" within={{ to: "/resources", name: "Resources" }} error={error} again={() => void refetch()} />;
  }
  return <LoadedResource key={id} id={id} loaded={data} />;
}

/** One function for good, so that the same answer stays the same. */
function withPresets({ value, etag }: Loaded<Resource>): Loaded<Resource> {
  return { value: withPreset(value), etag };
}

function LoadedResource({ id, loaded }: { id: string; loaded: Loaded<Resource> }) {
  const editing = useEditing("resource", id, loaded, faultsOfSpans);
  const { name, uri } = loaded.value;
  const isDefault = id === "default";
  return (
    <Page
      title={name}
      within={{ to: "/resources", name: "Resources" }}
      lead={<code>{uri}</code>}
      actions={!isDefault && <Deleting kind="resource" id={id} name={name} etag={editing.etag} consequence="Its URI is no longer protected by the gate, and no tokens for it are issued any more." />}
    >
      <EditForm editing={editing} label={name}>
        <ResourceDetails draft={editing} />
        <SessionManagement draft={editing} />
        <ScopesEditor draft={editing} />
        {!isDefault && <RulesEditor draft={editing} />}
        <FurtherSettings draft={editing} />
      </EditForm>
      <AssignedClients resource={loaded.value} />
      <AskingForIt resource={loaded.value} />
      <Stamps entity={loaded.value} kind="resource" id={id} />
    </Page>
  );
}

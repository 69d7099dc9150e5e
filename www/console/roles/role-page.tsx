import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Loaded, one } from "../api/queries.ts";
import type { Role } from "../api/wire.ts";
import { useEditing } from "../form/editing.ts";
import { EditForm } from "../form/forms.tsx";
import { Deleting } from "../shell/deleting.tsx";
import { FailedPage, Loading, Page } from "../shell/page.tsx";
import { Stamps } from "../shell/stamps.tsx";
import { RoleDetails } from "./details.tsx";

export function RolePage() {
  const { id } = useParams({ from: "/roles/$id" });
  const { data, error, refetch } = useQuery(one("role", id));
  if (data === undefined) {
    return error === null ? <Loading what="the role" /> : <FailedPage what="role" within={{ to: "/roles", name: "Roles" }} error={error} again={() => void refetch()} />;
  }
  return <LoadedRole key={id} id={id} loaded={data} />;
}

function LoadedRole({ id, loaded }: { id: string; loaded: Loaded<Role> }) {
  const editing = useEditing("role", id, loaded);
  const { name, description } = loaded.value;
  return (
    <Page
      title={name}
      within={{ to: "/roles", name: "Roles" }}
      lead={description ?? <code>{id}</code>}
      actions={<Deleting kind="role" id={id} name={name} etag={editing.etag} consequence="It takes a role that nobody has." />}
    >
      <EditForm editing={editing} label={name}>
        <RoleDetails draft={editing} />
      </EditForm>
      <Stamps entity={loaded.value} kind="role" id={id} />
    </Page>
  );
}

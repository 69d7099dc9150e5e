import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Loaded, one } from "../api/queries.ts";
import type { User } from "../api/wire.ts";
import { TextInput } from "../../form/fields.tsx";
import { useEditing } from "../form/editing.ts";
import { EditForm } from "../form/forms.tsx";
import { Identifiers } from "../lists/identifiers.tsx";
import { Deleting } from "../shell/deleting.tsx";
import { FailedPage, Loading, Page, Section } from "../shell/page.tsx";
import { Stamps } from "../shell/stamps.tsx";
import { Sessions } from "./sessions.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { UserApplications } from "./user-applications.tsx";
import { UserStatus } from "./user-status.tsx";

export function UserPage() {
  const { id } = useParams({ from: "/users/$id" });
  const { data, error, refetch } = useQuery(one("user", id));
  if (data === undefined) {
    return error === null ? <Loading what="the user" /> : <FailedPage what="user" within={{ to: "/users", name: "Users" }} error={error} again={() => void refetch()} />;
  }
  return <LoadedUser key={id} id={id} loaded={data} />;
}

function LoadedUser({ id, loaded }: { id: string; loaded: Loaded<User> }) {
  const editing = useEditing("user", id, loaded);
  const { value, set } = editing;
  const { email, status } = loaded.value;
  return (
    <Page
      title={email}
      within={{ to: "/users", name: "Users" }}
      lead={
        <>
          <code>{id}</code> <StatusBadge status={status} />
        </>
      }
      actions={<Deleting kind="user" id={id} name={email} etag={editing.etag} consequence="They can no longer log in, and nothing of theirs is refreshed." />}
    >
      <UserStatus id={id} loaded={loaded} onChanged={editing.readAgain} />
      <EditForm editing={editing} label={email}>
        <Section title="Details">
          <TextInput path="email" label="Email address" type="email" value={value.email} onChange={(text) => set({ email: text })} isRequired />
        </Section>
        <Section title="Roles" help="What they may do, at any resource and through any client that is allowed it. Several roles add up.">
          <Identifiers kind="role" path="role_ids" value={value.role_ids ?? []} onChange={(role_ids) => set({ role_ids })} none="No role: they get no scope of any resource." />
        </Section>
      </EditForm>
      <UserApplications id={id} user={loaded.value} onChanged={editing.readAgain} />
      <Sessions userId={id} email={email} />
      <Stamps entity={loaded.value} kind="user" id={id} />
    </Page>
  );
}

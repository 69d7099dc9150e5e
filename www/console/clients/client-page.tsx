import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Loaded, one } from "../api/queries.ts";
import type { Client } from "../api/wire.ts";
import { useEditing } from "../form/editing.ts";
import { EditForm } from "../form/forms.tsx";
import { Identifiers } from "../lists/identifiers.tsx";
import { ScopeGrants } from "../lists/scope-grants.tsx";
import { Deleting } from "../shell/deleting.tsx";
import { FailedPage, Loading, Page, Section } from "../shell/page.tsx";
import { Stamps } from "../shell/stamps.tsx";
import { Asking } from "./asking.tsx";
import { ClientDetails, UserLogin } from "./details.tsx";
import { Secrets } from "./secrets.tsx";

export function ClientPage() {
  const { id } = useParams({ from: "/clients/$id" });
  const { data, error, refetch } = useQuery(one("client", id));
  if (data === undefined) {
    return error === null ? <Loading what="the client" /> : <FailedPage what="client" within={{ to: "/clients", name: "Clients" }} error={error} again={() => void refetch()} />;
  }
  return <LoadedClient key={id} id={id} loaded={data} />;
}

function LoadedClient({ id, loaded }: { id: string; loaded: Loaded<Client> }) {
  const editing = useEditing("client", id, loaded);
  const { value, set } = editing;
  const { name } = loaded.value;
  const entersUsers = value.grants.includes("authorization_code") || (value.redirect_uris ?? []).length > 0;
  return (
    <Page
      title={name}
      within={{ to: "/clients", name: "Clients" }}
      lead={loaded.value.description ?? <code>{id}</code>}
      actions={<Deleting kind="client" id={id} name={name} etag={editing.etag} consequence="Whoever uses it is refused from then on." />}
    >
      <EditForm editing={editing} label={name}>
        <ClientDetails draft={editing} />
        <Section title="Resources" help="The client may ask for these and no others, besides the default resource. Of each, it is allowed these scopes.">
          <ScopeGrants
            path="resources"
            value={value.resources ?? []}
            onChange={(resources) => set({ resources })}
            verb="allowed"
            action="Assign a resource"
            none="No resource yet: every request that names one is refused as invalid_target."
            withDefault={false}
          />
        </Section>
        <Section title="Roles" help="What the client may do for itself. With roles it gets only what they grant, of what is allowed to it above.">
          <Identifiers
            kind="role"
            path="role_ids"
            value={value.role_ids ?? []}
            onChange={(role_ids) => set({ role_ids })}
            none="No role: for itself the client has all that is allowed to it above."
          />
        </Section>
        {entersUsers && <UserLogin draft={editing} />}
      </EditForm>
      <Secrets client={loaded.value} onChanged={editing.readAgain} />
      <Asking client={loaded.value} />
      <Stamps entity={loaded.value} kind="client" id={id} />
    </Page>
  );
}

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { list, type Loaded, one } from "../api/queries.ts";
import type { Application } from "../api/wire.ts";
import { TextInput } from "../../form/fields.tsx";
import { useEditing } from "../form/editing.ts";
import { EditForm } from "../form/forms.tsx";
import { More } from "../lists/more.tsx";
import { NameCell, Table } from "../lists/table.tsx";
import { Deleting } from "../shell/deleting.tsx";
import { Empty, Failed, FailedPage, Loading, Page, Section } from "../shell/page.tsx";
import { Stamps } from "../shell/stamps.tsx";
import { ApplicationUsers } from "./application-users.tsx";
import { KindBadge } from "./kind-badge.tsx";

export function ApplicationPage() {
  const { id } = useParams({ from: "/applications/$id" });
  const { data, error, refetch } = useQuery(one("application", id));
  if (data === undefined) {
    return error === null ? <Loading what="the application" /> : <FailedPage what="application" within={{ to: "/applications", name: "Applications" }} error={error} again={() => void refetch()} />;
  }
  return <LoadedApplication key={id} id={id} loaded={data} />;
}

function LoadedApplication({ id, loaded }: { id: string; loaded: Loaded<Application> }) {
  const editing = useEditing("application", id, loaded);
  const { value, set } = editing;
  const { name, kind } = loaded.value;
  return (
    <Page
      title={name}
      within={{ to: "/applications", name: "Applications" }}
      lead={
        <>
          <code>{id}</code> <KindBadge kind={kind} />
        </>
      }
      actions={<Deleting kind="application" id={id} name={name} etag={editing.etag} consequence="It takes an application without clients and users." />}
    >
      <EditForm editing={editing} label={name}>
        <Section title="Details">
          <TextInput path="name" label="Name" value={value.name} onChange={(text) => set({ name: text })} isRequired />
          <TextInput path="description" label="Description" value={value.description ?? ""} onChange={(description) => set({ description })} />
        </Section>
      </EditForm>
      <ApplicationClients id={id} />
      {kind === "management" ? (
        <Section title="Users">
          <p>A management application authenticates no users: its clients act only for themselves.</p>
        </Section>
      ) : (
        <ApplicationUsers id={id} name={name} />
      )}
      <Stamps entity={loaded.value} kind="application" id={id} />
    </Page>
  );
}

function ApplicationClients({ id }: { id: string }) {
  const clients = useInfiniteQuery(list("client", { app_id: id }));
  const rows = clients.data?.pages.flatMap(({ result }) => result);
  const create = (
    <Link to="/clients/new" search={{ app_id: id }} className="button">
      Create client
    </Link>
  );
  return (
    <Section title="Clients" actions={create}>
      {rows === undefined ? (
        clients.error === null ? <Loading what="clients" /> : <Failed error={clients.error} again={() => void clients.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title="No client yet">
          <p>Without a client nobody can ask for tokens for this application.</p>
        </Empty>
      ) : (
        <Table
          label="Clients of the application"
          rows={rows}
          keyOf={({ client_id }) => client_id}
          columns={[
            { name: "Name", cell: (client) => <NameCell kind="client" entity={client} /> },
            { name: "Type", cell: ({ type }) => type },
          ]}
        />
      )}
      <More query={clients} />
    </Section>
  );
}

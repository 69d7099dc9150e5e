import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Client } from "../api/wire.ts";
import { EntityList } from "../lists/entity-list.tsx";
import { type Column, EntityLink, NameCell } from "../lists/table.tsx";
import { Empty, Page } from "../shell/page.tsx";

const COLUMNS: readonly Column<Client>[] = [
  { name: "Name", cell: (client) => <NameCell kind="client" entity={client} /> },
  { name: "Application", cell: ({ app_id }) => <EntityLink kind="application" id={app_id} />, isExtra: true },
  { name: "Type", cell: ({ type }) => type },
  { name: "Resources", cell: ({ resources }) => <code>{resources?.map(({ resource_id }) => resource_id).join(" ") || "–"}</code>, isExtra: true },
];

export function ClientList() {
  const { search } = useSearch({ from: "/clients" });
  const navigate = useNavigate();
  const create = (
    <Link to="/clients/new" className="button primary">
      Create client
    </Link>
  );
  return (
    <Page title="Clients" lead="Software that asks for tokens, for itself or for its users. It may ask for the resources on its own list." actions={create}>
      <EntityList
        kind="client"
        columns={COLUMNS}
        search={search ?? ""}
        onSearch={(text) => void navigate({ to: "/clients", search: text === "" ? {} : { search: text }, replace: true })}
        searchedIn="name or identifier"
        empty={
          <Empty title="No client yet">
            <p>A client belongs to an application. Create one, then assign resources to it.</p>
            {create}
          </Empty>
        }
      />
    </Page>
  );
}

import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Application } from "../api/wire.ts";
import { EntityList } from "../lists/entity-list.tsx";
import { type Column, NameCell } from "../lists/table.tsx";
import { Empty, Page } from "../shell/page.tsx";
import { KindBadge } from "./kind-badge.tsx";

const COLUMNS: readonly Column<Application>[] = [
  { name: "Name", cell: (application) => <NameCell kind="application" entity={application} /> },
  { name: "Kind", cell: ({ kind }) => <KindBadge kind={kind} /> },
  { name: "Description", cell: ({ description }) => description ?? "", isExtra: true },
];

export function ApplicationList() {
  const { search } = useSearch({ from: "/applications" });
  const navigate = useNavigate();
  const create = (
    <Link to="/applications/new" className="button primary">
      Create application
    </Link>
  );
  return (
    <Page title="Applications" lead="Clients and users come together in an application: a user enters only those that they are assigned to." actions={create}>
      <EntityList
        kind="application"
        columns={COLUMNS}
        search={search ?? ""}
        onSearch={(text) => void navigate({ to: "/applications", search: text === "" ? {} : { search: text }, replace: true })}
        searchedIn="name or identifier"
        empty={
          <Empty title="No application yet">
            <p>An application has clients, which ask for tokens, and users, who log in through them.</p>
            {create}
          </Empty>
        }
      />
    </Page>
  );
}

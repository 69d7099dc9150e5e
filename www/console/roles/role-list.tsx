import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Role } from "../api/wire.ts";
import { EntityList } from "../lists/entity-list.tsx";
import { type Column, NameCell } from "../lists/table.tsx";
import { Empty, Page } from "../shell/page.tsx";

const COLUMNS: readonly Column<Role>[] = [
  { name: "Name", cell: (role) => <NameCell kind="role" entity={role} /> },
  { name: "Grants", cell: ({ resources }) => <code>{resources?.flatMap(({ scopes }) => scopes).join(" ") || "nothing"}</code> },
  { name: "Description", cell: ({ description }) => description ?? "", isExtra: true },
];

export function RoleList() {
  const { search } = useSearch({ from: "/roles" });
  const navigate = useNavigate();
  const create = (
    <Link to="/roles/new" className="button primary">
      Create role
    </Link>
  );
  return (
    <Page title="Roles" lead="What users and clients may do: per resource, the scopes that a role grants. Several roles add up." actions={create}>
      <EntityList
        kind="role"
        columns={COLUMNS}
        search={search ?? ""}
        onSearch={(text) => void navigate({ to: "/roles", search: text === "" ? {} : { search: text }, replace: true })}
        searchedIn="name or identifier"
        empty={
          <Empty title="No role yet">
            <p>Users have scopes only by roles. A client without a role has all that is allowed to it.</p>
            {create}
          </Empty>
        }
      />
    </Page>
  );
}

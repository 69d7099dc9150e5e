import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { User } from "../api/wire.ts";
import { EntityList } from "../lists/entity-list.tsx";
import { type Column, NameCell } from "../lists/table.tsx";
import { Empty, Page } from "../shell/page.tsx";
import { StatusBadge } from "./status-badge.tsx";

const COLUMNS: readonly Column<User>[] = [
  { name: "Email address", cell: (user) => <NameCell kind="user" entity={user} /> },
  { name: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { name: "Applications", cell: ({ applications }) => applications?.join(", ") || "none", isExtra: true },
  { name: "Roles", cell: ({ role_ids }) => role_ids?.join(", ") || "none", isExtra: true },
];

export function UserList() {
  const { search } = useSearch({ from: "/users" });
  const navigate = useNavigate();
  const create = (
    <Link to="/users/new" className="button primary">
      Create user
    </Link>
  );
  return (
    <Page title="Users" lead="People who log in. They are the tenant’s: its applications share them, each only those assigned to it." actions={create}>
      <EntityList
        kind="user"
        columns={COLUMNS}
        search={search ?? ""}
        onSearch={(text) => void navigate({ to: "/users", search: text === "" ? {} : { search: text }, replace: true })}
        searchedIn="email address or identifier"
        empty={
          <Empty title="No user yet">
            <p>Make one here, or let a backend’s login link make them (<code>create_new_user</code>).</p>
            {create}
          </Empty>
        }
      />
    </Page>
  );
}

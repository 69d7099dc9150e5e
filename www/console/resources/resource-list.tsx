import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { Resource } from "../api/wire.ts";
import { EntityList } from "../lists/entity-list.tsx";
import { type Column, NameCell } from "../lists/table.tsx";
import { Empty, Page } from "../shell/page.tsx";
import { inShort } from "../../time/spans.ts";
import { withPreset } from "./preset.ts";

const COLUMNS: readonly Column<Resource>[] = [
  { name: "Name", cell: (resource) => <NameCell kind="resource" entity={withPreset(resource)} /> },
  { name: "URI", cell: ({ uri }) => <code className="uri">{uri}</code>, isExtra: true },
  { name: "Access token", cell: (resource) => inShort(withPreset(resource).access_token_ttl) },
  { name: "Session expiration", cell: (resource) => inShort(withPreset(resource).max_refresh_rotate), isExtra: true },
];

export function ResourceList() {
  const { search } = useSearch({ from: "/resources" });
  const navigate = useNavigate();
  const create = (
    <Link to="/resources/new" className="button primary">
      Create resource
    </Link>
  );
  return (
    <Page title="Resources" lead="URIs that clients ask for, and that the gate protects. Each has its own expirations." actions={create}>
      <EntityList
        kind="resource"
        columns={COLUMNS}
        search={search ?? ""}
        onSearch={(text) => void navigate({ to: "/resources", search: text === "" ? {} : { search: text }, replace: true })}
        searchedIn="name, URI or identifier"
        empty={
          <Empty title="No resource yet">
            <p>A resource is a URI that is worth protecting: an API, a page, a part of one.</p>
            {create}
          </Empty>
        }
      />
    </Page>
  );
}

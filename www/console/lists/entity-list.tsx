/** A list of the tenant: searched by the server, read page after page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { list } from "../api/queries.ts";
import { type Entities, type Kind, KINDS, idOf } from "../api/wire.ts";
import { Failed, Loading } from "../shell/page.tsx";
import { More } from "./more.tsx";
import { Search } from "./search.tsx";
import { type Column, Table } from "./table.tsx";

interface EntityListProps<K extends Kind> {
  kind: K;
  columns: readonly Column<Entities[K]>[];
  search: string;
  onSearch: (search: string) => void;
  /** What can be searched in. */
  searchedIn: string;
  /** Where the tenant has none at all. */
  empty: ReactNode;
}

export function EntityList<K extends Kind>({ kind, columns, search, onSearch, searchedIn, empty }: EntityListProps<K>) {
  const { many } = KINDS[kind];
  const found = useInfiniteQuery({ ...list(kind, { search }), placeholderData: (before) => before });
  const rows = found.data?.pages.flatMap(({ result }) => result) ?? [];
  if (found.data === undefined) {
    return found.error === null ? <Loading what={many} /> : <Failed error={found.error} again={() => void found.refetch()} />;
  }
  if (rows.length === 0 && search === "") {
    return <>{empty}</>;
  }
  return (
    <>
      <Search label={`Search ${many}`} searchedIn={searchedIn} value={search} onSearch={onSearch} />
      <p className="unseen" role="status">
        {found.isFetching ? "" : `${rows.length}${found.hasNextPage ? " and more" : ""} ${rows.length === 1 ? KINDS[kind].one : many} shown`}
      </p>
      {rows.length === 0 ? (
        <p className="help nothing">No {KINDS[kind].one} has “{search}” in its {searchedIn}.</p>
      ) : (
        <div className="card flush">
          <Table label={many} rows={rows} keyOf={(row) => idOf(kind, row)} columns={columns} />
        </div>
      )}
      <More query={found} />
    </>
  );
}

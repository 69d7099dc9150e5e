/** A table of things, each row led by a link; narrow screens leave out what is not needed to choose one. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Entities, type Kind, KINDS, idOf, isKind, nameOf } from "../api/wire.ts";

export interface Column<Row> {
  name: string;
  cell: (row: Row) => ReactNode;
  /** Left out where there is little room. */
  isExtra?: boolean;
}

interface TableProps<Row> {
  label: string;
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
}

export function Table<Row>({ label, rows, keyOf, columns }: TableProps<Row>) {
  return (
    <div className="scroller">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ name, isExtra }) => (
              <th key={name} scope="col" className={isExtra === true ? "extra" : undefined}>
                {name === "" ? <span className="unseen">Actions</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, isExtra }, index) =>
                index === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={name} className={isExtra === true ? "extra" : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The way to one thing. */
export function EntityLink({ kind, id, children }: { kind: Kind; id: string; children?: ReactNode }) {
  return (
    <Link to={`/${KINDS[kind].path}/$id` as "/resources/$id"} params={{ id }}>
      {children ?? id}
    </Link>
  );
}

/** A link where the console has a page for it, else its name. */
export function MentionLink({ kind, id }: { kind: string; id: string }) {
  return isKind(kind) && id !== "" ? <EntityLink kind={kind} id={id} /> : <code>{id || "–"}</code>;
}

/** Name and identifier, the former a link. */
export function NameCell<K extends Kind>({ kind, entity }: { kind: K; entity: Entities[K] }) {
  const id = idOf(kind, entity);
  const name = nameOf(kind, entity);
  return (
    <>
      <EntityLink kind={kind} id={id}>
        {name}
      </EntityLink>
      {name !== id && <code className="id">{id}</code>}
    </>
  );
}

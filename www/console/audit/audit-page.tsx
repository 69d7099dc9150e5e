/** Who changed what, and when; newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "react-aria-components";
import { Unfolding } from "../../disclosure/disclosure.tsx";
import { audit } from "../api/queries.ts";
import { type AuditEntry, isKind, KINDS } from "../api/wire.ts";
import { Pick, TextInput } from "../../form/fields.tsx";
import { More } from "../lists/more.tsx";
import { MentionLink } from "../lists/table.tsx";
import { Empty, Failed, Loading, Page } from "../shell/page.tsx";
import { moment } from "../../time/spans.ts";
import { Difference } from "./difference.tsx";

const EVERYTHING = { value: "", name: "everything" };
const KIND_CHOICES = [EVERYTHING, ...Object.entries(KINDS).map(([value, { many }]) => ({ value, name: many })), { value: "settings", name: "settings" }];

export function AuditPage() {
  const filter = useSearch({ from: "/audit" });
  const navigate = useNavigate();
  const entries = useInfiniteQuery({ ...audit(filter), placeholderData: (before) => before });
  const [id, setId] = useState(filter.id ?? "");
  const rows = entries.data?.pages.flatMap(({ result }) => result);
  const show = (kind: string | undefined, about: string): void =>
    void navigate({ to: "/audit", search: { ...(kind ? { kind } : {}), ...(about === "" ? {} : { id: about }) }, replace: true });
  return (
    <Page title="Audit log" lead="Every change of this tenant, and every reading of its users by management, newest first. Times are UTC.">
      <form
        className="filters"
        role="search"
        aria-label="Audit log"
        onSubmit={(event) => {
          event.preventDefault();
          show(filter.kind, id.trim());
        }}
      >
        <Pick path="kind" label="About" value={filter.kind ?? ""} onChange={(kind) => show(kind, id.trim())} choices={KIND_CHOICES} />
        <TextInput path="id" label="Identifier" value={id} onChange={setId} code />
        <Button type="submit" className="button">
          Show
        </Button>
      </form>
      {rows === undefined ? (
        entries.error === null ? <Loading what="the audit log" /> : <Failed error={entries.error} again={() => void entries.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title="Nothing here">
          <p>{filter.kind === undefined && filter.id === undefined ? "Nothing was changed yet." : "Nothing of the log fits."}</p>
        </Empty>
      ) : (
        <ol className="card log" aria-label="Entries">
          {rows.map((entry) => (
            <Entry key={entry.audit_id} entry={entry} />
          ))}
        </ol>
      )}
      <More query={entries} />
    </Page>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { at, action, kind, id, client_id, act, before, after, request_id } = entry;
  const hasDifference = isThere(before) || isThere(after);
  return (
    <li>
      <p className="log-line">
        <time dateTime={new Date(at * 1_000).toISOString()}>{moment(at)}</time>
        <span>
          <span className={`badge ${action === "delete" ? "bad" : action === "create" ? "good" : ""}`}>{action.replaceAll("_", " ")}</span>{" "}
          {id === "" && isKind(kind) ? (
            `a list of ${KINDS[kind].many}`
          ) : (
            <>
              {kind} <MentionLink kind={kind} id={id} />
            </>
          )}
        </span>
        <span className="help">
          by {isThere(act) && <MentionLink kind="user" id={act ?? ""} />} {isThere(act) ? "through " : ""}
          {isThere(client_id) ? <code>{client_id}</code> : "the server itself"}
        </span>
      </p>
      {hasDifference && (
        <Unfolding title="What changed" label={`What changed: ${action} ${kind} ${id}, ${moment(at)}`} level={2}>
          {() => (
            <>
              <Difference before={before} after={after} />
              <p className="help">
                Request <code>{request_id}</code>
              </p>
            </>
          )}
        </Unfolding>
      )}
    </li>
  );
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

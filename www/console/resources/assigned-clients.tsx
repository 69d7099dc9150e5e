/** Which clients may ask for a resource. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useAssigning } from "../api/changes.ts";
import { list, readOne } from "../api/queries.ts";
import { inPlainWords, Refusal } from "../api/refusal.ts";
import type { Client, Resource } from "../api/wire.ts";
import { Picker } from "../lists/picker.tsx";
import { NameCell, Table } from "../lists/table.tsx";
import { Action } from "../shell/action.tsx";
import { announce } from "../../announcements/announcements.ts";
import { Question } from "../shell/dialog.tsx";
import { Empty, Failed, Loading, Section } from "../shell/page.tsx";

/** After so many pages of clients it takes a press to look further. */
const PAGES = 10;
/** How often to begin again when somebody else changes the client meanwhile. */
const ATTEMPTS = 3;

export function AssignedClients({ resource }: { resource: Resource }) {
  const { resource_id, name } = resource;
  const found = useInfiniteQuery(list("client", { limit: 100 }));
  const { data, hasNextPage, isFetching, fetchNextPage } = found;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetching && pages < PAGES) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, pages, fetchNextPage]);
  const { change, isPending } = useAssignment(resource_id);
  const [chosen, setChosen] = useState("");
  const [leaving, setLeaving] = useState<Client | null>(null);

  if (resource_id === "default") {
    return (
      <Section title="Clients">
        <p>Every client has the default resource. It needs no assignment.</p>
      </Section>
    );
  }
  const clients = data?.pages.flatMap(({ result }) => result) ?? [];
  const assigned = clients.filter(({ resources }) => resources?.some((grant) => grant.resource_id === resource_id));
  const assign = async (): Promise<void> => {
    if (await change(chosen.trim(), true, `${chosen.trim()} may ask for ${name} now.`)) {
      setChosen("");
    }
  };
  return (
    <Section title="Clients" help="A client gets tokens for this resource only if it is on this list. A newly assigned one is allowed all scopes; its own page narrows them.">
      {data === undefined ? (
        found.error === null ? <Loading what="clients" /> : <Failed error={found.error} again={() => void found.refetch()} />
      ) : assigned.length === 0 && !hasNextPage ? (
        <Empty title="No client may ask for this resource yet">
          <p>Assign one below: until then every request for it is refused as <code>invalid_target</code>.</p>
        </Empty>
      ) : (
        <Table
          label={`Clients of ${name}`}
          rows={assigned}
          keyOf={({ client_id }) => client_id}
          columns={[
            { name: "Client", cell: (client) => <NameCell kind="client" entity={client} /> },
            { name: "Allowed scopes", cell: ({ resources }) => <code>{resources?.find((grant) => grant.resource_id === resource_id)?.scopes.join(" ") || "none"}</code>, isExtra: true },
            {
              name: "",
              cell: (client) => (
                <Button className="button small" onPress={() => setLeaving(client)} aria-label={`Unassign ${client.name}`}>
                  Unassign
                </Button>
              ),
            },
          ]}
        />
      )}
      {hasNextPage && pages >= PAGES && (
        <p className="more">
          <span className="help">Looked through {clients.length} clients. </span>
          <Action className="button" onPress={() => void fetchNextPage()} isBusy={isFetching}>
            Look further
          </Action>
        </p>
      )}
      <div className="assign">
        <Picker kind="client" label="Assign to a client" value={chosen} onChange={setChosen} without={assigned.map(({ client_id }) => client_id)} />
        <Action className="button primary" isDisabled={chosen.trim() === ""} isBusy={isPending} onPress={() => void assign()}>
          Assign
        </Action>
      </div>
      <Question
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Take ${name} from ${leaving?.name ?? ""}?`}
        answers={
          <>
            <Button className="button" onPress={() => setLeaving(null)} autoFocus>
              Keep it
            </Button>
            <Action
              className="button danger"
              isBusy={isPending}
              onPress={() => {
                const client = leaving;
                void change(client?.client_id ?? "", false, `${client?.name} may no longer ask for ${name}.`).then(() => setLeaving(null));
              }}
            >
              Unassign
            </Action>
          </>
        }
      >
        <p>The client can no longer ask for it, nor refresh for it. Access tokens that are out live on until they expire.</p>
      </Question>
    </Section>
  );
}

/** Adds a resource to a client's list, or takes it off, on top of whatever others change meanwhile. */
export function useAssignment(resourceId: string) {
  const queries = useQueryClient();
  const assigning = useAssigning();
  const change = async (clientId: string, isWanted: boolean, said: string): Promise<boolean> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { value, etag } = await readOne("client", clientId);
        const others = (value.resources ?? []).map(({ resource_id }) => resource_id).filter((id) => id !== resourceId);
        await assigning.mutateAsync({ clientId, resourceIds: isWanted ? [...others, resourceId] : others, ifMatch: etag, said });
        await queries.invalidateQueries({ queryKey: ["client"] });
        return true;
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 412 && attempt < ATTEMPTS)) {
          const isUnknown = error instanceof Refusal && error.status === 404;
          announce(isUnknown ? `There is no client \`${clientId}\`.` : inPlainWords(error), "refused");
          return false;
        }
      }
    }
  };
  return { change, isPending: assigning.isPending };
}

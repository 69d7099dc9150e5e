/** Where somebody is logged in, and ending that. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components";
import { pathOf } from "../api/call.ts";
import { useChange } from "../api/changes.ts";
import { sessionsOf } from "../api/queries.ts";
import { EntityLink, Table } from "../lists/table.tsx";
import { Action } from "../shell/action.tsx";
import { Question } from "../shell/dialog.tsx";
import { Empty, Failed, Loading, Section } from "../shell/page.tsx";
import { moment } from "../../time/spans.ts";

export function Sessions({ userId, email }: { userId: string; email: string }) {
  const { data, error, refetch } = useQuery(sessionsOf(userId));
  /** The session to end; `all` for every one. */
  const [leaving, setLeaving] = useState<string | null>(null);
  const change = useChange();
  const end = (which: string): void => {
    const path = which === "all" ? pathOf("sessions", userId) : pathOf("sessions", userId, which);
    const said = which === "all" ? "All sessions are ended." : "The session is ended.";
    change.mutate({ method: "DELETE", path, said }, { onSettled: () => setLeaving(null) });
  };
  return (
    <Section
      title="Sessions"
      help="One for each login, by a browser or a backend. A session lasts 14 days from the last authentication; no setting changes that."
      actions={
        data !== undefined &&
        data.length > 0 && (
          <Button className="button danger" onPress={() => setLeaving("all")}>
            End all sessions
          </Button>
        )
      }
    >
      {data === undefined ? (
        error === null ? <Loading what="sessions" /> : <Failed error={error} again={() => void refetch()} />
      ) : data.length === 0 ? (
        <Empty title="Not logged in anywhere">
          <p>A session appears here once they log in.</p>
        </Empty>
      ) : (
        <Table
          label={`Sessions of ${email}`}
          rows={data}
          keyOf={({ session_id }) => session_id}
          columns={[
            { name: "Session", cell: ({ session_id }) => <code>{session_id}</code> },
            { name: "Client", cell: ({ client_id }) => <EntityLink kind="client" id={client_id} />, isExtra: true },
            { name: "Began", cell: ({ start_time }) => moment(start_time), isExtra: true },
            { name: "Ends by", cell: ({ expiration_time }) => moment(expiration_time) },
            {
              name: "",
              cell: ({ session_id }) => (
                <Button className="button small" aria-label={`End session ${session_id}`} onPress={() => setLeaving(session_id)}>
                  End
                </Button>
              ),
            },
          ]}
        />
      )}
      <Question
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={leaving === "all" ? `End all sessions of ${email}?` : "End this session?"}
        answers={
          <>
            <Button className="button" onPress={() => setLeaving(null)} autoFocus>
              Cancel
            </Button>
            <Action className="button danger" isBusy={change.isPending} onPress={() => end(leaving ?? "")}>
              {leaving === "all" ? "End all" : "End session"}
            </Action>
          </>
        }
      >
        <p>
          Its refresh tokens are revoked with it, and the gates refuse its access tokens within the revocation bound. The user can log
          in again.
        </p>
      </Question>
    </Section>
  );
}

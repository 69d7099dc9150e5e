/** Who may log in to an application. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components";
import { pathOf } from "../api/call.ts";
import { useChange } from "../api/changes.ts";
import { usersOf } from "../api/queries.ts";
import type { User } from "../api/wire.ts";
import { More } from "../lists/more.tsx";
import { Picker } from "../lists/picker.tsx";
import { NameCell, Table } from "../lists/table.tsx";
import { Action } from "../shell/action.tsx";
import { Question } from "../shell/dialog.tsx";
import { Empty, Failed, Loading, Section } from "../shell/page.tsx";
import { StatusBadge } from "../users/status-badge.tsx";

export function ApplicationUsers({ id, name }: { id: string; name: string }) {
  const users = useInfiniteQuery(usersOf(id));
  const rows = users.data?.pages.flatMap(({ result }) => result);
  const change = useChange();
  const [chosen, setChosen] = useState("");
  const [leaving, setLeaving] = useState<User | null>(null);
  const userId = chosen.trim();
  const assign = (): void =>
    change.mutate(
      { method: "PUT", path: pathOf("applications", id, "users", userId), said: `${userId} may log in to ${name} now.` },
      { onSuccess: () => setChosen("") },
    );
  const unassign = (user: User): void =>
    change.mutate(
      { method: "DELETE", path: pathOf("applications", id, "users", user.user_id), said: `${user.email} can no longer log in to ${name}.` },
      { onSettled: () => setLeaving(null) },
    );
  return (
    <Section title="Users" help="A user enters only the applications that they are assigned to.">
      {rows === undefined ? (
        users.error === null ? <Loading what="users" /> : <Failed error={users.error} again={() => void users.refetch()} />
      ) : rows.length === 0 ? (
        <Empty title="Nobody may log in yet">
          <p>Assign users below.</p>
        </Empty>
      ) : (
        <Table
          label={`Users of ${name}`}
          rows={rows}
          keyOf={({ user_id }) => user_id}
          columns={[
            { name: "User", cell: (user) => <NameCell kind="user" entity={user} /> },
            { name: "Status", cell: ({ status }) => <StatusBadge status={status} />, isExtra: true },
            {
              name: "",
              cell: (user) => (
                <Button className="button small" aria-label={`Unassign ${user.email}`} onPress={() => setLeaving(user)}>
                  Unassign
                </Button>
              ),
            },
          ]}
        />
      )}
      <More query={users} />
      <div className="assign">
        <Picker kind="user" label="Assign a user" value={chosen} onChange={setChosen} />
        <Action className="button primary" isDisabled={userId === ""} isBusy={change.isPending} onPress={assign}>
          Assign
        </Action>
      </div>
      <Question
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Take ${leaving?.email ?? ""} out of ${name}?`}
        answers={
          <>
            <Button className="button" onPress={() => setLeaving(null)} autoFocus>
              Keep them
            </Button>
            <Action className="button danger" isBusy={change.isPending} onPress={() => leaving !== null && unassign(leaving)}>
              Unassign
            </Action>
          </>
        }
      >
        <p>They can no longer log in to it, nor refresh for it. Access tokens that are out live on until they expire.</p>
      </Question>
    </Section>
  );
}

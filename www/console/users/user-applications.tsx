/** The applications that a user may enter. A press counts at once, and is taken back where the server refuses it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "react-aria-components";
import { call, pathOf } from "../api/call.ts";
import { watch } from "../api/publication.ts";
import { all, type Loaded, readAgain } from "../api/queries.ts";
import { inPlainWords } from "../api/refusal.ts";
import type { Application, User } from "../api/wire.ts";
import { Tick } from "../../form/fields.tsx";
import { announce } from "../../announcements/announcements.ts";
import { Failed, Loading, Section } from "../shell/page.tsx";

export function UserApplications({ id, user, onChanged }: { id: string; user: User; onChanged: () => Promise<void> }) {
  const queries = useQueryClient();
  const applications = useQuery(all("application"));
  const key = ["user", "one", id];
  const assigning = useMutation({
    mutationFn: ({ application, isAssigned }: { application: Application; isAssigned: boolean }) =>
      call(isAssigned ? "PUT" : "DELETE", pathOf("applications", application.app_id, "users", id)),
    onMutate: async ({ application: { app_id }, isAssigned }) => {
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData<Loaded<User>>(key);
      queries.setQueryData<Loaded<User>>(key, (loaded) => loaded && { ...loaded, value: withApplication(loaded.value, app_id, isAssigned) });
      return before;
    },
    onError: (error, _, before) => {
      queries.setQueryData(key, before);
      announce(inPlainWords(error), "refused");
    },
    onSettled: async (_, error, { application: { name }, isAssigned }) => {
      void watch(queries, undefined);
      await onChanged();
      await readAgain(queries, { kind: "user", id });
      if (error === null) {
        announce(isAssigned ? `${user.email} may log in to ${name} now.` : `${user.email} can no longer log in to ${name}.`);
      }
    },
  });
  const assigned = user.applications ?? [];
  return (
    <Section title="Applications" help="They enter only these. A change counts at once, without saving.">
      {applications.data === undefined ? (
        applications.error === null ? <Loading what="applications" /> : <Failed error={applications.error} again={() => void applications.refetch()} />
      ) : (
        <div className="choices beside" role="group" aria-label="Applications of the user">
          {applications.data
            .filter(({ kind }) => kind !== "management")
            .map((application) => (
              <Checkbox
                key={application.app_id}
                className="choice"
                isSelected={assigned.includes(application.app_id)}
                isDisabled={assigning.isPending && assigning.variables.application.app_id === application.app_id}
                onChange={(isAssigned) => assigning.mutate({ application, isAssigned })}
              >
                <Tick />
                <span>
                  {application.name}
                  <small>{application.app_id}</small>
                </span>
              </Checkbox>
            ))}
        </div>
      )}
    </Section>
  );
}

function withApplication(user: User, appId: string, isAssigned: boolean): User {
  const others = (user.applications ?? []).filter((each) => each !== appId);
  return { ...user, applications: isAssigned ? [...others, appId] : others };
}

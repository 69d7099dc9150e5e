import { useState } from "react";
import { Button } from "react-aria-components";
import { useSaving } from "../api/changes.ts";
import type { Loaded } from "../api/queries.ts";
import { inPlainWords, Refusal } from "../api/refusal.ts";
import type { User } from "../api/wire.ts";
import { Action } from "../shell/action.tsx";
import { announce } from "../../announcements/announcements.ts";
import { Question } from "../shell/dialog.tsx";
import { Section } from "../shell/page.tsx";
import { useWho } from "../shell/who.ts";

/** Whether somebody gets anything at all. */
export function UserStatus({ id, loaded, onChanged }: { id: string; loaded: Loaded<User>; onChanged: () => Promise<void> }) {
  const { email, status } = loaded.value;
  const [isAsked, setAsked] = useState(false);
  const saving = useSaving("user", id);
  const isActive = status === "active";
  const isOneself = useWho().user_id === id;
  const change = async (): Promise<void> => {
    try {
      await saving.mutateAsync({ changes: { status: isActive ? "suspended" : "active" }, ifMatch: loaded.etag });
    } catch (error) {
      const isStale = error instanceof Refusal && error.status === 412;
      announce(isStale ? "Somebody else changed this user in between. Look again, and then decide." : inPlainWords(error), "refused");
    }
    setAsked(false);
    await onChanged();
  };
  return (
    <Section
      title="Status"
      actions={
        <Button className={isActive ? "button danger" : "button"} onPress={() => setAsked(true)}>
          {isActive ? "Suspend user" : "Reinstate user"}
        </Button>
      }
    >
      <p>
        {isActive
          ? "Active: they can log in to the applications that they are assigned to."
          : "Suspended: they get nothing anywhere. No login, no refresh, and the gate refuses the tokens that were out."}
      </p>
      <Question
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title={isActive ? `Suspend ${email}?` : `Reinstate ${email}?`}
        grave
        answers={
          <>
            <Button className="button" onPress={() => setAsked(false)} autoFocus>
              Cancel
            </Button>
            <Action className={isActive ? "button danger" : "button primary"} isBusy={saving.isPending} onPress={() => void change()}>
              {isActive ? "Suspend" : "Reinstate"}
            </Action>
          </>
        }
      >
        {isActive ? (
          <p>
            All of their sessions end at once, their refresh tokens are revoked, and the gates refuse their access tokens within the
            revocation bound. Reinstating brings none of that back: they log in anew.
            {isOneself && " This is your own account: the console is closed to you, too, until somebody else reinstates you."}
          </p>
        ) : (
          <p>They can log in again. Sessions and tokens that ended when they were suspended stay ended.</p>
        )}
      </Question>
    </Section>
  );
}

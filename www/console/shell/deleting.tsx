/** Deleting one thing: asked first, and where something names it, told by what. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "react-aria-components";
import { useDeleting } from "../api/changes.ts";
import { inPlainWords, Refusal } from "../api/refusal.ts";
import { type Kind, KINDS } from "../api/wire.ts";
import { MentionLink } from "../lists/table.tsx";
import { Action } from "./action.tsx";
import { Question } from "./dialog.tsx";

interface DeletingProps {
  kind: Kind;
  id: string;
  name: string;
  etag: string | undefined;
  /** What goes with it. */
  consequence: string;
}

export function Deleting({ kind, id, name, etag, consequence }: DeletingProps) {
  const [isAsked, setAsked] = useState(false);
  const deleting = useDeleting(kind, id);
  const navigate = useNavigate();
  const { one, path } = KINDS[kind];
  const close = (): void => {
    setAsked(false);
    deleting.reset();
  };
  const { error } = deleting;
  const isInUse = error instanceof Refusal && error.code === "in_use";
  return (
    <>
      <Button className="button" onPress={() => setAsked(true)}>
        Delete {one}
      </Button>
      <Question
        isOpen={isAsked}
        onClose={close}
        title={isInUse ? `${name} is in use` : `Delete ${name}?`}
        grave
        answers={
          <>
            <Button className="button" onPress={close} autoFocus>
              {isInUse ? "Close" : "Keep it"}
            </Button>
            {!isInUse && (
              <Action
                className="button danger"
                isBusy={deleting.isPending}
                onPress={() =>
                  deleting.mutate(etag, {
                    onSuccess: () => void navigate({ to: `/${path}` as "/resources", ignoreBlocker: true }),
                  })
                }
              >
                Delete {one}
              </Action>
            )}
          </>
        }
      >
        {isInUse ? (
          <div role="alert">
            <p>Nothing was deleted. First take it from what names it:</p>
            <ul className="mentions">
              {error.usedBy.map((mention) => (
                <li key={`${mention.kind} ${mention.id}`}>
                  {mention.kind} <MentionLink kind={mention.kind} id={mention.id} />
                </li>
              ))}
            </ul>
          </div>
        ) : (
          <>
            <p>{consequence} It cannot be undone.</p>
            {error !== null && (
              <p className="fault-at" role="alert">
                {error instanceof Refusal && error.status === 412 ? "Somebody else changed it in between. Close this, look again, and then decide." : inPlainWords(error)}
              </p>
            )}
          </>
        )}
      </Question>
    </>
  );
}

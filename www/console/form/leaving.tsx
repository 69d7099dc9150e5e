/** Nobody leaves with unsaved changes without having said so. */
import { useBlocker } from "@tanstack/react-router";
import { Button } from "react-aria-components";
import { Question } from "../shell/dialog.tsx";

export function LeavingQuestion({ isUnsaved }: { isUnsaved: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isUnsaved && current.pathname !== next.pathname,
    enableBeforeUnload: isUnsaved,
    withResolver: true,
  });
  return (
    <Question
      isOpen={status === "blocked"}
      onClose={() => reset?.()}
      title="Leave without saving?"
      answers={
        <>
          <Button className="button" onPress={() => reset?.()} autoFocus>
            Stay here
          </Button>
          <Button className="button danger" onPress={() => proceed?.()}>
            Leave, and lose the changes
          </Button>
        </>
      }
      grave
    >
      <p>What you changed on this page is not saved yet.</p>
    </Question>
  );
}

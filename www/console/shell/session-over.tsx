/** The session ended while somebody worked here: they log in beside it, and nothing that was typed is lost. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { Button } from "react-aria-components";
import { loginAt, onLoginElsewhere, session } from "../api/session.ts";
import { announce } from "../../announcements/announcements.ts";
import { Question } from "./dialog.tsx";

export function SessionOver({ userId }: { userId: string }) {
  const queries = useQueryClient();
  const { data: isOver } = useQuery<boolean>({ queryKey: ["console", "over"], enabled: false, initialData: false });

  const lookAgain = useCallback(async () => {
    const who = await queries.fetchQuery({ ...session, staleTime: 0 }).catch(() => null);
    if (who === null) {
      return;
    }
    if (who.user_id !== userId) {
      location.reload();
      return;
    }
    queries.setQueryData(["console", "over"], false);
    announce("You are logged in again. What was not saved is still here.");
    await queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "console" });
  }, [queries, userId]);

  useEffect(() => {
    if (!isOver) {
      return;
    }
    const stop = onLoginElsewhere(() => void lookAgain());
    const look = () => void lookAgain();
    window.addEventListener("focus", look);
    return () => {
      stop();
      window.removeEventListener("focus", look);
    };
  }, [isOver, lookAgain]);

  return (
    <Question
      isOpen={isOver}
      onClose={() => queries.setQueryData(["console", "over"], false)}
      title="Your session is over"
      answers={
        <>
          <Button className="button" onPress={() => void lookAgain()}>
            I have logged in
          </Button>
          <a className="button primary" href={loginAt("/console/logged-in")} target="_blank" rel="opener">
            Log in again
          </a>
        </>
      }
    >
      <p>Log in again in a new tab, and come back here. What you typed stays as it is; the last change was not saved.</p>
    </Question>
  );
}

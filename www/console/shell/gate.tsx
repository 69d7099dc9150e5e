/** Nobody sees the console who is not logged in. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { Button } from "react-aria-components";
import { Refusal } from "../api/refusal.ts";
import { loginAt, logOut, session, tellOthersOfLogin } from "../api/session.ts";
import type { ConsoleSession } from "../api/wire.ts";
import { Mark } from "../../brand/mark.tsx";
import { Failed, Loading } from "./page.tsx";

export function Gate({ children }: { children: (who: ConsoleSession) => ReactNode }) {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(session);
  // Once somebody was in, the pages stay: what was typed there must not go because a session ended.
  const known = useRef<ConsoleSession>(undefined);
  if (data !== undefined && data !== null) {
    known.current = data;
  }
  const isOut = data === null;
  const wasIn = known.current !== undefined;
  useEffect(() => {
    if (isOut && wasIn) {
      queries.setQueryData(["console", "over"], true);
    }
  }, [isOut, wasIn, queries]);
  if (known.current !== undefined) {
    return children(known.current);
  }
  return (
    <Alone>
      {isOut ? <LogIn /> : error instanceof Refusal && error.status === 403 ? <NotForYou /> : error !== null ? <Failed error={error} again={() => void refetch()} /> : <Loading what="the console" />}
    </Alone>
  );
}

function LogIn() {
  return (
    <>
      <h1>Log in to the console</h1>
      <p>It is for people with the role <code>tenant-administrator</code>, and uses this tenant’s own login.</p>
      <a className="button primary" href={loginAt(location.pathname + location.search)}>
        Log in
      </a>
    </>
  );
}

function NotForYou() {
  return (
    <>
      <h1>Not for you</h1>
      <p>
        Your account may not administer this tenant. Somebody who may can give it the role <code>tenant-administrator</code>.
      </p>
      <Button className="button" onPress={() => void logOut()}>
        Log in as somebody else
      </Button>
    </>
  );
}

/** Where a login that was begun beside unsaved work ends. */
export function LoggedIn() {
  useEffect(() => {
    document.title = "Logged in - Audgate console";
    tellOthersOfLogin();
  }, []);
  return (
    <Alone>
      <h1>You are logged in</h1>
      <p>Close this tab and go on in the other one.</p>
      <a href="/console/">Or open the console here</a>
    </Alone>
  );
}

function Alone({ children }: { children: ReactNode }) {
  return (
    <main className="alone">
      <p className="brand">
        <Mark /> Audgate <span>console</span>
      </p>
      {children}
    </main>
  );
}

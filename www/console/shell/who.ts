import { createContext, useContext } from "react";
import type { ConsoleSession } from "../api/wire.ts";

export const WhoContext = createContext<ConsoleSession | null>(null);

/** Who is logged in; below the gate somebody always is. */
export function useWho(): ConsoleSession {
  const who = useContext(WhoContext);
  if (who === null) {
    throw new Error("this is shown only to who is logged in");
  }
  return who;
}

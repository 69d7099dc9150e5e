/** What the expirations of a resource mean, as lanes of one time line and in words. */
import { inWords } from "./duration.ts";

/** The login session's length, which nobody can set. */
const LOGIN_SESSION = 1_209_600;

export interface Lane {
  kind: "access" | "refresh" | "rotation" | "login";
  name: string;
  seconds: number;
  /** Where renewal can carry it at most. */
  until?: number;
  /** What to read beside the picture. */
  words: string;
}

/** The three spans that a resource configures; what is no positive number counts as not set. */
export interface Lifetimes {
  access_token_ttl: unknown;
  refresh_token_ttl: unknown;
  max_refresh_rotate: unknown;
}

export function lanesOf(resource: Lifetimes): Lane[] {
  const seconds = (span: keyof Lifetimes): number => {
    const value = resource[span];
    return typeof value === "number" && value > 0 ? value : 0;
  };
  const access = seconds("access_token_ttl");
  const refresh = seconds("refresh_token_ttl");
  const rotation = seconds("max_refresh_rotate");
  const said = (span: number): string => (span === 0 ? "not set" : inWords(span));
  return [
    {
      kind: "access",
      name: "Access token",
      seconds: access,
      words: `${said(access)} from each issue. Then a client that acts for a present user authenticates silently, and one with offline access refreshes.`,
    },
    {
      kind: "refresh",
      name: "Refresh token",
      seconds: refresh,
      until: rotation,
      words: `${said(refresh)} unless it is used. Each use replaces it by a new one, which lives as long again, but never beyond the session expiration.`,
    },
    {
      kind: "rotation",
      name: "Session expiration",
      seconds: rotation,
      words: `${said(rotation)} from the first refresh token on, whatever happens. Then rotation ends, and the user logs in again.`,
    },
    {
      kind: "login",
      name: "Login session",
      seconds: LOGIN_SESSION,
      words: "14 days, fixed. It begins anew whenever the user authenticates, silently too, and never by a refresh.",
    },
  ];
}

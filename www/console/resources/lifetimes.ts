/** What the expirations of a resource mean, and what can be wrong with them. */
import type { Resource, Span } from "../api/wire.ts";
import type { Fault } from "../api/refusal.ts";
import { inWords } from "../../time/duration.ts";

/** The longest span that can be configured: ten years. */
const LONGEST = 315_360_000;

export const SPANS: readonly { member: Span; label: string; description: string }[] = [
  {
    member: "access_token_ttl",
    label: "Access token expiration",
    description: "How long an access token opens the gate. The shorter, the sooner a change of roles or scopes is felt.",
  },
  {
    member: "refresh_token_ttl",
    label: "Refresh token expiration",
    description: "How long a refresh token can lie unused. Each use gives a new one, and this begins anew.",
  },
  {
    member: "max_refresh_rotate",
    label: "Session expiration",
    description:
      "The maximum period in which the refresh token can rotate, absolute from the first issue: however often it is used, this is when offline access ends. It is not the length of the login session, which is fixed at 14 days (1,209,600 s).",
  },
];

type Lifetimes = Pick<Resource, Span>;

/** Faults that can be told before anything is sent. */
export function faultsOfSpans(resource: Lifetimes): Fault[] {
  const faults: Fault[] = SPANS.flatMap(({ member }) => {
    const value: unknown = resource[member];
    const path = `$.${member}`;
    const expected = "a span such as `5 min`, `14 days` or `300`";
    if (typeof value !== "number") {
      return [{ path, problem: value === "" || value === undefined ? "is missing" : `\`${String(value)}\` is no span of time`, expected }];
    }
    return value < 1 || value > LONGEST ? [{ path, problem: `is ${value} s`, expected: "from 1 s to ten years" }] : [];
  });
  if (faults.length === 0 && resource.refresh_token_ttl > resource.max_refresh_rotate) {
    const problem = `a refresh token of ${inWords(resource.refresh_token_ttl)} would outlive the session expiration of ${inWords(resource.max_refresh_rotate)}`;
    faults.push({ path: "$.refresh_token_ttl", problem, expected: "at most the session expiration" });
  }
  return faults;
}

/** A decision as the steps that led to it, in the order in which the gate takes them. */
import type { Trace } from "audgate";
import { inShort, timeOfDay } from "../../time/duration.ts";
import type { Token } from "../tokens/tokens.ts";

export interface Step {
  name: string;
  /** `skipped`: the gate had decided before, or had no need or nothing to look at. */
  state: "passed" | "failed" | "skipped";
  /** Names and input in backticks. */
  says: string;
}

type RevocationTrace = NonNullable<Trace["revocation"]>;

const NAMES = ["Resource", "Rule", "Token", "Audience", "Time", "Signature", "Revocation", "Subject", "Login", "Scopes"] as const;
type Name = (typeof NAMES)[number];

/** The step at which a reason arises. All others are about the token's form, key or claims. */
const FAILED_AT: Record<string, Name> = {
  ambiguous_path: "Resource",
  no_resource: "Resource",
  no_rule: "Rule",
  public_rule: "Rule",
  no_token: "Token",
  audience_mismatch: "Audience",
  not_yet_valid: "Time",
  expired: "Time",
  lifetime_exceeded: "Time",
  signature_mismatch: "Signature",
  cannot_verify_now: "Signature",
  token_revoked: "Revocation",
  revocation_unknown: "Revocation",
  wrong_subject_kind: "Subject",
  wrong_subject: "Subject",
  insufficient_user_authentication: "Login",
  insufficient_scope: "Scopes",
};

/** `token` is what went with the request: where the gate refuses early, it does not say what the token claims. */
export function stepsOf(trace: Trace, token: Token | undefined, clockTolerance: number): Step[] {
  const allowed = trace.outcome === "allow";
  const failing = allowed ? NAMES.length : NAMES.indexOf(FAILED_AT[trace.outcome] ?? "Token");
  // A public rule asks for no token, so the gate looks at nothing after it.
  const isPublic = allowed && trace.subject === undefined;
  const says = sentences(trace, token, clockTolerance);
  const isLookedAt: Partial<Record<Name, boolean>> = { Revocation: trace.revocation !== undefined, Login: asksForLogin(trace) };
  return NAMES.filter((name) => isLookedAt[name] !== false || NAMES[failing] === name).map((name) => {
    const index = NAMES.indexOf(name);
    const skipped = index > failing || (isPublic && index > NAMES.indexOf("Rule"));
    const state = skipped || isWithoutList(name, trace) ? "skipped" : index === failing ? "failed" : "passed";
    return { name, state, says: skipped ? "" : says[name](state === "failed") };
  });
}

function sentences(trace: Trace, token: Token | undefined, tolerance: number): Record<Name, (failed: boolean) => string> {
  const because = trace.explanation ?? "";
  const wanted = trace.scopes_wanted ?? "";
  const held = trace.scopes_held ?? token?.claims.scope ?? "";
  return {
    Resource: (failed) => (failed ? because : `\`${trace.resource_id}\` covers the URL`),
    Rule: (failed) =>
      failed ? because : `\`${trace.rule}\`${trace.subjects_admitted === undefined ? " is public: no token is needed" : ""}`,
    Token: (failed) => (failed ? because : "an access token of this tenant, its key is known"),
    Audience: (failed) =>
      failed
        ? `\`${trace.audience_wanted}\` is wanted, the token is for \`${token?.claims.aud}\``
        : `\`${trace.audience_wanted}\` is what the token is for`,
    Time: (failed) => {
      const refusedFrom = trace.deadline ?? (token === undefined ? undefined : token.claims.exp + tolerance);
      if (failed && trace.outcome !== "expired") {
        return because;
      }
      const deadline = refusedFrom === undefined ? "" : `\`${timeOfDay(refusedFrom)}\``;
      const distance = Math.abs((refusedFrom ?? trace.decided_at) - trace.decided_at);
      const ago = distance === 0 ? "this very second" : `${inShort(distance)} ago`;
      return failed ? `refused from ${deadline} on, ${ago}` : `refused from ${deadline} on, in ${inShort(distance)}`;
    },
    Signature: (failed) => (failed ? because : trace.known_token === true ? "verified before, still known" : "verified"),
    Revocation: (failed) => (trace.revocation === undefined ? because : revocationWords(trace.revocation, failed, because)),
    Subject: (failed) =>
      failed && trace.outcome === "wrong_subject_kind"
        ? `for ${listed(trace.subjects_admitted)}, not for a ${kindOf(trace)}`
        : failed
          ? `${because}: the token is \`${trace.subject}\`’s`
          : `\`${trace.subject}\`, a ${kindOf(trace)}; the rule is for ${listed(trace.subjects_admitted)}`,
    Login: (failed) => loginWords(trace, failed, because),
    Scopes: (failed) =>
      failed
        ? `\`${wanted}\` is wanted, ${held === "" ? "the token has no scope" : `the token has \`${held}\``}`
        : wanted === ""
          ? "the rule wants none"
          : `\`${wanted}\` is wanted and held`,
  };
}

/** Where no list is published, there is nothing to look at. */
function isWithoutList(name: Name, { revocation }: Trace): boolean {
  return name === "Revocation" && revocation?.mode === "none";
}

function revocationWords({ mode, cause, age, bound, revoked_by }: RevocationTrace, failed: boolean, because: string): string {
  const why = `its user and client are asked${cause === undefined ? "" : `, because ${CAUSES[cause]}`}`;
  switch (mode) {
    case "none":
      return "no list of revocations is published here, so a token is good until it expires";
    case "foreign":
      return "nothing here revokes what another issuer issued: the token is good until it expires";
    case "list":
      return failed
        ? `${because}${revoked_by === undefined ? "" : `, by its \`${revoked_by}\``}`
        : `not on the list, which is ${inShort(age ?? 0)} old; a revocation counts after ${inShort(bound ?? 0)} at the latest`;
    case "objects":
      return failed ? `${because}; ${why}` : `not revoked; ${why}`;
  }
}

const CAUSES: Record<NonNullable<RevocationTrace["cause"]>, string> = {
  strong: "the resource wants it on every request",
  full_shard: "this part of the list is full",
  no_list: "there is no list",
  old_list: "the list is too old",
};

function asksForLogin({ acr_values_wanted: values, max_age: age }: Trace): boolean {
  return values !== undefined || age !== undefined;
}

function loginWords(trace: Trace, failed: boolean, because: string): string {
  const { acr_values_wanted: values, max_age: age, acr_held: held, authenticated_at: at, decided_at: now } = trace;
  const wanted = [
    ...(age === undefined ? [] : [`a login at most ${inShort(age)} ago`]),
    ...(values === undefined ? [] : [`\`acr\` among \`${values}\``]),
  ].join(", ");
  const moment = at === undefined ? "says no time of login" : `is of a login ${inShort(Math.max(0, now - at))} ago`;
  const manner = values === undefined ? "" : held === undefined ? ", has no `acr`" : `, has \`acr\` \`${held}\``;
  return `${failed ? `${because}: ` : ""}${wanted} is wanted; the token ${moment}${manner}`;
}

function kindOf({ subject_kind }: Trace): string {
  return subject_kind === "management" ? "management client" : (subject_kind ?? "subject");
}

function listed(kinds: string[] | undefined): string {
  const plurals: Record<string, string> = { user: "users", client: "clients", management: "management" };
  const words = (kinds ?? []).map((kind) => plurals[kind] ?? kind);
  return words.length === 3 ? "any subject" : words.join(" and ");
}

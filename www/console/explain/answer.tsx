import type { Explanation } from "../api/wire.ts";
import { EntityLink, Table } from "../lists/table.tsx";
import { Section } from "../shell/page.tsx";

/** Why the whole request is refused. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_target: "The resource is not on the client’s list, or there is none with this URI. A request that names it is refused.",
  invalid_scope: "Scopes were asked for, and none of them can be granted.",
  user_not_assigned: "The user is not assigned to the client’s application, so they cannot log in there.",
  user_suspended: "The user is suspended and gets nothing anywhere.",
  grant_type_not_allowed: "The client may not use the grant by which it would get such a token: it acts for users only, or for itself only.",
};

const REASONS: Readonly<Record<string, string>> = {
  effective: "Defined by the resource and allowed to the client.",
  not_defined: "The resource defines no such scope.",
  not_allowed_to_client: "It is not among the scopes that the client is allowed.",
  not_granted_by_role: "No role grants it.",
  for_users_only: "A scope of the protocol: a client that acts for itself has neither an identity nor offline access.",
  no_public_key: "ID tokens need a signature that everybody can verify, and the tenant signs with none.",
  no_refresh_grant: "The client may not use refresh tokens.",
};

export function Answer({ explanation, isAsked }: { explanation: Explanation; isAsked: boolean }) {
  const { client_id, user_id, resource_id, granted, scopes, refusal } = explanation;
  const isRefused = refusal !== undefined && refusal !== null;
  return (
    <Section title="The answer">
      <div className={`verdict ${isRefused ? "deny" : "allow"}`}>
        <p>
          <b>{isRefused ? "Refused" : granted.length === 0 ? "A token without scope" : "A token with"}</b>{" "}
          {!isRefused && granted.map((scope) => <code key={scope}>{scope} </code>)}
          {isRefused && <code>{refusal}</code>}
        </p>
        {isRefused && <p>{REFUSALS[refusal] ?? refusal}</p>}
        {!isRefused && !isAsked && <p>No scope was asked for, so it has all that are effective.</p>}
      </div>
      <p className="help">
        Client <EntityLink kind="client" id={client_id} />
        {user_id !== undefined && user_id !== null && (
          <>
            , for the user <EntityLink kind="user" id={user_id} />
          </>
        )}
        
        {typeof resource_id === "string" && (
          <>
            , at the resource <EntityLink kind="resource" id={resource_id} />
          </>
        )}
      </p>
      {scopes.length > 0 && (
        <Table
          label="Scopes, each with its reason"
          rows={scopes}
          keyOf={({ scope }) => scope}
          columns={[
            { name: "Scope", cell: ({ scope }) => <code>{scope}</code> },
            { name: "Granted", cell: ({ granted: isGranted }) => <span className={isGranted ? "badge good" : "badge bad"}>{isGranted ? "yes" : "no"}</span> },
            {
              name: "Why",
              cell: ({ reason, roles = [] }) => (
                <>
                  {REASONS[reason] ?? reason}
                  {reason === "effective" && roles.length === 0 && user_id === undefined && " A client without a role has all that is allowed to it."}
                  {roles.length > 0 && " Granted by "}
                  {roles.map((role, index) => (
                    <span key={role}>
                      {index > 0 && ", "}
                      <EntityLink kind="role" id={role} />
                    </span>
                  ))}
                </>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

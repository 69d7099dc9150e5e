import type { Explanation } from "../api/wire.ts";
import { EntityLink, Table } from "../lists/table.tsx";
import { Section } from "../shell/page.tsx";

/** Why the whole request is refused. */
const REFUSALS: Readonly<Record<string, string>> = {
  invalid_target: "The resource is not on the client’s list, or there is none with this URI. A request that names it is refused as invalid_target.",
  invalid_scope: "Scopes were asked for, and none of them can be granted. The request is refused as invalid_scope.",
  user_not_assigned: "The user is not assigned to the client’s application, so they cannot log in there.",
  user_suspended: "The user is suspended and gets nothing anywhere.",
  user_unknown: "There is no such user in this tenant.",
  client_unknown: "There is no such client in this tenant.",
  management_client: "A client of a management application authenticates no users.",
  unauthorized_client: "The client is not permitted a grant by which it could get such a token.",
};

const REASONS: Readonly<Record<string, string>> = {
  effective: "Defined by the resource and allowed to the client.",
  not_requested: "It was not asked for.",
  not_defined: "The resource defines no such scope.",
  not_allowed_to_client: "It is not among the scopes that the client is allowed at this resource.",
  not_granted_by_role: "No role grants it.",
  protocol_scope: "A scope of the protocol: for users only, as far as it is allowed to the client.",
  protocol_scope_not_allowed: "A scope of the protocol that is not allowed to the client.",
  for_users_only: "A scope of the protocol: a client that acts for itself has neither an identity nor offline access.",
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
        , at the resource <EntityLink kind="resource" id={resource_id} />
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

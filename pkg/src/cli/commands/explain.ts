/** `explain`: why a client or user gets a scope on a resource, or does not; and what the gate says of a request. */
import { EXIT, Failure, type Exit } from "../failure.ts";
import { Management } from "../management.ts";
import { printable } from "../printable.ts";
import type { Output, Style } from "../terminal.ts";
import { decision, type DecisionOptions } from "./decision.ts";

/** The options of both ways to ask; which of them belong together is checked here. */
export interface ExplainOptions extends DecisionOptions {
  /** The client in question. */
  clientId?: string;
  resource?: string;
  userId?: string;
  scope?: string;
  /** The client that asks. */
  as?: string;
  clientSecretFile?: string;
}

/** The answer of `/v1/explain`. */
interface Explanation {
  client_id: string;
  user_id?: string;
  resource_id?: string;
  granted?: string[];
  scopes?: { scope: string; granted: boolean; reason: string; roles?: string[] }[];
  refusal?: string;
}

const REASONS: Record<string, string> = {
  effective: "the client may have it and the resource has it",
  not_defined: "the resource has no such scope",
  not_allowed_to_client: "the client's assignment to the resource does not allow it",
  not_granted_by_role: "no role grants it",
  for_users_only: "it is about users, and a client asks for itself",
  no_public_key: "an ID token needs a key that its reader can verify with, and the tenant has none",
  no_refresh_grant: "the client is not registered for refresh tokens",
};

const REFUSALS: Record<string, string> = {
  invalid_target: "the resource is unknown, or not assigned to the client",
  invalid_scope: "nothing of what was asked for remains",
  user_not_assigned: "the user is not assigned to the client's application",
  user_suspended: "the user is suspended",
  grant_type_not_allowed: "the client is not registered for tokens of its own",
};

export async function explain(options: ExplainOptions, output: Output): Promise<Exit> {
  const offline = options.document !== undefined || options.request !== undefined;
  const online = options.clientId !== undefined || options.resource !== undefined;
  if (offline === online) {
    throw new Failure("usage", "ask either by --client-id and --resource, or by --document and --request");
  }
  return offline ? decision(options, output) : grants(options, output);
}

async function grants(options: ExplainOptions, output: Output): Promise<Exit> {
  const { clientId, resource, userId, scope, issuer } = options;
  if (clientId === undefined || resource === undefined || issuer === undefined) {
    throw new Failure("usage", "--client-id, --resource and --issuer belong together");
  }
  const asking = { issuer, clientId: options.as, clientSecretFile: options.clientSecretFile };
  if (asking.clientId === undefined) {
    const problem = "who asks? Name a client of a management application by --as or in AUDGATE_CLIENT_ID";
    throw new Failure("no_client_id", problem);
  }
  const management = await Management.connect(asking, output.terminal);
  const query = new URLSearchParams({ client_id: clientId, resource });
  if (userId !== undefined) query.set("user_id", userId);
  if (scope !== undefined) query.set("scope", scope);
  const explanation = await management.result<Explanation>("GET", `/v1/explain?${query}`);
  output.result(explanation, (style) => explanationText(explanation, resource, style));
  const asked = (scope ?? "").split(" ").filter((name) => name !== "");
  const missing = asked.some((name) => explanation.granted?.includes(name) !== true);
  return explanation.refusal !== undefined || missing ? EXIT.refused : EXIT.done;
}

function explanationText(explanation: Explanation, asked: string, style: Style): string {
  const { client_id: client, user_id: user, resource_id: resource, scopes = [], refusal } = explanation;
  const who = user === undefined ? printable(client) : `${printable(user)} by ${printable(client)}`;
  const title = style.bold(`${who} at ${printable(resource ?? asked)}`);
  const lines = scopes.map(({ scope, granted, reason, roles = [] }) => {
    const mark = granted ? style.added("+") : style.removed("-");
    const by = roles.length === 0 ? "" : `; granted by ${roles.map(printable).join(", ")}`;
    const says = `${granted ? "granted" : "not granted"}: ${REASONS[reason] ?? printable(reason)}`;
    return `  ${mark} ${printable(scope)}: ${says}${by}`;
  });
  if (refusal !== undefined) {
    const because = REFUSALS[refusal] ?? "the token endpoint refuses";
    lines.unshift(`  ${style.removed(`no token: ${printable(refusal)}`)}: ${because}`);
  } else if (scopes.length === 0) {
    lines.push("  a token without scopes: nothing is defined for it");
  }
  return [title, ...lines].join("\n");
}

/** Who can ask for a token in this page: clients by their own credentials, and users. */
import type { Client, TenantDocument, User } from "./tenant-document.ts";

export type Subject =
  | { kind: "client" | "management"; id: string; name: string; description: string; client: Client }
  | { kind: "user"; id: string; name: string; description: string; client: Client; user: User };

/** The subjects of a document, in its order, users last. */
export function subjectsOf(document: TenantDocument): Subject[] {
  return [...document.clients.flatMap((client) => ofClient(document, client)), ...document.users.flatMap((user) => ofUser(document, user))];
}

function ofClient(document: TenantDocument, client: Client): Subject[] {
  if (!client.grants.includes("client_credentials")) {
    return [];
  }
  const application = document.applications.find(({ app_id }) => app_id === client.app_id);
  const kind = application?.kind === "management" ? "management" : "client";
  return [{ kind, id: client.client_id, name: client.name, description: client.description ?? "", client }];
}

/** A user comes through a client of an application that it is assigned to. */
function ofUser(document: TenantDocument, user: User): Subject[] {
  const client = document.clients.find(
    ({ app_id, grants }) => user.applications?.includes(app_id) === true && grants.includes("authorization_code"),
  );
  if (client === undefined || user.status !== "active") {
    return [];
  }
  const roles = user.role_ids?.join(", ") ?? "none";
  return [{ kind: "user", id: user.user_id, name: user.email, description: `Roles: ${roles}`, client, user }];
}

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { all } from "../api/queries.ts";
import type { Client } from "../api/wire.ts";
import { Pick } from "../../form/fields.tsx";
import { Snippet } from "../../copying/copy.tsx";
import { Section } from "../shell/page.tsx";
import { useWho } from "../shell/who.ts";
import { askingByItself, askingForUser } from "../words/asking.ts";

/** How this client asks for one of its resources. */
export function Asking({ client }: { client: Client }) {
  const { tenant: issuer } = useWho();
  const { data = [] } = useQuery(all("resource"));
  const grants = client.resources ?? [];
  const [chosen, setChosen] = useState("");
  const grant = grants.find(({ resource_id }) => resource_id === chosen) ?? grants[0];
  const resource = data.find(({ resource_id }) => resource_id === grant?.resource_id);
  if (grant === undefined || resource === undefined) {
    return null;
  }
  return (
    <Section title="How to ask for a resource" help="Naming the resource is what makes the token good for it, and for nothing else.">
      {grants.length > 1 && (
        <Pick
          path="asking"
          label="Resource"
          value={grant.resource_id}
          onChange={setChosen}
          choices={grants.map(({ resource_id }) => ({ value: resource_id, name: data.find((each) => each.resource_id === resource_id)?.name ?? resource_id }))}
        />
      )}
      {client.grants.includes("client_credentials") && (
        <div className="stack">
          <h3>For itself</h3>
          <Snippet label="the request for itself" text={askingByItself(issuer, client.client_id, client.token_endpoint_auth_method, resource.uri, grant.scopes)} />
        </div>
      )}
      {client.grants.includes("authorization_code") && (
        <div className="stack">
          <h3>For a user</h3>
          <Snippet label="the address for the user’s browser" text={askingForUser(issuer, client, resource.uri, grant.scopes)} />
        </div>
      )}
    </Section>
  );
}

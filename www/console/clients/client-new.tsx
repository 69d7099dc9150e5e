import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Client } from "../api/wire.ts";
import { useNew } from "../form/creating.ts";
import { NewForm } from "../form/forms.tsx";
import { ScopeGrants } from "../lists/scope-grants.tsx";
import { announce } from "../../announcements/announcements.ts";
import { Page, Section } from "../shell/page.tsx";
import { ClientDetails, UserLogin } from "./details.tsx";
import { SecretShown } from "./secret-shown.tsx";

export function NewClient() {
  const { app_id } = useSearch({ from: "/clients/new" });
  const creating = useNew<"client">("client", {
    name: "",
    app_id: app_id ?? "",
    type: "backend",
    grants: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
    resources: [],
  });
  const { value, set } = creating;
  const [made, setMade] = useState<Client | null>(null);
  const navigate = useNavigate();
  const show = (client: Client): void => void navigate({ to: "/clients/$id", params: { id: client.client_id }, ignoreBlocker: true });
  const onMade = (client: Client): void => {
    if (client.client_secret !== undefined) {
      setMade(client);
      return;
    }
    if (client.token_endpoint_auth_method.startsWith("client_secret")) {
      announce("The client was made by an earlier try, whose secret is not shown again. Rotate it to have one.", "refused");
    }
    show(client);
  };
  return (
    <Page title="New client" within={{ to: "/clients", name: "Clients" }} lead="Software of one of the tenant’s applications. Where it needs a secret, one is made and shown once.">
      <NewForm creating={creating} label="New client" action="Create client" onMade={onMade}>
        <ClientDetails draft={creating} isNew />
        {value.grants.includes("authorization_code") && <UserLogin draft={creating} />}
        <Section title="Resources" help="What it may ask for; this can be changed at any time.">
          <ScopeGrants
            path="resources"
            value={value.resources ?? []}
            onChange={(resources) => set({ resources })}
            verb="allowed"
            action="Assign a resource"
            none="No resource yet."
            withDefault={false}
          />
        </Section>
      </NewForm>
      <SecretShown
        clientId={made?.client_id ?? ""}
        secret={made?.client_secret ?? null}
        onClose={() => {
          if (made !== null) {
            show(made);
          }
        }}
      />
    </Page>
  );
}

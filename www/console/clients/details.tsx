import type { Client } from "../api/wire.ts";
import { Lines, OneOf, Pick, SomeOf, TextInput, Yes } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Picker } from "../lists/picker.tsx";
import { EntityLink } from "../lists/table.tsx";
import { Section } from "../shell/page.tsx";
import { KeySetInput } from "./key-set-input.tsx";

const GRANTS = [
  { value: "client_credentials", name: "client_credentials", says: "tokens for itself" },
  { value: "authorization_code", name: "authorization_code", says: "tokens for a user who logs in" },
  { value: "refresh_token", name: "refresh_token", says: "offline access" },
];
const METHODS = [
  { value: "client_secret_basic", name: "Secret, in the Authorization header" },
  { value: "client_secret_post", name: "Secret, in the body" },
  { value: "private_key_jwt", name: "Key of its own (private_key_jwt)" },
  { value: "none", name: "None: a public client" },
];
const PROTOCOL_SCOPES = ["openid", "profile", "email", "offline_access"].map((name) => ({ value: name, name }));

/** What a kind of software usually needs. */
const USUAL: Readonly<Record<Client["type"], Partial<Client>>> = {
  backend: { grants: ["client_credentials"], token_endpoint_auth_method: "client_secret_basic" },
  web: { grants: ["authorization_code", "refresh_token"], token_endpoint_auth_method: "none" },
  native: { grants: ["authorization_code", "refresh_token"], token_endpoint_auth_method: "none" },
};

export function ClientDetails({ draft, isNew = false }: { draft: Draft<"client">; isNew?: boolean }) {
  const { value, set } = draft;
  const setType = (type: Client["type"]): void => set(isNew ? { type, ...USUAL[type] } : { type });
  return (
    <Section title="Details">
      {!isNew && (
        <p className="help">
          Client <code>{value.client_id}</code> of the application <EntityLink kind="application" id={value.app_id} />
        </p>
      )}
      <TextInput path="name" label="Name" value={value.name ?? ""} onChange={(name) => set({ name })} isRequired />
      {isNew && (
        <div className="pair">
          <TextInput
            path="client_id"
            label="Identifier"
            description="Letters, digits and - . _ ~; it cannot be changed later. Leave it empty to be given one."
            value={value.client_id ?? ""}
            onChange={(client_id) => set({ client_id })}
            code
          />
          <Picker kind="application" path="app_id" label="Application" description="Its users may log in by this client." value={value.app_id ?? ""} onChange={(app_id) => set({ app_id })} />
        </div>
      )}
      <TextInput path="description" label="Description" value={value.description ?? ""} onChange={(description) => set({ description })} />
      <OneOf
        path="type"
        label="Type"
        value={value.type}
        onChange={setType}
        choices={[
          { value: "backend", name: "Backend", says: "on a server, where it can keep a secret" },
          { value: "web", name: "Web", says: "in a browser, or rendered by a server for one" },
          { value: "native", name: "Native", says: "on somebody’s device" },
        ]}
      />
      <SomeOf path="grants" label="Grants" value={value.grants ?? []} onChange={(grants) => set({ grants })} choices={GRANTS} isCode />
      <Pick
        path="token_endpoint_auth_method"
        label="How it authenticates"
        value={value.token_endpoint_auth_method}
        onChange={(method) => set({ token_endpoint_auth_method: method as Client["token_endpoint_auth_method"] })}
        choices={METHODS}
      />
      {value.token_endpoint_auth_method === "private_key_jwt" && <KeySetInput draft={draft} />}
    </Section>
  );
}

/** What concerns only clients through which users log in. */
export function UserLogin({ draft }: { draft: Draft<"client"> }) {
  const { value, set } = draft;
  return (
    <Section title="Users’ login">
      <Lines
        path="redirect_uris"
        label="Redirect URIs"
        description="Where a browser may be sent back to with a code; one a line, compared exactly."
        value={value.redirect_uris ?? []}
        onChange={(redirect_uris) => set({ redirect_uris })}
        code
      />
      <Lines
        path="post_logout_redirect_uris"
        label="Redirect URIs after logout"
        value={value.post_logout_redirect_uris ?? []}
        onChange={(post_logout_redirect_uris) => set({ post_logout_redirect_uris })}
        lines={2}
        code
      />
      <TextInput
        path="backchannel_logout_uri"
        label="Back-channel logout URI"
        description="Told when a session ends."
        value={value.backchannel_logout_uri ?? ""}
        onChange={(backchannel_logout_uri) => set({ backchannel_logout_uri })}
        code
      />
      <SomeOf
        path="protocol_scopes"
        label="Protocol scopes"
        description="Refresh tokens are issued only with offline_access."
        value={value.protocol_scopes ?? []}
        onChange={(protocol_scopes) => set({ protocol_scopes })}
        choices={PROTOCOL_SCOPES}
        isCode
      />
      <Yes label="Somebody else’s software" says="users are asked before it gets anything" value={value.third_party ?? false} onChange={(third_party) => set({ third_party })} />
    </Section>
  );
}

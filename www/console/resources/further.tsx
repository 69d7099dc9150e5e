import { OneOf, Pick } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";
import { Picker } from "../lists/picker.tsx";
import { Section } from "../shell/page.tsx";

const ALGORITHMS = [
  { value: "", name: "the tenant’s" },
  ...["ES256", "EdDSA", "RS256", "HS256"].map((name) => ({ value: name, name })),
];

/** What most resources never need. */
export function FurtherSettings({ draft }: { draft: Draft<"resource"> }) {
  const { value, set } = draft;
  return (
    <Section title="Further settings">
      <OneOf
        path="revocation"
        label="Revocation"
        value={value.revocation ?? "bounded"}
        onChange={(revocation) => set({ revocation })}
        choices={[
          { value: "bounded", name: "Bounded", says: "what is taken back is honoured within a stated bound, at no cost to requests" },
          { value: "strong", name: "Strong", says: "at once: every request asks the accounts of the token’s user and client" },
        ]}
      />
      <div className="pair">
        <Pick
          path="access_token_signing_alg"
          label="Signing algorithm"
          value={value.access_token_signing_alg ?? ""}
          onChange={(access_token_signing_alg) => set({ access_token_signing_alg })}
          choices={ALGORITHMS}
        />
        {value.resource_id !== "default" && (
          <Picker
            kind="client"
            path="introspection_client_id"
            label="Introspecting client"
            description="The client of whoever serves this resource; it may introspect tokens for it."
            value={value.introspection_client_id ?? ""}
            onChange={(introspection_client_id) => set({ introspection_client_id })}
          />
        )}
      </div>
    </Section>
  );
}

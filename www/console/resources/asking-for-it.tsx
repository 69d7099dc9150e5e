import type { Resource } from "../api/wire.ts";
import { Section } from "../shell/page.tsx";
import { Snippet } from "../../copying/copy.tsx";
import { useWho } from "../shell/who.ts";
import { askingByItself } from "../words/asking.ts";

/** The third step: a request that names the resource. */
export function AskingForIt({ resource }: { resource: Resource }) {
  const { tenant: issuer } = useWho();
  const scopes = (resource.scopes ?? []).map(({ name }) => name);
  return (
    <Section title="How to ask for it" help="Where a request names no resource, the token is for the default resource. So name it: the token’s aud is then exactly this URI.">
      <Snippet label="the request" text={askingByItself(issuer, "CLIENT_ID", "client_secret_basic", resource.uri, scopes)} />
    </Section>
  );
}

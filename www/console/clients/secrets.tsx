/** The secrets of a client: two can be valid while one replaces the other. */
import { useState } from "react";
import { Button } from "react-aria-components";
import { pathOf } from "../api/call.ts";
import { useChange } from "../api/changes.ts";
import type { Client } from "../api/wire.ts";
import { Action } from "../shell/action.tsx";
import { Question } from "../shell/dialog.tsx";
import { Section } from "../shell/page.tsx";
import { SecretShown } from "./secret-shown.tsx";

export function Secrets({ client, onChanged }: { client: Client; onChanged: () => Promise<void> }) {
  const [secret, setSecret] = useState<string | null>(null);
  const [isAsked, setAsked] = useState(false);
  const [leaving, setLeaving] = useState<string | null>(null);
  const rotation = useChange<{ result: { client_secret: string } }>();
  const removal = useChange();
  if (!client.token_endpoint_auth_method.startsWith("client_secret")) {
    return null;
  }
  const secrets = client.secrets ?? [];
  const rotate = async (): Promise<void> => {
    try {
      const { result } = await rotation.mutateAsync({ method: "POST", path: pathOf("clients", client.client_id, "secrets") });
      setSecret(result.client_secret);
      await onChanged();
    } finally {
      setAsked(false);
    }
  };
  const remove = async (secretId: string): Promise<void> => {
    try {
      await removal.mutateAsync({ method: "DELETE", path: pathOf("clients", client.client_id, "secrets", secretId), said: "The secret is good no more." });
      await onChanged();
    } finally {
      setLeaving(null);
    }
  };
  return (
    <Section
      title="Secrets"
      help="To change a secret without an outage: rotate, give the new one to the client, then remove the old one. Two are good at a time."
      actions={
        <Button className="button" onPress={() => setAsked(true)}>
          Rotate secret
        </Button>
      }
    >
      <ul className="rows" aria-label="Secrets">
        {secrets.map(({ secret_id }, index) => (
          <li key={secret_id} className="secret-row">
            <span>
              <code>{secret_id}</code> {secrets.length > 1 && <span className="help">{index === secrets.length - 1 ? "newest" : "older"}</span>}
            </span>
            {secrets.length > 1 && (
              <Button className="button small" aria-label={`Remove secret ${secret_id}`} onPress={() => setLeaving(secret_id)}>
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Question
        isOpen={isAsked}
        onClose={() => setAsked(false)}
        title="Rotate the secret?"
        answers={
          <>
            <Button className="button" onPress={() => setAsked(false)} autoFocus>
              Not now
            </Button>
            <Action className="button primary" isBusy={rotation.isPending} onPress={() => void rotate().catch(() => undefined)}>
              Make a new secret
            </Action>
          </>
        }
      >
        <p>
          A new secret is made and shown once. The newest one that there is stays good beside it
          {secrets.length > 1 ? "; the older one is good no more." : "."}
        </p>
      </Question>
      <Question
        isOpen={leaving !== null}
        onClose={() => setLeaving(null)}
        title="Remove this secret?"
        answers={
          <>
            <Button className="button" onPress={() => setLeaving(null)} autoFocus>
              Keep it
            </Button>
            <Action className="button danger" isBusy={removal.isPending} onPress={() => void remove(leaving ?? "").catch(() => undefined)}>
              Remove secret
            </Action>
          </>
        }
      >
        <p>
          Whoever still authenticates with <code>{leaving}</code> is refused once this is published.
        </p>
      </Question>
      <SecretShown clientId={client.client_id} secret={secret} onClose={() => setSecret(null)} />
    </Section>
  );
}

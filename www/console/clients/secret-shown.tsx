import { Button } from "react-aria-components";
import { Copy } from "../../copying/copy.tsx";
import { Question } from "../shell/dialog.tsx";

/** A secret, this once. */
export function SecretShown({ clientId, secret, onClose }: { clientId: string; secret: string | null; onClose: () => void }) {
  return (
    <Question
      isOpen={secret !== null}
      onClose={onClose}
      title="The client’s secret"
      grave
      once
      answers={
        <>
          <Copy text={secret ?? ""} label="the secret" />
          <Button className="button primary" onPress={onClose}>
            I have stored it
          </Button>
        </>
      }
    >
      <p>
        For <code>{clientId}</code>. It is shown this once: only its hash is kept, so nobody can show it again.
      </p>
      <code className="secret" aria-label="Secret">
        {secret}
      </code>
    </Question>
  );
}

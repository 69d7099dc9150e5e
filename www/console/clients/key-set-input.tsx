import { useState } from "react";
import { TextInput } from "../../form/fields.tsx";
import type { Draft } from "../form/editing.ts";

/** The public keys of a client that authenticates by them. */
export function KeySetInput({ draft }: { draft: Draft<"client"> }) {
  const { value, set } = draft;
  const [typed, setTyped] = useState(() => (value.jwks === undefined ? "" : JSON.stringify(value.jwks, null, 2)));
  const [isRead, setRead] = useState(true);
  const change = (text: string): void => {
    setTyped(text);
    try {
      set({ jwks: text.trim() === "" ? null : (JSON.parse(text) as unknown) });
      setRead(true);
    } catch {
      setRead(false);
    }
  };
  return (
    <TextInput
      path="jwks"
      label="Public keys (JWK Set)"
      description="Public halves only. The client signs its assertions with the private ones."
      placeholder='{"keys": [...]}'
      value={typed}
      onChange={change}
      lines={8}
      code
      echo={isRead ? undefined : <span className="fault-at">This is no JSON yet, and not taken.</span>}
    />
  );
}

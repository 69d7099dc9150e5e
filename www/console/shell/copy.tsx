/** A text to take along. */
import { useState } from "react";
import { Button } from "react-aria-components";
import { announce } from "./announcements.ts";

export function Copy({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      announce(`${label}: copied.`);
    } catch {
      announce("The browser does not let this page copy. Select the text and copy it yourself.", "refused");
    }
  };
  return (
    <Button className="button small" onPress={() => void copy()} aria-label={`Copy ${label}`}>
      {isCopied ? "Copied" : "Copy"}
    </Button>
  );
}

/** A text that is copied whole, such as a command. */
export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div className="snippet">
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <Copy text={text} label={label} />
    </div>
  );
}

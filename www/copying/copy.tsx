/** A text to take along. */
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { announce } from "../announcements/announcements.ts";

/** How long a button says what came of it, in milliseconds. */
const SAID = 4_000;

interface CopyProps {
  /** The text, or what knows it when it is wanted. */
  text: string | (() => string);
  /** What it is, in a word or two. */
  label: string;
  className?: string;
  id?: string;
  children?: ReactNode;
}

export function Copy({ text, label, className = "button small", id, children = "Copy" }: CopyProps) {
  const [outcome, setOutcome] = useState<string | null>(null);
  useEffect(() => {
    if (outcome === null) {
      return;
    }
    const timer = setTimeout(() => setOutcome(null), SAID);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === "string" ? text : text());
      setOutcome("Copied");
      announce(`${label}: copied.`);
    } catch {
      setOutcome("Not allowed");
      announce("The browser does not let this page copy. Select the text and copy it yourself.", "refused");
    }
  };
  return (
    <Button className={className} onPress={() => void copy()} aria-label={outcome === null ? `Copy ${label}` : `${outcome}: ${label}`} {...(id !== undefined && { id })}>
      {outcome ?? children}
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

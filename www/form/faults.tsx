/** Faults of what was sent, each shown at the field that it belongs to; what belongs to none is shown at the form. */
import { createContext, Fragment, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import type { Fault } from "./fault.ts";

interface Places {
  faults: readonly Fault[];
  /** Paths of the fields that are there. */
  fields: Set<string>;
}

const PlacesContext = createContext<Places>({ faults: [], fields: new Set() });

export function FaultsProvider({ faults, children }: { faults: readonly Fault[]; children: ReactNode }) {
  const fields = useRef(new Set<string>()).current;
  return <PlacesContext value={useMemo(() => ({ faults, fields }), [faults, fields])}>{children}</PlacesContext>;
}

/** The faults at `path`, such as `rules[0]`, and of everything inside it. */
export function useFaultsAt(path: string): readonly Fault[] {
  const { faults, fields } = useContext(PlacesContext);
  useEffect(() => {
    fields.add(path);
    return () => {
      fields.delete(path);
    };
  }, [fields, path]);
  return faults.filter((fault) => isWithin(fault.path, path));
}

/** Shown above the fields: how many faults there are, and those without a field. */
export function FaultSummary({ error }: { error?: ReactNode }) {
  const { faults, fields } = useContext(PlacesContext);
  if (faults.length === 0 && error === undefined) {
    return null;
  }
  const homeless = faults.filter((fault) => ![...fields].some((path) => isWithin(fault.path, path)));
  return (
    <div className="notice refused fault-summary" role="alert" tabIndex={-1}>
      {error !== undefined && <p>{error}</p>}
      {faults.length > 0 && (
        <p>
          Not saved: {faults.length === 1 ? "one thing is" : `${faults.length} things are`} to be mended
          {homeless.length < faults.length ? ", marked below." : "."}
        </p>
      )}
      {homeless.length > 0 && (
        <ul>
          {homeless.map((fault) => (
            <li key={`${fault.path} ${fault.problem}`}>
              {fault.path !== "" && <code>{fault.path}</code>} <FaultText fault={fault} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What is wrong, and what would be right; words in backticks are code. */
export function FaultText({ fault }: { fault: Fault }) {
  return (
    <>
      <WithCode text={fault.problem} />
      {fault.expected !== "" && (
        <>
          ; expected: <WithCode text={fault.expected} />
        </>
      )}
    </>
  );
}

export function WithCode({ text }: { text: string }) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>));
}

function isWithin(path: string, field: string): boolean {
  const own = `$.${field}`;
  return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
}

/** What every page has: a title that gets the focus on arrival, the way to it, and what can be done. */
import { Link, useMatch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { inPlainWords, Refusal } from "../api/refusal.ts";
import { WithCode } from "../../form/faults.tsx";

/** The path whose heading had the focus last. */
let arrivedAt: string | undefined;

interface PageProps {
  title: string;
  /** Under the title; what this is about. */
  lead?: ReactNode;
  /** The list that this is part of. */
  within?: { to: "/resources" | "/applications" | "/clients" | "/roles" | "/users"; name: string };
  /** Beside the title. */
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, within, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Of this page, not of the one that is being gone to.
  const path = useMatch({ strict: false, select: ({ pathname }) => pathname });
  useEffect(() => {
    document.title = `${title} - Audgate console`;
  }, [title]);
  useEffect(() => {
    if (arrivedAt !== undefined && arrivedAt !== path) {
      heading.current?.focus();
    }
    arrivedAt = path;
  }, [path]);
  return (
    <>
      <header className="page-head">
        <div>
          {within !== undefined && (
            <nav aria-label="Breadcrumb" className="crumb">
              <Link to={within.to}>{within.name}</Link>
            </nav>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p className="lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

/** A part of a page with a heading of its own. */
export function Section({ title, help, actions, children }: { title: string; help?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const id = `section-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {actions}
      </div>
      {help !== undefined && <p className="help">{help}</p>}
      {children}
    </section>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}

/** What could not be read, and why. */
export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <div className="notice refused" role="alert">
      <p>
        <WithCode text={inPlainWords(error)} />
      </p>
      {again !== undefined && (
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A page of what cannot be shown. */
export function FailedPage({ what, within, error, again }: { what: string; within: NonNullable<PageProps["within"]>; error: unknown; again: () => void }) {
  const isGone = error instanceof Refusal && error.status === 404;
  return (
    <Page title={isGone ? `No such ${what}` : `The ${what} cannot be shown`} within={within}>
      <Failed error={error} {...(isGone ? {} : { again })} />
    </Page>
  );
}

/** Where nothing is yet: what it would be for, and how to begin. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** The keys that sign tokens, and when each may take its next step. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components";
import { pathOf } from "../api/call.ts";
import { useChange } from "../api/changes.ts";
import { keys } from "../api/queries.ts";
import { Refusal } from "../api/refusal.ts";
import type { SigningKey } from "../api/wire.ts";
import { Pick } from "../../form/fields.tsx";
import { Table } from "../lists/table.tsx";
import { Action } from "../shell/action.tsx";
import { announce } from "../../announcements/announcements.ts";
import { Question } from "../shell/dialog.tsx";
import { Empty, Failed, Loading, Page, Section } from "../shell/page.tsx";
import { moment, now } from "../../time/spans.ts";

const STEPS: Readonly<Partial<Record<SigningKey["state"], { to: "current" | "disabled"; name: string; consequence: string }>>> = {
  next: { to: "current", name: "Make current", consequence: "It signs from then on, and the key that signs now retires: what that one signed stays good." },
  retiring: { to: "disabled", name: "Disable", consequence: "Whatever it signed is dead by then. The key is removed for good." },
};
const SAYS: Readonly<Record<SigningKey["state"], string>> = {
  next: "announced, signs nothing yet",
  current: "signs",
  retiring: "signs no more; what it signed is still good",
  disabled: "good for nothing",
};

export function KeyPage() {
  const { data, error, refetch } = useQuery(keys);
  const isElsewhere = error instanceof Refusal && error.status === 404;
  return (
    <Page title="Keys" lead="A key is announced before it signs and kept while anything that it signed is alive. A step that is too early is refused, with the date on which it is allowed.">
      {data !== undefined ? (
        <LoadedKeys rows={data} />
      ) : isElsewhere ? (
        <Empty title="The directory does not manage this tenant’s keys">
          <p>Its document names signing keys, so they are changed there, and their private halves in the deployment’s secret.</p>
        </Empty>
      ) : error === null ? (
        <Loading what="keys" />
      ) : (
        <Failed error={error} again={() => void refetch()} />
      )}
    </Page>
  );
}

function LoadedKeys({ rows }: { rows: SigningKey[] }) {
  const [step, setStep] = useState<SigningKey | null>(null);
  /** From when on the step that was tried is allowed; seconds, by key. */
  const [early, setEarly] = useState<Readonly<Record<string, number>>>({});
  const change = useChange();
  const isDated = rows.some(({ published_at }) => published_at !== undefined);
  const facts = step === null ? undefined : STEPS[step.state];
  const take = (): void => {
    if (step === null || facts === undefined) {
      return;
    }
    const kid = kidOf(step);
    change.mutate(
      { method: "PUT", path: pathOf("keys", kid), body: { state: facts.to }, said: `The key ${kid} is ${facts.to} now.` },
      {
        onError: (error) => {
          if (error instanceof Refusal && error.allowedAt !== undefined) {
            setEarly({ ...early, [kid]: error.allowedAt });
            announce(`Too early: this step is allowed from ${moment(error.allowedAt)} UTC on.`, "refused");
          }
        },
        onSettled: () => setStep(null),
      },
    );
  };
  return (
    <>
      <Section title="Signing keys">
        <Table
          label="Signing keys"
          rows={rows}
          keyOf={kidOf}
          columns={[
            { name: "Key", cell: (key) => <code>{kidOf(key)}</code> },
            { name: "Algorithm", cell: algorithmOf, isExtra: true },
            {
              name: "State",
              cell: ({ state }) => (
                <>
                  <span className={state === "current" ? "badge good" : "badge"}>{state}</span> <span className="help extra-inline">{SAYS[state]}</span>
                </>
              ),
            },
            ...(isDated ? [{ name: "Since", cell: ({ published_at }: SigningKey) => dated(published_at), isExtra: true }] : []),
            { name: "Next step", cell: (key) => <NextStep signingKey={key} early={early[kidOf(key)]} onStep={() => setStep(key)} /> },
          ]}
        />
      </Section>
      <Announcing algorithms={[...new Set(rows.map(algorithmOf))]} />
      <Question
        isOpen={step !== null}
        onClose={() => setStep(null)}
        title={`${facts?.name ?? ""}: ${step === null ? "" : kidOf(step)}?`}
        answers={
          <>
            <Button className="button" onPress={() => setStep(null)} autoFocus>
              Not now
            </Button>
            <Action className="button primary" isBusy={change.isPending} onPress={take}>
              {facts?.name}
            </Action>
          </>
        }
      >
        <p>{facts?.consequence}</p>
      </Question>
    </>
  );
}

function NextStep({ signingKey, early, onStep }: { signingKey: SigningKey; early: number | undefined; onStep: () => void }) {
  const facts = STEPS[signingKey.state];
  if (facts === undefined) {
    return "–";
  }
  const allowedAt = signingKey.allowed_at ?? early;
  const isEarly = allowedAt !== undefined && allowedAt > now();
  return (
    <div className="step">
      <Button className="button small" aria-label={`${facts.name}: ${kidOf(signingKey)}`} onPress={onStep}>
        {facts.name}
      </Button>
      {isEarly && <span className="help">allowed from {moment(allowedAt)} UTC on</span>}
    </div>
  );
}

function Announcing({ algorithms }: { algorithms: string[] }) {
  const [algorithm, setAlgorithm] = useState(algorithms[0] ?? "ES256");
  const change = useChange();
  return (
    <Section title="Announce a key" help="A fresh key is made and published. Once everybody can know it, it may become the current one.">
      <div className="assign">
        <Pick path="algorithm" label="Algorithm" value={algorithm} onChange={setAlgorithm} choices={algorithms.map((name) => ({ value: name, name }))} />
        <Action
          className="button primary"
          isBusy={change.isPending}
          onPress={() => change.mutate({ method: "POST", path: "keys", body: { algorithm }, said: `A new key for ${algorithm} is announced.` })}
        >
          Announce
        </Action>
      </div>
    </Section>
  );
}

function kidOf({ kid, jwk }: SigningKey): string {
  return kid ?? jwk?.kid ?? "";
}

function algorithmOf({ alg, jwk }: SigningKey): string {
  return alg ?? jwk?.alg ?? "";
}

function dated(at: number | null | undefined): string {
  return at === undefined || at === null ? "–" : at === 0 ? "being published" : `${moment(at)} UTC`;
}

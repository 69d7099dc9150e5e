/** What the gate decided, why, and what the caller got. */
import { Unfolding } from "../../disclosure/disclosure.tsx";
import { WithCode } from "../../form/faults.tsx";
import { timeOfDay } from "../../time/duration.ts";
import { responseText } from "../edge/exchange-view.tsx";
import type { Credentials, Sent } from "../model.ts";
import { useModel } from "../model-in-react.ts";
import { type Step, stepsOf } from "./steps.ts";

const WITH: Record<Credentials, string> = {
  minted: "the minted token",
  none: "no token",
  tampered: "a tampered token",
  other: "another resource’s token",
};

export function DecisionView({ exchange, decision, token, credentials }: Sent) {
  const { clockTolerance } = useModel();
  const { request, status } = exchange;
  const trace = decision?.type === "respond" ? undefined : decision?.trace;
  const { verdict, word, reason } = verdictOf(decision?.type, trace?.outcome);
  return (
    <>
      <p className={`banner ${verdict}`}>
        <Gate isClosed={verdict === "deny"} />
        <b>{word}</b>
        {reason !== "" && <code id="reason">{reason}</code>}
        <span className="status">{status}</span>
      </p>
      <p className="help">
        <code>
          {request.method} {new URL(request.url).pathname}
        </code>{" "}
        with {WITH[credentials]}
        {trace !== undefined && ` at ${timeOfDay(trace.decided_at)}`}
      </p>
      {trace !== undefined && <Steps steps={stepsOf(trace, token, clockTolerance)} />}
      <h3>Response</h3>
      <pre id="response" tabIndex={0} role="region" aria-label="Response">
        {responseText(exchange)}
      </pre>
      {decision !== undefined && (
        <Unfolding title="The decision as the gate says it" level={3}>
          {() => (
            <pre id="decision-text" tabIndex={0} role="region" aria-label="Decision">
              {JSON.stringify(decision, undefined, 2)}
            </pre>
          )}
        </Unfolding>
      )}
    </>
  );
}

function verdictOf(type: string | undefined, outcome: string | undefined): { verdict: string; word: string; reason: string } {
  switch (type) {
    case "allow":
      return { verdict: "allow", word: "Allowed", reason: "" };
    case "deny":
      return { verdict: "deny", word: "Refused", reason: outcome ?? "" };
    case "respond":
      return { verdict: "plain", word: "Answered by the gate itself", reason: "" };
    default:
      return { verdict: "deny", word: "Not decided", reason: "" };
  }
}

/** The mark of the page with its bar up or down. */
function Gate({ isClosed }: { isClosed: boolean }) {
  return (
    <svg className="gate" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M7 27V14.500a9 9 0 0 1 18 0V27" />
      <path className="gate-bar" d={isClosed ? "M7 20H25" : "M7 20 19 10.500"} />
    </svg>
  );
}

const MARKS = { passed: "✓", failed: "✕", skipped: "" };
const SPOKEN = { passed: "passed", failed: "failed", skipped: "not looked at" };

function Steps({ steps }: { steps: Step[] }) {
  return (
    <ol className="steps" aria-label="Steps of the decision">
      {steps.map(({ name, state, says }) => (
        <li key={name} className={state}>
          <span className="mark-of-step" aria-hidden="true">
            {MARKS[state]}
          </span>
          <b>{name}</b>
          <span className="unseen"> {SPOKEN[state]}: </span>
          <span className="says">
            <WithCode text={says} />
          </span>
        </li>
      ))}
    </ol>
  );
}

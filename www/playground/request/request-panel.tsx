/** The request, and its way to the gate. */
import { Fragment } from "react";
import { Button } from "react-aria-components";
import { OneOf, Pick, TextInput } from "../../form/fields.tsx";
import type { Credentials } from "../model.ts";
import { useModel } from "../model-in-react.ts";
import { API } from "../tenant/sample-tenant.ts";
import { DecisionView } from "./decision-view.tsx";
import { send } from "./sending.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].map((method) => ({ value: method, name: method }));

const CREDENTIALS: readonly { value: Credentials; name: string }[] = [
  { value: "minted", name: "the minted token" },
  { value: "none", name: "no token" },
  { value: "tampered", name: "a tampered token" },
  { value: "other", name: "another resource’s token" },
];

export function RequestPanel() {
  const model = useModel();
  const { choices } = model;
  return (
    <section className="panel" id="request" aria-labelledby="request-heading" tabIndex={-1}>
      <div className="panel-head">
        <h2 id="request-heading">
          <span className="step">3</span> Request
        </h2>
      </div>
      <form
        id="request-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(model);
        }}
      >
        <div className="request-line">
          <Pick path="method" id="method" label="Method" isCode value={choices.method} onChange={(method) => model.choose({ method })} choices={METHODS} />
          <TextInput
            path="path"
            id="path"
            label="Path"
            hint={`at ${new URL(API).host}`}
            code
            value={choices.path}
            onChange={(path) => model.choose({ path })}
          />
        </div>
        <div className="credentials">
          <OneOf
            path="credentials"
            name="credentials"
            label="With"
            value={choices.credentials}
            onChange={(credentials) => model.choose({ credentials })}
            choices={CREDENTIALS}
          />
        </div>
        <div className="demand">
          <TextInput
            path="demand"
            id="demand"
            label="The handler asks for"
            hint="scopes beyond the rule"
            code
            value={choices.demand}
            onChange={(demand) => model.choose({ demand })}
          />
        </div>
        <Button type="submit" className="button primary" id="send" isDisabled={model.core.state !== "ready"}>
          Send request
        </Button>
      </form>
      <div id="decision" className="result">
        <Fragment key={model.sendings}>
          <Result />
        </Fragment>
      </div>
    </section>
  );
}

function Result() {
  const { sent, unsendable } = useModel();
  if (sent !== undefined) {
    return <DecisionView {...sent} />;
  }
  if (unsendable !== undefined) {
    return <p className="empty attention">{unsendable}</p>;
  }
  return <p className="empty">Nothing sent yet. The gate’s decision shows here with every step that led to it.</p>;
}

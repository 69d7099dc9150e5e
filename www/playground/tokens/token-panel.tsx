/** Who asks for a token, for what, and what comes of it. */
import { Fragment } from "react";
import { Button } from "react-aria-components";
import { WithCode } from "../../form/faults.tsx";
import { OneOf, Pick, TextInput } from "../../form/fields.tsx";
import { ExchangeView } from "../edge/exchange-view.tsx";
import type { MintingRefused } from "../model.ts";
import { useModel } from "../model-in-react.ts";
import { subjectsOf } from "../tenant/subjects.ts";
import { ClaimsView } from "./claims-view.tsx";
import { chosenSubject, mint } from "./minting.ts";

export function TokenPanel() {
  const model = useModel();
  const { choices, document } = model;
  const subjects = document === undefined ? [] : subjectsOf(document);
  const resources = document?.resources ?? [];
  const scopes = resources.find(({ resource_id }) => resource_id === choices.target)?.scopes.map(({ name }) => name) ?? [];
  return (
    <section className="panel" id="token" aria-labelledby="token-heading" tabIndex={-1}>
      <div className="panel-head">
        <h2 id="token-heading">
          <span className="step">2</span> Token
        </h2>
      </div>
      <form
        id="token-form"
        onSubmit={(event) => {
          event.preventDefault();
          void mint(model);
        }}
      >
        <div className="subjects" id="subjects">
          <OneOf
            path="subject"
            name="subject"
            label="Who asks"
            value={choices.subject}
            onChange={(subject) => model.choose({ subject })}
            choices={subjects.map(({ id, kind, name, description }) => ({ value: id, name: id, kind, says: description || name }))}
          />
        </div>
        <div className="pair">
          <Pick
            path="target"
            id="target"
            label="For the resource"
            value={choices.target}
            onChange={(target) => model.choose({ target })}
            choices={[
              ...resources.map(({ resource_id, name }) => ({ value: resource_id, name: name || resource_id })),
              { value: "default", name: "none asked: the default" },
            ]}
          />
          <TextInput
            path="scope"
            id="scope"
            label="Scope"
            hint="none asked: all allowed"
            code
            list="scope-names"
            placeholder={scopes.join(" ")}
            value={choices.scope}
            onChange={(scope) => model.choose({ scope })}
          />
          <datalist id="scope-names">
            {scopes.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
        <Button type="submit" className="button primary" id="mint" isDisabled={model.core.state !== "ready"}>
          Mint token
        </Button>
      </form>
      <div id="minted" className="result">
        <Fragment key={model.mintings}>
          <Result />
        </Fragment>
      </div>
    </section>
  );
}

function Result() {
  const { minted, refused } = useModel();
  if (minted !== undefined) {
    return <ClaimsView {...minted} />;
  }
  if (refused !== undefined) {
    return <Refused {...refused} />;
  }
  return <p className="empty">No token yet. The one that you mint shows its header and claims here, and how long it is good for.</p>;
}

function Refused({ error, description, exchange }: MintingRefused) {
  const model = useModel();
  const { resources } = chosenSubject(model)?.client ?? { resources: [] };
  const allowed = resources.map(({ resource_id, scopes }) => `${resource_id} (${scopes.join(", ")})`).join("; ");
  return (
    <>
      <p className="banner deny">
        <b>No token</b>
        <code>{error}</code>
      </p>
      <p className="sentence">
        <WithCode text={`${description}.`} />
      </p>
      <p className="help">
        On the list of {model.choices.subject}: {allowed || "nothing but the default resource"}.
      </p>
      {exchange !== undefined && <ExchangeView title="The talk with the token endpoint" exchange={exchange} />}
    </>
  );
}

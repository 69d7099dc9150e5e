/** The resource in a form: which one, its URI, expirations, scopes and rules. */
import { useMemo, useState } from "react";
import { Radio, RadioGroup } from "react-aria-components";
import { FaultsProvider } from "../../form/faults.tsx";
import { TextInput } from "../../form/fields.tsx";
import { useModel } from "../model-in-react.ts";
import { API } from "../tenant/sample-tenant.ts";
import { Expirations } from "./expirations.tsx";
import { Rules } from "./rules.tsx";
import { Scopes } from "./scopes.tsx";

export function ResourceForm() {
  const model = useModel();
  const { faults, resourceIndex } = model;
  const here = useMemo(() => {
    const place = `$.resources[${resourceIndex}]`;
    return faults.filter(({ path }) => path.startsWith(`${place}.`)).map((fault) => ({ ...fault, path: `$${fault.path.slice(place.length)}` }));
  }, [faults, resourceIndex]);
  return (
    <>
      <RadioGroup
        className="tabs"
        id="resources"
        aria-label="Resource"
        name="resource"
        orientation="horizontal"
        value={model.choices.resource}
        onChange={(resourceId) => model.select(resourceId)}
      >
        {(model.document?.resources ?? []).map(({ resource_id, name }) => (
          <Radio key={resource_id} value={resource_id}>
            {name || resource_id}
          </Radio>
        ))}
      </RadioGroup>
      {model.resource === undefined ? (
        <p className="empty" id="unreadable">
          The form has nothing to show: the document cannot be read. Mend it under “Document”.
        </p>
      ) : (
        <form id="resource-form" onSubmit={(event) => event.preventDefault()} key={model.choices.resource}>
          <FaultsProvider faults={here}>
            <Uri />
            <Expirations />
            <Scopes />
            <Rules />
          </FaultsProvider>
        </form>
      )}
    </>
  );
}

function Uri() {
  const model = useModel();
  const uri = model.resource?.uri ?? "";
  // While somebody types, the part before the field stays as it is.
  const [isBelowApi, setBelowApi] = useState(() => uri.startsWith(`${API}/`));
  const [isTyping, setTyping] = useState(false);
  const isShort = isTyping ? isBelowApi : uri.startsWith(`${API}/`);
  return (
    <div
      onFocus={() => {
        setBelowApi(isShort);
        setTyping(true);
      }}
      onBlur={() => setTyping(false)}
    >
      <TextInput
        id="uri"
        path="uri"
        label="URI"
        hint={
          <>
            the token’s <code>aud</code>
          </>
        }
        before={isShort ? `${API.slice("https://".length)}/` : ""}
        code
        value={isShort ? uri.slice(API.length + 1) : uri}
        onChange={(typed) =>
          model.editResource((resource) => {
            resource.uri = isShort ? `${API}/${typed}` : typed;
          })
        }
      />
    </div>
  );
}

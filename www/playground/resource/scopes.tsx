/** The scopes of the resource: rename, describe, add, remove. */
import { useRef, useState } from "react";
import { Button, Input, TextField } from "react-aria-components";
import { useModel } from "../model-in-react.ts";
import { addScope, renameScope, type ScopeDefinition } from "../tenant/tenant-document.ts";

export function Scopes() {
  const model = useModel();
  const [added, setAdded] = useState("");
  const place = useRef<HTMLInputElement>(null);
  const add = (): void => {
    const name = added.trim();
    if (name !== "") {
      setAdded("");
      model.editResource((resource, document) => addScope(document, resource, name));
    }
  };
  return (
    <>
      <h3>Scopes</h3>
      <ul className="scopes" id="scopes">
        {model.resource?.scopes.map((scope, index) => (
          <Scope key={index} scope={scope} index={index} removed={() => place.current?.focus()} />
        ))}
      </ul>
      <div className="add">
        <TextField aria-label="New scope" id="new-scope" value={added} onChange={setAdded} autoComplete="off">
          <Input
            ref={place}
            className="input code"
            placeholder="orders:refund"
            spellCheck="false"
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
                add();
              }
            }}
          />
        </TextField>
        <Button className="button" id="add-scope" onPress={add}>
          Add scope
        </Button>
      </div>
    </>
  );
}

function Scope({ scope: { name, description }, index, removed }: { scope: ScopeDefinition; index: number; removed: () => void }) {
  const model = useModel();
  // A name stands in many places: it is changed when it is finished, not at every letter.
  const [typed, setTyped] = useState<string | null>(null);
  const finish = (): void => {
    const wanted = typed?.trim();
    setTyped(null);
    if (wanted !== undefined && wanted !== name) {
      model.editResource((resource, document) => renameScope(document, resource, name, wanted || undefined));
    }
  };
  return (
    <li>
      <TextField aria-label={`Name of scope ${name}`} value={typed ?? name} onChange={setTyped} onBlur={finish} autoComplete="off">
        <Input
          className="input code"
          spellCheck="false"
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              finish();
            }
          }}
        />
      </TextField>
      <TextField
        aria-label={`Description of scope ${name}`}
        value={description ?? ""}
        onChange={(text) =>
          model.editResource((resource) => {
            const scope = resource.scopes[index];
            if (scope !== undefined) {
              scope.description = text;
            }
          })
        }
        autoComplete="off"
      >
        <Input className="input" />
      </TextField>
      <Button
        className="button quiet remove"
        aria-label={`Remove scope ${name}`}
        onPress={() => {
          model.editResource((resource, document) => renameScope(document, resource, name, undefined));
          removed();
        }}
      >
        ×
      </Button>
    </li>
  );
}

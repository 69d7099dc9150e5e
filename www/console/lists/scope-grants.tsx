/** Resources with scopes of them, as a matrix: what is allowed to a client, or what a role grants. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "react-aria-components";
import { all } from "../api/queries.ts";
import type { Resource, ScopeGrant } from "../api/wire.ts";
import { FaultsAt, SomeOf } from "../../form/fields.tsx";
import { Failed, Loading } from "../shell/page.tsx";
import { Picker } from "./picker.tsx";
import { EntityLink } from "./table.tsx";

interface ScopeGrantsProps {
  path: string;
  value: readonly ScopeGrant[];
  onChange: (grants: ScopeGrant[]) => void;
  /** “Allowed” to a client, “granted” by a role. */
  verb: string;
  /** On the button that adds a resource. */
  action: string;
  none: string;
  /** The default resource needs no assignment, yet a role can name it. */
  withDefault: boolean;
}

export function ScopeGrants({ path, value, onChange, verb, action, none, withDefault }: ScopeGrantsProps) {
  const resources = useQuery(all("resource"));
  const [chosen, setChosen] = useState("");
  if (resources.data === undefined) {
    return resources.error === null ? <Loading what="resources" /> : <Failed error={resources.error} again={() => void resources.refetch()} />;
  }
  const known = new Map(resources.data.map((resource) => [resource.resource_id, resource]));
  const change = (at: number, scopes: string[]): void => onChange(value.map((grant, index) => (index === at ? { ...grant, scopes } : grant)));
  const id = chosen.trim();
  const add = (): void => {
    onChange([...value, { resource_id: id, scopes: scopesOf(known.get(id)) }]);
    setChosen("");
  };
  return (
    <div className="stack">
      {value.length === 0 ? (
        <p className="help">{none}</p>
      ) : (
        <div className="matrix" role="group" aria-label={`Scopes ${verb}, by resource`}>
          {value.map(({ resource_id, scopes }, index) => (
            <div key={resource_id} className="matrix-row">
              <p className="matrix-name">
                <EntityLink kind="resource" id={resource_id}>
                  {known.get(resource_id)?.name ?? resource_id}
                </EntityLink>
                <code className="id">{resource_id}</code>
              </p>
              <SomeOf
                path={`${path}[${index}]`}
                label={`Scopes ${verb} at ${known.get(resource_id)?.name ?? resource_id}`}
                isLabelUnseen
                value={scopes}
                onChange={(chosenScopes) => change(index, chosenScopes)}
                choices={choicesOf(known.get(resource_id), scopes)}
                isCode
              />
              <Button
                className="button quiet remove"
                aria-label={`Remove ${known.get(resource_id)?.name ?? resource_id}`}
                onPress={() => onChange(value.filter((_, at) => at !== index))}
              >
                ×
              </Button>
            </div>
          ))}
        </div>
      )}
      {value.length === 0 && <FaultsAt path={path} />}
      <div className="assign">
        <Picker
          kind="resource"
          label={action}
          value={chosen}
          onChange={setChosen}
          without={[...value.map(({ resource_id }) => resource_id), ...(withDefault ? [] : ["default"])]}
        />
        <Button className="button" isDisabled={id === "" || value.some(({ resource_id }) => resource_id === id)} onPress={add}>
          Add
        </Button>
      </div>
    </div>
  );
}

function scopesOf(resource: Resource | undefined): string[] {
  return (resource?.scopes ?? []).map(({ name }) => name);
}

/** All that the resource defines, and what was chosen and is defined no more. */
function choicesOf(resource: Resource | undefined, chosen: readonly string[]): { value: string; name: string; says?: string }[] {
  const defined = resource?.scopes ?? [];
  const gone = chosen.filter((scope) => !defined.some(({ name }) => name === scope));
  return [
    ...defined.map(({ name, description }) => ({ value: name, name, says: description ?? "" })),
    ...gone.map((name) => ({ value: name, name, says: "not defined by the resource" })),
  ];
}

/** The rules of the resource's gate. */
import { useRef } from "react";
import { flushSync } from "react-dom";
import { Button } from "react-aria-components";
import { useFaultsAt } from "../../form/faults.tsx";
import { type Rule, RuleRow } from "../../rules/rule-row.tsx";
import { useModel } from "../model-in-react.ts";

export function Rules() {
  const model = useModel();
  const list = useRef<HTMLUListElement>(null);
  const adding = useRef<HTMLButtonElement>(null);
  const add = (): void => {
    flushSync(() =>
      model.editResource((resource) => {
        resource.rules.push({ methods: ["POST"], path: "/", scopes: resource.scopes.slice(0, 1).map(({ name }) => name) });
      }),
    );
    list.current?.querySelector<HTMLInputElement>("li:last-child input")?.focus();
  };
  return (
    <>
      <h3>Rules</h3>
      <p className="help">A path below the URI and a method need scopes, of certain subjects. The most specific rule decides.</p>
      <ul className="rules" id="rules" ref={list}>
        {model.resource?.rules.map((rule, index) => (
          <Row
            key={index}
            rule={rule}
            index={index}
            onChange={(changed) => model.editResource((resource) => resource.rules.splice(index, 1, changed))}
            onRemove={() => {
              model.editResource((resource) => resource.rules.splice(index, 1));
              adding.current?.focus();
            }}
          />
        ))}
      </ul>
      <Button className="button" id="add-rule" ref={adding} onPress={add}>
        Add rule
      </Button>
    </>
  );
}

function Row(props: { rule: Rule; index: number; onChange: (rule: Rule) => void; onRemove: () => void }) {
  const isFaulty = useFaultsAt(`rules[${props.index}]`).length > 0;
  return (
    <li className={isFaulty ? "faulty" : ""}>
      <RuleRow {...props} />
    </li>
  );
}

/** The scopes of the resource: rename, describe, add, remove. */
import { byId, element } from "./dom.ts";
import type { Model } from "./model.ts";
import { addScope, renameScope } from "./tenant-document.ts";

export function showScopes(model: Model): void {
  const list = byId("scopes");
  const added = byId("new-scope", HTMLInputElement);
  const add = (): void => {
    const name = added.value.trim();
    if (name !== "") {
      added.value = "";
      model.editResource((resource, document) => addScope(document, resource, name));
    }
  };
  byId("add-scope").addEventListener("click", add);
  added.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      add();
    }
  });
  let shown = "";
  model.show(() => {
    const scopes = model.resource?.scopes ?? [];
    const key = JSON.stringify([model.choices.resource, scopes.map(({ name }) => name)]);
    if (key !== shown) {
      shown = key;
      list.replaceChildren(...scopes.map(({ name }, index) => row(model, name, index)));
    }
  });
}

function row(model: Model, name: string, index: number): HTMLLIElement {
  const description = model.resource?.scopes[index]?.description ?? "";
  return element(
    "li",
    {},
    element("input", {
      class: "code",
      value: name,
      "aria-label": `Name of scope ${name}`,
      autocomplete: "off",
      spellcheck: "false",
      // A name stands in many places: it is changed when it is finished, not at every letter.
      onchange: (event) => {
        const renamed = (event.target as HTMLInputElement).value.trim();
        model.editResource((resource, document) => renameScope(document, resource, name, renamed || undefined));
      },
    }),
    element("input", {
      value: description,
      "aria-label": `Description of scope ${name}`,
      autocomplete: "off",
      oninput: (event) => {
        const { value } = event.target as HTMLInputElement;
        model.editResource((resource) => {
          const scope = resource.scopes[index];
          if (scope !== undefined) {
            scope.description = value;
          }
        });
      },
    }),
    element(
      "button",
      {
        type: "button",
        class: "remove",
        "aria-label": `Remove scope ${name}`,
        onclick: () => {
          model.editResource((resource, document) => renameScope(document, resource, name, undefined));
          byId("new-scope").focus();
        },
      },
      "×",
    ),
  );
}

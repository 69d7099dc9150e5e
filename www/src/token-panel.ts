/** Who asks for a token, for what, and what comes of it. */
import { byId, element, setValue, withCode } from "./dom.ts";
import { showClaims } from "./claims-view.ts";
import { exchangeView } from "./exchange-view.ts";
import { chosenSubject, mint } from "./minting.ts";
import type { MintingRefused, Model } from "./model.ts";
import type { PageSecrets } from "./page-secrets.ts";
import { type Subject, subjectsOf } from "./subjects.ts";

const KINDS = { client: "client", management: "management", user: "user" };

export function showTokenPanel(model: Model): void {
  showSubjects(model);
  showTarget(model);
  showScope(model);
  showResult(model);
}

/** Lets tokens be minted, once there is a core and a key. */
export function enableMinting(model: Model, secrets: PageSecrets): void {
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void mint(model, secrets);
  });
  byId("mint", HTMLButtonElement).disabled = false;
}

function showSubjects(model: Model): void {
  const place = byId("subjects");
  let shown = "";
  model.show(() => {
    const subjects = model.document === undefined ? [] : subjectsOf(model.document);
    const key = JSON.stringify(subjects);
    if (key !== shown) {
      shown = key;
      place.replaceChildren(...subjects.map((subject) => choice(model, subject)));
    }
    for (const input of place.querySelectorAll("input")) {
      input.checked = input.value === model.choices.subject;
    }
  });
}

function choice(model: Model, { id, kind, name, description }: Subject): HTMLLabelElement {
  const choose = (): void =>
    model.change(() => {
      model.choices.subject = id;
    });
  return element(
    "label",
    { class: "subject" },
    element("input", { type: "radio", name: "subject", value: id, onchange: choose }),
    element(
      "span",
      {},
      element("b", {}, id),
      element("small", { class: `kind kind-${kind}` }, KINDS[kind]),
      element("small", {}, description || name),
    ),
  );
}

function showTarget(model: Model): void {
  const target = byId("target", HTMLSelectElement);
  target.addEventListener("change", () =>
    model.change(() => {
      model.choices.target = target.value;
    }),
  );
  let shown = "";
  model.show(() => {
    const resources = model.document?.resources ?? [];
    const key = JSON.stringify(resources.map(({ resource_id, name }) => [resource_id, name]));
    if (key !== shown) {
      shown = key;
      target.replaceChildren(
        ...resources.map(({ resource_id, name }) => element("option", { value: resource_id }, name || resource_id)),
        element("option", { value: "default" }, "none asked: the default"),
      );
    }
    target.value = model.choices.target;
  });
}

function showScope(model: Model): void {
  const scope = byId("scope", HTMLInputElement);
  const names = byId("scope-names");
  scope.addEventListener("input", () =>
    model.change(() => {
      model.choices.scope = scope.value;
    }),
  );
  model.show(() => {
    const resource = model.document?.resources.find(({ resource_id }) => resource_id === model.choices.target);
    const scopes = resource?.scopes.map(({ name }) => name) ?? [];
    setValue(scope, model.choices.scope);
    scope.placeholder = scopes.join(" ");
    names.replaceChildren(...scopes.map((name) => element("option", { value: name })));
  });
}

function showResult(model: Model): void {
  const place = byId("minted");
  let shown: unknown = place;
  let drawTime = (): void => {};
  model.showTime(() => drawTime());
  model.show(() => {
    const { minted, refused } = model;
    if (shown === (minted ?? refused)) {
      return;
    }
    shown = minted ?? refused;
    drawTime = () => {};
    if (minted !== undefined) {
      drawTime = showClaims(model, minted, place);
    } else if (refused !== undefined) {
      place.replaceChildren(...refusal(model, refused));
    } else {
      place.replaceChildren(
        element(
          "p",
          { class: "empty" },
          "No token yet. The one that you mint shows its header and claims here, and how long it is good for.",
        ),
      );
    }
  });
}

function refusal(model: Model, { error, description, exchange }: MintingRefused): HTMLElement[] {
  const { resources } = chosenSubject(model)?.client ?? { resources: [] };
  const allowed = resources.map(({ resource_id, scopes }) => `${resource_id} (${scopes.join(", ")})`).join("; ");
  return [
    element("p", { class: "banner deny" }, element("b", {}, "No token"), element("code", {}, error)),
    element("p", { class: "sentence" }, ...withCode(`${description}.`)),
    element("p", { class: "help" }, `On the list of ${model.choices.subject}: ${allowed || "nothing but the default resource"}.`),
    ...(exchange === undefined ? [] : [exchangeView("The talk with the token endpoint", exchange)]),
  ];
}

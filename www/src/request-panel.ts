/** The request, and its way to the gate. */
import { showDecision } from "./decision-view.ts";
import { byId, setValue } from "./dom.ts";
import type { Credentials, Model } from "./model.ts";
import { API } from "./sample-tenant.ts";
import { send } from "./sending.ts";

export function showRequestPanel(model: Model): void {
  const method = byId("method", HTMLSelectElement);
  const path = byId("path", HTMLInputElement);
  const credentials = [...document.querySelectorAll<HTMLInputElement>("input[name=credentials]")];
  method.addEventListener("change", () =>
    model.change(() => {
      model.choices.method = method.value;
    }),
  );
  path.addEventListener("input", () =>
    model.change(() => {
      model.choices.path = path.value;
    }),
  );
  for (const choice of credentials) {
    choice.addEventListener("change", () =>
      model.change(() => {
        model.choices.credentials = choice.value as Credentials;
      }),
    );
  }
  byId("request-origin").textContent = `at ${new URL(API).host}`;
  model.show(() => {
    const { choices } = model;
    method.value = choices.method;
    setValue(path, choices.path);
    for (const choice of credentials) {
      choice.checked = choice.value === choices.credentials;
    }
  });
  showDecision(model, byId("decision"));
}

/** Lets requests be sent, once there is a core. */
export function enableSending(model: Model): void {
  byId("request-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void send(model);
  });
  byId("send", HTMLButtonElement).disabled = false;
}

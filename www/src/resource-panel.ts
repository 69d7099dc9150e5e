/** The resource in the form: which one, its URI and its expirations. */
import type { Fault } from "audgate";
import { byId, element, setValue, withCode } from "./dom.ts";
import { inWords } from "./duration.ts";
import type { Model } from "./model.ts";
import { showRules } from "./rules-editor.ts";
import { API } from "./sample-tenant.ts";
import { showScopes } from "./scopes-editor.ts";

const EXPIRATIONS = [
  { member: "access_token_ttl", label: "Access token" },
  { member: "refresh_token_ttl", label: "Refresh token" },
  { member: "max_refresh_rotate", label: "Session expiration", help: "session-help" },
] as const;

export function showResourcePanel(model: Model): void {
  const form = byId("resource-form", HTMLFormElement);
  form.addEventListener("submit", (event) => event.preventDefault());
  model.show(() => {
    const readable = model.resource !== undefined;
    form.hidden = !readable;
    byId("unreadable").hidden = readable;
  });
  showChoice(model);
  showUri(model);
  showExpirations(model);
  showScopes(model);
  showRules(model);
}

function showChoice(model: Model): void {
  const tabs = byId("resources");
  const legend = [...tabs.children];
  let shown = "";
  model.show(() => {
    const resources = model.document?.resources ?? [];
    const key = JSON.stringify(resources.map(({ resource_id, name }) => [resource_id, name]));
    if (key !== shown) {
      shown = key;
      const choices = resources.map(({ resource_id, name }) =>
        element(
          "label",
          {},
          element("input", { type: "radio", name: "resource", value: resource_id, onchange: () => model.select(resource_id) }),
          element("span", {}, name || resource_id),
        ),
      );
      tabs.replaceChildren(...legend, ...choices);
    }
    for (const input of tabs.querySelectorAll("input")) {
      input.checked = input.value === model.choices.resource;
    }
  });
}

function showUri(model: Model): void {
  const input = byId("uri", HTMLInputElement);
  const origin = byId("uri-origin");
  input.addEventListener("input", () => {
    model.editResource((resource) => {
      resource.uri = origin.hidden ? input.value : `${API}/${input.value}`;
    });
  });
  model.show(() => {
    const uri = model.resource?.uri ?? "";
    const typing = input === document.activeElement;
    if (!typing) {
      origin.hidden = !uri.startsWith(`${API}/`);
      origin.textContent = `${API.slice("https://".length)}/`;
      setValue(input, origin.hidden ? uri : uri.slice(API.length + 1));
    }
    showFault(model, "uri", input, byId("uri-fault"));
  });
}

function showExpirations(model: Model): void {
  const place = byId("expirations");
  const faults = byId("expiration-faults");
  for (const expiration of EXPIRATIONS) {
    const { member, label } = expiration;
    const described = [`${member}-words`, `${member}-fault`, "help" in expiration ? expiration.help : ""].join(" ").trim();
    const input = element("input", {
      id: member,
      class: "code",
      inputmode: "numeric",
      size: 7,
      autocomplete: "off",
      "aria-describedby": described,
      oninput: () => {
        const typed = input.value.trim();
        const value = /^\d{1,15}$/.test(typed) ? Number(typed) : typed;
        model.editResource((resource) => {
          resource[member] = value;
        });
      },
    });
    const words = element("p", { id: `${member}-words`, class: "echo" });
    const fault = element("p", { id: `${member}-fault`, class: "fault-at" });
    const field = element(
      "div",
      { class: "field expiration" },
      element("label", { for: member }, element("i", { class: `key key-${member}` }), label),
      element("div", { class: "affixed" }, input, element("span", { class: "affix" }, "s")),
      words,
    );
    place.append(field);
    faults.append(fault);
    model.show(() => {
      const value = model.resource?.[member];
      setValue(input, String(value ?? ""));
      words.textContent = typeof value === "number" ? inWords(value) : "";
      showFault(model, member, input, fault, `${label}: `);
    });
  }
}

function showFault(model: Model, member: string, input: HTMLInputElement, place: HTMLElement, label = ""): void {
  const fault: Fault | undefined = model.faults.find(({ path }) => path === `$.resources[${model.resourceIndex}].${member}`);
  input.setAttribute("aria-invalid", String(fault !== undefined));
  place.replaceChildren(...(fault === undefined ? [] : withCode(`${label}${fault.problem}; expected: ${fault.expected}`)));
}

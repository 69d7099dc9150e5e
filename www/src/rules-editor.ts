/** The rules of the resource, one row each. */
import { byId, element } from "./dom.ts";
import type { Model } from "./model.ts";
import type { Rule } from "./tenant-document.ts";

/** What the choice of subjects writes into a rule. */
const SUBJECTS: { label: string; value: string[] | "public" | undefined }[] = [
  { label: "any subject", value: undefined },
  { label: "users", value: ["user"] },
  { label: "clients", value: ["client"] },
  { label: "management", value: ["management"] },
  { label: "users, clients", value: ["user", "client"] },
  { label: "users, management", value: ["user", "management"] },
  { label: "clients, management", value: ["client", "management"] },
  { label: "public, no token", value: "public" },
];

export function showRules(model: Model): void {
  const list = byId("rules");
  byId("add-rule").addEventListener("click", () => {
    model.editResource((resource) => {
      resource.rules.push({ methods: ["POST"], path: "/", scopes: resource.scopes.slice(0, 1).map(({ name }) => name) });
    });
    list.querySelector<HTMLInputElement>("li:last-child input")?.focus();
  });
  let shown = "";
  model.show(() => {
    const rules = model.resource?.rules ?? [];
    const key = JSON.stringify([model.choices.resource, rules]);
    const typing = list.contains(document.activeElement) && list.children.length === rules.length;
    if (key !== shown && !typing) {
      list.replaceChildren(...rules.map((rule, index) => row(model, rule, index)));
    }
    shown = key;
    for (const [index, item] of [...list.children].entries()) {
      const place = `$.resources[${model.resourceIndex}].rules[${index}]`;
      item.classList.toggle("faulty", model.faults.some(({ path }) => path === place || path.startsWith(`${place}.`)));
      for (const member of ["methods", "path", "scopes", "subjects"]) {
        const faulty = model.faults.some(({ path }) => path.startsWith(`${place}.${member}`));
        item.querySelector(`.rule-${member}`)?.setAttribute("aria-invalid", String(faulty));
      }
    }
  });
}

function row(model: Model, rule: Rule, index: number): HTMLLIElement {
  const edit = (work: (rule: Rule) => void): void =>
    model.editResource((resource) => {
      const edited = resource.rules[index];
      if (edited !== undefined) {
        work(edited);
      }
    });
  const nth = `rule ${index + 1}`;
  const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

  const scopes = field(`Scopes of ${nth}`, "rule-scopes", (rule.scopes ?? []).join(" "), (text) =>
    edit((edited) => {
      edited.scopes = words(text);
    }),
  );
  scopes.placeholder = rule.public === true ? "no token" : "no scope needed";
  scopes.disabled = rule.public === true;
  const chosen = rule.public === true ? "public" : rule.subjects;
  const subjects = element(
    "select",
    {
      class: "rule-subjects",
      "aria-label": `Subjects of ${nth}`,
      onchange: () => {
        const value = SUBJECTS[subjects.selectedIndex]?.value;
        edit((edited) => admit(edited, value));
        scopes.disabled = value === "public";
        scopes.placeholder = value === "public" ? "no token" : "no scope needed";
        scopes.value = value === "public" ? "" : scopes.value;
      },
    },
    ...SUBJECTS.map(({ label, value }) => element("option", { selected: same(value, chosen) }, label)),
  );
  return element(
    "li",
    {},
    field(`Methods of ${nth}`, "rule-methods", rule.methods.join(" "), (text) =>
      edit((edited) => {
        edited.methods = words(text);
      }),
    ),
    field(`Path of ${nth}`, "rule-path", rule.path, (text) =>
      edit((edited) => {
        edited.path = text;
      }),
    ),
    element(
      "button",
      {
        type: "button",
        class: "remove",
        "aria-label": `Remove ${nth}`,
        onclick: () => {
          model.editResource((resource) => resource.rules.splice(index, 1));
          byId("add-rule").focus();
        },
      },
      "×",
    ),
    scopes,
    subjects,
  );
}

function field(label: string, name: string, value: string, typed: (text: string) => void): HTMLInputElement {
  return element("input", {
    class: `code ${name}`,
    "aria-label": label,
    value,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    oninput: (event) => typed((event.target as HTMLInputElement).value),
  });
}

function admit(rule: Rule, subjects: string[] | "public" | undefined): void {
  delete rule.subjects;
  delete rule.public;
  if (subjects === "public") {
    rule.public = true;
    delete rule.scopes;
  } else if (subjects !== undefined) {
    rule.subjects = subjects;
  }
}

function same(one: string[] | "public" | undefined, other: string[] | "public" | undefined): boolean {
  const key = (value: typeof one): string => (Array.isArray(value) ? value.toSorted().join() : String(value));
  return key(one) === key(other);
}

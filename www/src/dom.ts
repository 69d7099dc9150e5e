/** Elements made and found, and nothing more. */

export type Child = Node | string | false | undefined;
type Attributes = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** The element with this id, which the page has. */
export function byId<T extends Element = HTMLElement>(id: string, kind: abstract new () => T = HTMLElement as never): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new TypeError(`the page has no ${kind.name} \`${id}\``);
  }
  return found;
}

/** An HTML element; attributes named `on…` are listeners. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return furnished(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function drawing<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return furnished(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Sets the value of a field unless it is the one that is being typed in. */
export function setValue(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string): void {
  if (field !== document.activeElement && field.value !== value) {
    field.value = value;
  }
}

function furnished<E extends Element>(made: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(name.slice(2), value);
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== undefined && value !== false) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** A sentence of the core, whose backticks enclose input and names. */
export function withCode(sentence: string): (Node | string)[] {
  return sentence.split("`").map((part, index) => (index % 2 === 0 ? part : element("code", {}, part)));
}

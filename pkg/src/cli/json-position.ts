/** Where in a JSON text the value at a JSONPath such as `$.resources[2].uri` stands. */

/** Lines and columns count from 1; columns in UTF-16 code units, as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** Finds positions in `text`, which is read once. Nothing is found in a text that is no JSON. */
export function positions(text: string): (path: string) => Position | undefined {
  const root = parsed(text);
  return (path) => (root === undefined ? undefined : position(text, deepest(root, path)));
}

interface Value {
  start: number;
  members?: Map<string, Value>;
  items?: Value[];
}

function parsed(text: string): Value | undefined {
  try {
    JSON.parse(text);
    return new Scanner(text).value();
  } catch {
    // No JSON, or nested so deeply that the stack ends: then there is no place to name.
    return undefined;
  }
}

/** Start of the deepest value along `path` that is there. */
function deepest(root: Value, path: string): number {
  let value = root;
  for (const [, name, index, quoted] of path.matchAll(/\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\['([^']*)'\]/g)) {
    const child = index === undefined ? value.members?.get(name ?? quoted ?? "") : value.items?.[Number(index)];
    if (child === undefined) break;
    value = child;
  }
  return value.start;
}

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/** Reads JSON that is known to be well-formed. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Value {
    this.#space();
    const start = this.#at;
    switch (this.#text[start]) {
      case "{": {
        const members = new Map<string, Value>();
        this.#list("}", () => {
          const name = JSON.parse(this.#token()) as string;
          this.#space();
          this.#at += 1;
          members.set(name, this.value());
        });
        return { start, members };
      }
      case "[": {
        const items: Value[] = [];
        this.#list("]", () => items.push(this.value()));
        return { start, items };
      }
      default:
        this.#token();
        return { start };
    }
  }

  #list(close: string, item: () => void): void {
    this.#at += 1;
    this.#space();
    while (this.#text[this.#at] !== close) {
      item();
      this.#space();
      if (this.#text[this.#at] === ",") {
        this.#at += 1;
        this.#space();
      }
    }
    this.#at += 1;
  }

  /** A string, number or word. */
  #token(): string {
    const token = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y;
    token.lastIndex = this.#at;
    const [found] = token.exec(this.#text) ?? [""];
    this.#at += found.length;
    return found;
  }

  #space(): void {
    const space = /\s*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }
}

/** Where in a JSON text the value at a JSONPath such as `$.resources[2].uri` stands. */

/** Start and end of the deepest value along `path` that is there; `undefined` where the text is no JSON. */
export function positionOf(text: string, path: string): [number, number] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const wanted = [...path.matchAll(/\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\['([^']*)'\]/g)];
  let position = new Scanner(text).value();
  for (const [, name, index, quoted] of wanted) {
    const child = index === undefined ? position.members?.get(name ?? quoted ?? "") : position.items?.[Number(index)];
    if (child === undefined) {
      break;
    }
    position = child;
  }
  return [position.start, position.end];
}

interface Position {
  start: number;
  end: number;
  members?: Map<string, Position>;
  items?: Position[];
}

/** Reads JSON that is known to be well-formed. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Position {
    this.#space();
    const start = this.#at;
    switch (this.#text[start]) {
      case "{": {
        const members = new Map<string, Position>();
        this.#list("}", () => {
          const name = JSON.parse(this.#token()) as string;
          this.#space();
          this.#at += 1;
          members.set(name, this.value());
        });
        return { start, end: this.#at, members };
      }
      case "[": {
        const items: Position[] = [];
        this.#list("]", () => items.push(this.value()));
        return { start, end: this.#at, items };
      }
      default:
        this.#token();
        return { start, end: this.#at };
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
    while (/\s/.test(this.#text[this.#at] ?? "")) {
      this.#at += 1;
    }
  }
}

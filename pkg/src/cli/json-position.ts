/** Where in a JSON text the value at a JSONPath such as `$.resources[2].uri` stands. */
import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";

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

function parsed(text: string): Node | undefined {
  try {
    JSON.parse(text);
    return parseTree(text);
  } catch {
    // No JSON, or nested so deeply that the stack ends: then there is no place to name.
    return undefined;
  }
}

/** Start of the deepest value along `path` that is there. */
function deepest(root: Node, path: string): number {
  let value = root;
  for (const [, name, index, quoted] of path.matchAll(/\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\['([^']*)'\]/g)) {
    const child = findNodeAtLocation(value, [index === undefined ? (name ?? quoted ?? "") : Number(index)]);
    if (child === undefined) break;
    value = child;
  }
  return value.offset;
}

function position(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

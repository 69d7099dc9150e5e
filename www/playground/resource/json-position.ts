/** Where in a JSON text the value at a JSONPath such as `$.resources[2].uri` stands. */
import { findNodeAtLocation, parseTree } from "jsonc-parser";

/** Start and end of the deepest value along `path` that is there; `undefined` where the text is no JSON. */
export function positionOf(text: string, path: string): [number, number] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let value = parseTree(text);
  for (const [, name, index, quoted] of path.matchAll(/\.([A-Za-z_$][\w$]*)|\[(\d+)\]|\['([^']*)'\]/g)) {
    const child = value && findNodeAtLocation(value, [index === undefined ? (name ?? quoted ?? "") : Number(index)]);
    if (child === undefined) {
      break;
    }
    value = child;
  }
  return value && [value.offset, value.offset + value.length];
}

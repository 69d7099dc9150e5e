/** What a plan changes, for people: each entity, and of each its members with old and new values. */
import { ordered } from "./json-text.ts";
import { printable, shown } from "./printable.ts";
import type { Change } from "./management.ts";
import type { Style } from "./terminal.ts";
import { duration } from "./time-words.ts";

type Members = Record<string, unknown>;

/** Members that say nothing of their own. */
const SILENT = new Set(["created_at", "updated_at"]);
/** What tells one element of an array from the others. */
const IDENTITIES = ["resource_id", "role_id", "app_id", "client_id", "user_id", "secret_id", "kid", "name"];
/** Members that are a number of seconds. */
const SECONDS = /(?:_ttl|_rotate|_tolerance|_grace|_propagation|max_age)$/;

/** The changes, and how many there are of each sort. */
export function planText(changes: readonly Change[], style: Style): string {
  return [...changes.map((change) => changeText(change, style)), summary(changes)].join("\n\n");
}

/** `1 to create, 2 to change, none to delete`. */
export function summary(changes: readonly Change[]): string {
  const count = (action: Change["action"]): string => {
    const number = changes.filter((change) => change.action === action).length;
    return number === 0 ? "none" : String(number);
  };
  return `${count("create")} to create, ${count("update")} to change, ${count("delete")} to delete`;
}

function changeText({ action, kind, id, before, after }: Change, style: Style): string {
  const title = kind === "settings" ? "settings" : `${printable(kind)} ${style.bold(printable(id))}`;
  switch (action) {
    case "create":
      return [`${style.added("+")} ${title}`, ...memberLines(undefined, after ?? {}, style)].join("\n");
    case "delete":
      return [`${style.removed("-")} ${title}`, ...memberLines(before ?? {}, undefined, style)].join("\n");
    case "update":
      return [`${style.changed("~")} ${title}`, ...memberLines(before ?? {}, after ?? {}, style)].join("\n");
  }
}

function memberLines(before: Members | undefined, after: Members | undefined, style: Style): string[] {
  return differences("", ordered(before ?? {}), ordered(after ?? {}))
    .filter(({ path }) => !SILENT.has(path))
    .map(({ path, before, after }) => {
      const name = printable(path);
      if (before === undefined) return `    ${style.added("+")} ${name}: ${valueText(path, after)}`;
      if (after === undefined) return `    ${style.removed("-")} ${name}: ${valueText(path, before)}`;
      const old = style.removed(valueText(path, before));
      return `    ${style.changed("~")} ${name}: ${old} -> ${style.added(valueText(path, after))}`;
    });
}

function valueText(path: string, value: unknown): string {
  const inWords = SECONDS.test(path) && typeof value === "number" && value >= 60;
  return inWords ? `${value} (${duration(value)})` : shown(value);
}

/** A place where two values differ; `undefined` stands for nothing there. */
interface Difference {
  path: string;
  before?: unknown;
  after?: unknown;
}

function differences(path: string, before: unknown, after: unknown): Difference[] {
  if (canonical(before) === canonical(after)) {
    return [];
  }
  if (isMembers(before) && isMembers(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => {
      const inner = path === "" ? name : `${path}.${name}`;
      const [old, young] = [own(before, name), own(after, name)];
      if (old === undefined) return [{ path: inner, after: young }];
      if (young === undefined) return [{ path: inner, before: old }];
      return differences(inner, old, young);
    });
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const identity = IDENTITIES.find((name) => isIdentity(name, before) && isIdentity(name, after));
    const found = identity === undefined ? ofSets(path, before, after) : ofNamed(path, identity, before, after);
    // Nothing was added and nothing has gone, so it is the order.
    return found.length === 0 ? [{ path, before, after }] : found;
  }
  return [{ path, before, after }];
}

function ofNamed(path: string, identity: string, before: unknown[], after: unknown[]): Difference[] {
  const byName = (list: unknown[]) => new Map(list.map((item) => [String((item as Members)[identity]), item]));
  const [old, young] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((name) => {
    const inner = `${path}[${name}]`;
    if (!old.has(name)) return [{ path: inner, after: young.get(name) }];
    if (!young.has(name)) return [{ path: inner, before: old.get(name) }];
    return differences(inner, old.get(name), young.get(name));
  });
}

/** Elements without a name of their own: those that have gone, and those that have come. */
function ofSets(path: string, before: unknown[], after: unknown[]): Difference[] {
  const left = new Map<string, number>();
  for (const item of after) left.set(canonical(item), (left.get(canonical(item)) ?? 0) + 1);
  const gone = before.filter((item) => {
    const count = left.get(canonical(item)) ?? 0;
    left.set(canonical(item), count - 1);
    return count <= 0;
  });
  const come = after.filter((item) => {
    const count = left.get(canonical(item)) ?? 0;
    left.set(canonical(item), count - 1);
    return count > 0;
  });
  const inner = `${path}[]`;
  return [...gone.map((item) => ({ path: inner, before: item })), ...come.map((item) => ({ path: inner, after: item }))];
}

/** JSON with the members of objects in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(",")}]`;
  }
  if (isMembers(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "";
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isIdentity(name: string, list: unknown[]): boolean {
  const values = list.map((item) => (isMembers(item) ? own(item, name) : undefined));
  return values.every((value) => typeof value === "string") && new Set(values).size === values.length;
}

function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

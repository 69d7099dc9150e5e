/** Editing one thing: what was read, what was changed of it, saving that, and what comes back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Changes, useSaving } from "../api/changes.ts";
import { type Loaded, one, readOne } from "../api/queries.ts";
import { type Fault, Refusal } from "../api/refusal.ts";
import type { Entities, Kind } from "../api/wire.ts";

/** What fields work on, new or not. */
export interface Draft<K extends Kind> {
  value: Entities[K];
  set: (changes: Partial<Entities[K]>) => void;
}

/** Somebody else saved in between. */
export interface Conflict<K extends Kind> {
  seen: Entities[K];
  theirs: Loaded<Entities[K]>;
  mine: Partial<Entities[K]>;
}

export interface Editing<K extends Kind> extends Draft<K> {
  kind: K;
  id: string;
  /** The revision that was read. */
  etag: string | undefined;
  /** The members that differ from what was read. */
  changed: string[];
  discard: () => void;
  save: () => Promise<boolean>;
  isSaving: boolean;
  faults: readonly Fault[];
  /** A refusal that names no fault, or no answer. */
  error: unknown;
  conflict: Conflict<K> | null;
  /** After a change of one's own beside the form: goes on from what is there now, and keeps what is not saved. */
  readAgain: () => Promise<void>;
  /** Goes on with theirs, with mine over theirs, or back to the form. */
  resolve: (choice: "theirs" | "mine" | "back") => Promise<void>;
}

interface State<K extends Kind> {
  base: Loaded<Entities[K]>;
  edits: Partial<Entities[K]>;
  faults: readonly Fault[];
  error: unknown;
  conflict: Conflict<K> | null;
}

/** `check` tells faults that need no server to be seen. */
export function useEditing<K extends Kind>(kind: K, id: string, loaded: Loaded<Entities[K]>, check?: (value: Entities[K]) => Fault[]): Editing<K> {
  const queries = useQueryClient();
  const saving = useSaving(kind, id);
  const [state, setState] = useState<State<K>>(() => fresh(loaded));
  const { base, edits } = state;
  const changed = Object.keys(edits);
  // While nothing is changed here, what is read again is shown; with changes it waits for the save to tell.
  if (loaded !== base && changed.length === 0 && state.conflict === null) {
    setState(fresh(loaded));
  }

  const update = (part: Partial<State<K>>): void => setState((before) => ({ ...before, ...part }));
  const put = async (ifMatch: string | undefined): Promise<boolean> => {
    try {
      const changes = forWire(edits, base.value) as Changes<K>;
      setState(fresh(await saving.mutateAsync({ changes, ifMatch })));
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 412) {
        const theirs = await readOne(kind, id).catch((failure: unknown) => failure);
        update(isLoaded(theirs) ? { conflict: { seen: base.value, theirs: theirs as Loaded<Entities[K]>, mine: edits }, faults: [], error: null } : { error: theirs });
      } else if (error instanceof Refusal && error.status === 400) {
        update({ faults: error.faults, error: null });
      } else {
        update({ faults: [], error });
      }
      return false;
    }
  };

  return {
    kind,
    id,
    etag: base.etag,
    value: { ...base.value, ...edits },
    set: (changes) =>
      setState((before) => {
        const merged: Partial<Entities[K]> = { ...before.edits, ...changes };
        for (const member of Object.keys(merged) as (keyof Entities[K])[]) {
          if (isSame(merged[member], before.base.value[member])) {
            delete merged[member];
          }
        }
        return { ...before, edits: merged };
      }),
    changed,
    discard: () => setState(fresh(base)),
    save: async () => {
      const faults = check?.({ ...base.value, ...edits }) ?? [];
      if (faults.length > 0) {
        update({ faults, error: null });
        return false;
      }
      return put(base.etag);
    },
    isSaving: saving.isPending,
    faults: state.faults,
    error: state.error,
    conflict: state.conflict,
    readAgain: async () => {
      const now = await queries.fetchQuery({ ...one(kind, id), staleTime: 0 });
      setState((before) => {
        const members = Object.keys(before.edits) as (keyof Entities[K])[];
        // What somebody else changed where something is unsaved here has to come up when that is saved.
        const isClear = members.every((member) => isSame(before.base.value[member], now.value[member]));
        return isClear ? { ...before, base: now } : before;
      });
    },
    resolve: async (choice) => {
      const { conflict } = state;
      if (conflict === null) {
        return;
      }
      if (choice === "back") {
        update({ conflict: null });
        return;
      }
      queries.setQueryData([kind, "one", id], conflict.theirs);
      if (choice === "theirs") {
        setState(fresh(conflict.theirs));
        return;
      }
      update({ conflict: null, base: conflict.theirs });
      await put(conflict.theirs.etag);
    },
  };
}

function fresh<K extends Kind>(base: Loaded<Entities[K]>): State<K> {
  return { base, edits: {}, faults: [], error: null, conflict: null };
}

function isLoaded(value: unknown): boolean {
  return typeof value === "object" && value !== null && "value" in value;
}

/** Nothing, an empty text and an empty list are the same to people. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  const isNothing = value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
  return isNothing ? "" : JSON.stringify(value);
}

/** Empty texts remove a member that was there. */
export function forWire(edits: object, base: object): Record<string, unknown> {
  const entries = Object.entries(edits).map(([member, value]) => {
    const removes = value === "" || value === undefined;
    return [member, removes && member in base ? null : value] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== "" && value !== undefined));
}

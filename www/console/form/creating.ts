/** Making a new one: what was filled in, and what comes back. */
import { useState } from "react";
import { useCreating } from "../api/changes.ts";
import { type Fault, Refusal } from "../api/refusal.ts";
import type { Entities, Kind } from "../api/wire.ts";
import { type Draft, forWire, isSame } from "./editing.ts";

export interface Creating<K extends Kind> extends Draft<K> {
  isChanged: boolean;
  isSaving: boolean;
  faults: readonly Fault[];
  error: unknown;
  /** What was made, or nothing where it was refused. */
  create: () => Promise<Entities[K] | undefined>;
}

export function useNew<K extends Kind>(kind: K, initial: Partial<Entities[K]>, check?: (value: Entities[K]) => Fault[]): Creating<K> {
  const creating = useCreating(kind);
  const [first] = useState(initial);
  const [value, setValue] = useState(initial as Entities[K]);
  const [refused, setRefused] = useState<{ faults: readonly Fault[]; error: unknown }>({ faults: [], error: null });
  return {
    value,
    set: (changes) => setValue((before) => ({ ...before, ...changes })),
    isChanged: !isSame(value, first),
    isSaving: creating.isPending,
    ...refused,
    create: async () => {
      const faults = check?.(value) ?? [];
      if (faults.length > 0) {
        setRefused({ faults, error: null });
        return undefined;
      }
      try {
        const made = await creating.mutateAsync(forWire(value as object, {}) as Partial<Entities[K]>);
        setValue(first as Entities[K]);
        return made;
      } catch (error) {
        setRefused(error instanceof Refusal && error.status === 400 ? { faults: error.faults, error: null } : { faults: [], error });
        return undefined;
      }
    },
  };
}

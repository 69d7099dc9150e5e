/** The model for components: they are drawn anew when it changes. */
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Model } from "./model.ts";

const ModelContext = createContext<Model | undefined>(undefined);

export const ModelProvider = ModelContext.Provider;

export function useModel(): Model {
  const model = useContext(ModelContext);
  if (model === undefined) {
    throw new TypeError("there is no model around this component");
  }
  useSyncExternalStore(model.subscribe, model.version);
  return model;
}

/** Seconds since the Unix epoch by the clock of the page; draws anew every second. */
export function useNow(): number {
  const model = useModel();
  return useSyncExternalStore(model.subscribeToTime, () => model.clock.now);
}

/** Plays schedules in a thread of its own: the test runner, which follows every promise, would take most of the time. */
import { parentPort, workerData } from "node:worker_threads";
import { type Kind, play } from "./schedules.ts";

const { kind, seeds } = workerData as { kind: Kind; seeds: number[] };

console.warn = () => undefined;
for (const seed of seeds) {
  const played = await play(kind, seed).catch((error: unknown) => ({ seed, violations: [`${error}`], figures: {} }));
  parentPort?.postMessage(played);
}

/** One schedule of each kind, by its seed. */
import { configurationSchedule } from "./configuration.ts";
import { publicationSchedule } from "./publication.ts";
import { revocationSchedule } from "./revocation.ts";
import { rotationSchedule } from "./rotation.ts";
import { World } from "./world.ts";

const KINDS = {
  configuration: { promise: "kept", play: configurationSchedule },
  publication: { promise: "kept", play: publicationSchedule },
  revocation: { promise: "maybe broken", play: revocationSchedule },
  rotation: { promise: "kept", play: rotationSchedule },
} as const;

export type Kind = keyof typeof KINDS;

/** What came of one schedule. */
export interface Played {
  readonly seed: number;
  /** What should not have happened. */
  readonly violations: string[];
  readonly figures: Record<string, number>;
}

/** Plays one schedule. Meanwhile the timers of this thread are those of its clock. */
export async function play(kind: Kind, seed: number): Promise<Played> {
  const { promise, play } = KINDS[kind];
  const world = new World(seed, promise);
  const uninstall = world.clock.install();
  try {
    const own = await play(world);
    const faults = world.kv.faults + world.objects.faults;
    return { seed, violations: world.violations, figures: { ...world.figures, faults, ...own } };
  } finally {
    uninstall();
  }
}

/**
 * A tenant's record is published again and again, broken now and then, while isolates read it through a store in
 * trouble. Every version admits the same tokens, so that no order in which an isolate meets them is an excuse.
 */
import { document, records, signingKey, type TenantDocument, valueOf } from "../support/demo.ts";
import { minted } from "./minting.ts";
import { CACHE_TTL, CONFIGURATION_LAG, SECOND, type SimulatedIsolate, versionOf, World } from "./world.ts";

const TENANT = "tenant/demo";
/** Seconds of a schedule in which requests come; the long ones have an outage that outlasts the last good configuration. */
const DURATION = { least: 400, most: 1_500, long: 6_000 };
const HOLDER = { user: "ada", client: "shop-web", sid: "s", gid: "g" };

export async function configurationSchedule(world: World): Promise<Record<string, number>> {
  const { clock, random, kv } = world;
  const tenant: TenantDocument = document(8787);
  tenant.settings = { ...(tenant.settings as object), kv_propagation: world.propagation };
  let published = records(tenant, { at: clock.seconds() });
  world.settle(published);
  const begins = clock.now;
  const long = world.troubled && random.chance(0.1);
  const ends = begins + (long ? DURATION.long : random.whole(DURATION.least, DURATION.most)) * SECOND;
  const token = minted(signingKey("ES256"), HOLDER, "t", clock.seconds(), 3_600);
  const later = minted(signingKey("ES256"), HOLDER, "t-later", clock.seconds() + 3_000, 3_600);
  /** When each version was there, oldest first. */
  const versions: { version: number; at: number }[] = [];
  let longest = 0;

  const publish = async (): Promise<void> => {
    tenant.resources = tenant.resources.map((resource) => ({ ...resource, description: `at ${clock.now}` }));
    published = records(tenant, { at: clock.seconds(), previous: valueOf(published, TENANT) });
    const text = valueOf(published, TENANT);
    if (world.troubled && random.chance(0.15)) {
      const half = text.slice(0, random.whole(0, text.length - 1));
      world.broken.add(half);
      await kv.writer.put(TENANT, half);
      await clock.pause(random.whole(2, 60) * SECOND);
    }
    await kv.writer.put(TENANT, text);
    versions.push({ version: (JSON.parse(text) as { version: number }).version, at: clock.now });
  };
  /** How long the configuration had not been the newest by which somebody decided; in milliseconds. */
  const staleness = (version: number, began: number): number => {
    const newer = versions.find((candidate) => candidate.version > version);
    return newer === undefined ? 0 : Math.max(0, began - newer.at);
  };

  if (world.troubled) {
    world.troubleReads(begins, ends, 300);
    if (long) kv.readTroubles.push({ from: begins + 500 * SECOND, until: begins + 5_000 * SECOND, chance: 1, faults: ["500", "503", "hangs"] });
  }
  const visit = (isolate: SimulatedIsolate): void =>
    world.traffic(ends, () => {
      if (random.chance(0.1)) return world.attack(isolate);
      const young = clock.now < begins + 3_000 * SECOND ? token : later;
      world.ask(isolate, young.text, ({ status, decision, began, ended }) => {
        if (status !== 200 && status !== 503) world.violate(`a valid token was refused with ${status}`, ended);
        const stale = staleness(versionOf(decision) ?? Infinity, began);
        if (world.troubled) return;
        longest = Math.max(longest, stale);
        if (stale > (world.lag.most + CACHE_TTL + CONFIGURATION_LAG) * SECOND) {
          world.violate(`a configuration decided that was ${stale / SECOND} s out of date`, ended);
        }
      });
    });
  for (let isolate = random.whole(2, 6); isolate > 0; isolate -= 1) {
    clock.at(random.chance(0.5) ? begins : world.moment(begins, ends), () => visit(world.isolate()));
  }
  let at = begins;
  while ((at += random.whole(62, 300) * SECOND) < ends) clock.at(at, () => void publish());
  await world.play(ends);
  return { "longest out of date without faults (s)": Math.round(longest / SECOND) };
}

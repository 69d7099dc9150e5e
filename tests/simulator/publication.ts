/**
 * A tenant is changed in its directory, which publishes through a store that refuses, hangs and is late. In the end every
 * key has its last value; meanwhile no valid token is refused, and gates go by a change within the time that was told.
 */
import { describing, importing } from "../support/directory.ts";
import { document, records, signingKey, type TenantDocument } from "../support/demo.ts";
import { managementRequest } from "../support/objects.ts";
import { minted } from "./minting.ts";
import { CACHE_TTL, CONFIGURATION_LAG, MINUTE, SECOND, type SimulatedIsolate, versionOf, World } from "./world.ts";

const TENANT = "tenant/demo";
const HOLDER = { user: "ada", client: "shop-web", sid: "s", gid: "g" };
const DURATION = { least: 300, most: 900 };
/** After the last trouble the object still waits for what may arrive late, and for its own pauses. */
const RECOVERY = 15 * MINUTE;
/** From a change until it is in the store, where that takes it; in seconds. */
const PUBLICATION = 2;

interface Changed {
  readonly key: string;
  readonly version: number;
  readonly description: string;
  readonly at: number;
}

export async function publicationSchedule(world: World): Promise<Record<string, number>> {
  const { clock, random, kv, objects } = world;
  const tenant: TenantDocument = document(8787);
  tenant.settings = { ...(tenant.settings as object), kv_propagation: world.propagation };
  world.settle(records(tenant, { at: clock.seconds() - 10 }));
  const directory = objects.object("directory", "demo");
  const manage = async (command: object): Promise<Record<string, Record<string, unknown>>> =>
    JSON.parse(await directory.call("manage", managementRequest("demo", command)));
  await manage(importing({ ...tenant }));
  const begins = clock.now + world.kv.staleness() * SECOND;
  await clock.run(begins);

  const ends = begins + random.whole(DURATION.least, DURATION.most) * SECOND;
  const token = minted(signingKey("ES256"), HOLDER, "t", clock.seconds());
  const last = new Map<string, Changed>();
  const ofTenant: Changed[] = [];
  let [changes, longest] = [0, 0];

  const change = async (): Promise<void> => {
    const [kind, id] = random.one([["resource", "orders"], ["resource", "orders"], ["client", "shop-web"], ["user", "ada"]] as const);
    changes += 1;
    const description = `change ${changes}`;
    const command = kind === "user" ? { update: { kind, id, value: { email: `ada+${changes}@shop.example` } } } : describing(kind, id, description);
    const reply = await manage(command);
    const version = Number(reply.changed?.version);
    if (!Number.isFinite(version)) return world.violate(`the directory refuses a change: ${JSON.stringify(reply)}`, clock.now);
    const changed = { key: kind === "resource" ? TENANT : `${TENANT}/${kind}/${id}`, version, description, at: clock.now };
    last.set(changed.key, changed);
    if (kind === "resource") ofTenant.push(changed);
  };

  const lastTrouble = ends - 2 * MINUTE;
  const restarts = world.troubled && random.chance(0.3);
  if (world.troubled) {
    world.troubleWrites(begins, lastTrouble, 120);
    if (random.chance(0.5)) world.troubleReads(begins, lastTrouble, 60);
    if (restarts) clock.at(world.moment(begins, lastTrouble), () => directory.restart());
  }
  const visit = (isolate: SimulatedIsolate): void =>
    world.traffic(ends, () => {
      if (random.chance(0.1)) return world.attack(isolate);
      world.ask(isolate, token.text, ({ status, decision, began, ended }) => {
        if (status !== 200 && status !== 503) world.violate(`a valid token was refused with ${status}`, ended);
        const version = versionOf(decision) ?? Infinity;
        const missed = ofTenant.find((changed) => changed.version > version);
        if (world.troubled || missed === undefined) return;
        longest = Math.max(longest, began - missed.at);
        if (began - missed.at > (PUBLICATION + world.lag.most + CACHE_TTL + CONFIGURATION_LAG) * SECOND) {
          world.violate(`a change was not gone by after ${(began - missed.at) / SECOND} s`, ended);
        }
      });
    });
  for (let isolate = random.whole(1, 4); isolate > 0; isolate -= 1) clock.at(world.moment(begins, ends), () => visit(world.isolate()));
  for (let left = random.whole(5, 40); left > 0; left -= 1) clock.at(world.moment(begins, lastTrouble), () => void change());
  await world.play(ends);
  await clock.run(ends + 4 * MINUTE + RECOVERY);

  for (const { key, version } of last.values()) {
    const versions = kv.history(key).map(({ value }) => (JSON.parse(value ?? "{}") as { version: number }).version);
    const found = versions.at(-1);
    if (found !== version) world.violate(`${key} ends at version ${found} instead of ${version}`, clock.now);
    // An object that begins anew knows nothing of writes that may still arrive; it writes again once none can.
    const inOrder = versions.every((one, index) => index === 0 || one >= (versions[index - 1] ?? 0));
    if (!restarts && !inOrder) world.violate(`${key} went back: ${versions}`, clock.now);
  }
  const { pending } = (await manage({ publication: {} })).publication ?? {};
  if (pending !== 0) world.violate(`${pending} entries are still to be written`, clock.now);
  return { changes, "writes within a second (429)": kv.tooSoon, "longest until gone by, without faults (s)": Math.round(longest / SECOND) };
}

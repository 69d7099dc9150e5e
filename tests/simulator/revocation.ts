/**
 * Users' sessions, grants and tokens are revoked while their directory publishes its list through a store in trouble.
 * The accounts and the directory are the package's own.
 */
import { secretHash } from "audgate";
import { command } from "../../pkg/dist/objects/turns.js";
import { document, records, signingKey } from "../support/demo.ts";
import { type Holder, type Minted, minted } from "./minting.ts";
import { revocationBound, SECOND, type SimulatedIsolate, World } from "./world.ts";

interface Held extends Holder {
  token: Minted;
  /** When an account took it back; `undefined` for one that is good. Milliseconds since the Unix epoch. */
  revokedAt?: number;
  /** When the directory had heard. */
  deliveredAt?: number;
}

/** What is revoked, by the claim that names it. */
const KINDS = ["jti", "gid", "sid", "sub", "client_id"] as const;
type Kind = (typeof KINDS)[number];

const USERS = 6;
const LONGEST_TOKEN = 3_610;
/** Seconds of a schedule in which requests come. */
const DURATION = { least: 400, most: 1_200 };
/** Delivery to the directory may take so long before the bound moves on; in milliseconds. */
const DELIVERY = 2 * SECOND;

export async function revocationSchedule(world: World): Promise<Record<string, number>> {
  return new RevocationSchedule(world).play();
}

class RevocationSchedule {
  readonly #world: World;
  readonly #holders: Held[] = [];
  #tokens = 0;
  #revocations = 0;
  /** The longest time for which anything revoked was admitted, in milliseconds. */
  #longest = 0;
  /** The same as a share of the bound. */
  #share = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async play(): Promise<Record<string, number>> {
    const world = this.#world;
    const { clock, random, objects } = world;
    const tenant = document(8787);
    tenant.settings = { ...(tenant.settings as object), kv_propagation: world.propagation };
    world.settle(records(tenant, { at: clock.seconds() }));
    objects.onTurn = (machine, request) => machine === "directory" && this.#delivered(request);
    await this.#directory("ensure");
    for (let user = 0; user < USERS; user += 1) await this.#login(user);
    // The first list of all has to arrive: until then, SECURITY.md says, a gate admits.
    const begins = clock.now + world.kv.staleness() * SECOND + SECOND;
    await clock.run(begins);

    const ends = begins + random.whole(DURATION.least, DURATION.most) * SECOND;
    if (world.troubled) {
      world.troubleReads(begins, ends, 400, random.chance(0.5) ? { prefix: "tenant/demo/revoked" } : {});
      world.troubleWrites(begins, ends, 120);
      world.troubleCalls(begins, ends, 120, "account");
      if (random.chance(0.3)) world.troubleCalls(begins, ends, 60, "directory");
      if (random.chance(0.3)) clock.at(world.moment(begins, ends), () => objects.object("directory", "demo").restart());
    }
    for (let isolate = random.whole(2, 5); isolate > 0; isolate -= 1) {
      clock.at(random.chance(0.6) ? begins : world.moment(begins, ends), () => this.#visit(world.isolate(), ends));
    }
    for (let revocation = random.whole(2, 6); revocation > 0; revocation -= 1) {
      clock.at(world.moment(begins, begins + (ends - begins) / 2), () => void this.#revoke());
    }
    await world.play(ends);
    return {
      revocations: this.#revocations,
      "longest admitted after revocation (s)": Math.round(this.#longest / SECOND),
      "longest in parts of the bound (%)": Math.round(this.#share * 100),
    };
  }

  #visit(isolate: SimulatedIsolate, ends: number): void {
    const world = this.#world;
    world.traffic(ends, () => {
      if (world.random.chance(0.1)) world.attack(isolate);
      else this.#ask(isolate, world.random.one(this.#holders as [Held]));
    });
  }

  #ask(isolate: SimulatedIsolate, holder: Held): void {
    const world = this.#world;
    const bound = revocationBound(world.propagation) * SECOND;
    world.ask(isolate, holder.token.text, ({ status, began, ended, decision }) => {
      const { revokedAt, deliveredAt } = holder;
      const refused = status === 401 || status === 403 || status === 421;
      if (refused && (revokedAt === undefined || ended < revokedAt)) {
        const reason = decision?.type === "deny" ? decision.reason : status;
        world.violate(`a valid token was refused: ${reason}`, ended);
      }
      if (status !== 200 || revokedAt === undefined) return;
      const from = Math.max(revokedAt, (deliveredAt ?? Infinity) - DELIVERY);
      this.#longest = Math.max(this.#longest, began - revokedAt);
      this.#share = Math.max(this.#share, (began - from) / bound);
      if (began >= from + bound) {
        world.violate(`a token was admitted ${(began - revokedAt) / SECOND} s after it was revoked`, ended);
      }
    });
  }

  /** Revokes by one of the names that somebody's token bears. */
  async #revoke(): Promise<void> {
    const { random, clock } = this.#world;
    const kind: Kind = random.one(KINDS);
    const good = this.#holders.filter(({ revokedAt }) => revokedAt === undefined);
    if (good.length === 0) return;
    const one = random.one(good as [Held]);
    const bears: Record<Kind, (holder: Held) => boolean> = {
      jti: (holder) => holder.token.jti === one.token.jti,
      gid: (holder) => holder.gid === one.gid,
      sid: (holder) => holder.sid === one.sid,
      sub: (holder) => holder.user === one.user,
      client_id: (holder) => holder.client === one.client,
    };
    for (const holder of good.filter(bears[kind])) holder.revokedAt = clock.now;
    this.#revocations += 1;
    const until = one.token.expiresAt + 10;
    switch (kind) {
      case "jti":
        return void (await this.#account("user", one.user, "revoke_access_token", { jti: one.token.jti, until }));
      case "gid":
        return void (await this.#account("user", one.user, "revoke_grant", { gid: one.gid }));
      case "sid":
        return void (await this.#account("user", one.user, "end_session", { sid: one.sid }));
      case "sub":
        return void (await this.#account("user", one.user, "suspend"));
      case "client_id":
        return void (await this.#account("client", one.client, "revoke_client"));
    }
  }

  /** The directory has heard of revocations. */
  #delivered(request: string): void {
    const { command } = JSON.parse(request) as { command: { type: string; entries?: { kind: Kind; id: string }[] } };
    for (const { kind, id } of command.entries ?? []) {
      for (const holder of this.#holders) {
        const names: Record<Kind, string> = { jti: holder.token.jti, gid: holder.gid, sid: holder.sid, sub: holder.user, client_id: holder.client };
        if (names[kind] === id && holder.revokedAt !== undefined) holder.deliveredAt ??= this.#world.clock.now;
      }
    }
  }

  /** A user begins a session or two, each with a token. */
  async #login(index: number): Promise<void> {
    const { clock, random } = this.#world;
    const user = `user-${index}`;
    for (let session = random.whole(1, 2); session > 0; session -= 1) {
      const client = random.one(["shop-web", "shop-viewer", "shop-web"]);
      const sid = `s-${index}-${session}`;
      const gid = `g-${index}-${session}`;
      const secret = secretHash(`secret-of-${sid}-which-is-long-enough`);
      const begun = { sid, secret, style: "backend", client_id: client, application: "shop", amr: ["mail"] };
      await this.#account("user", user, "begin", { session: begun });
      this.#tokens += 1;
      const token = minted(signingKey("ES256"), { user, client, sid, gid }, `t-${this.#tokens}`, clock.seconds());
      this.#holders.push({ user, client, sid, gid, token });
    }
  }

  #account(kind: "user" | "client", subject: string, type: string, members: object = {}): Promise<string> {
    const request = { ...(JSON.parse(command(type, members)) as object), subject, longest_access_token: LONGEST_TOKEN };
    return this.#world.objects.object("account", `demo/${kind}/${subject}`).call("turn", JSON.stringify(request));
  }

  #directory(type: string): Promise<string> {
    return this.#world.objects.object("directory", "demo").call("turn", command(type, { tenant_id: "demo" }));
  }
}

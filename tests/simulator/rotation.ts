/**
 * Signing keys are announced, used, retired and disabled, each as soon as the directory allows it, while issuers and gates
 * in several places read of it through a store in trouble. Tokens are real ones of the token endpoint, and none of them
 * may be refused before it expires: that is what the overlap is for.
 */
import { command } from "../../pkg/dist/objects/turns.js";
import { document, records, secretOf, type TenantDocument } from "../support/demo.ts";
import { basic } from "../support/http.ts";
import { claimsOf, headerOf } from "../support/tokens.ts";
import { ORIGIN } from "./minting.ts";
import { MINUTE, SECOND, type SimulatedIsolate, World } from "./world.ts";

/** A rotation takes as long as the overlap: two waits of more than an hour each. */
const DURATION = 190 * MINUTE;
const CLOCK_TOLERANCE = 10;
/** Between requests, in seconds: there are hours of them. */
const PAUSES = [20, 60, 120, 300] as const;

interface Issued {
  readonly text: string;
  readonly kid: string;
  readonly expiresAt: number;
}

/** `overlap` says whether steps wait until the directory allows them, or are taken as soon as the one before is published. */
export async function rotationSchedule(world: World, overlap: "kept" | "ignored" = "kept"): Promise<Record<string, number>> {
  const { clock, random } = world;
  const tenant: TenantDocument = document(8787);
  const { signing_keys: _, ...managed } = tenant;
  managed.settings = { ...(managed.settings as object), kv_propagation: world.propagation };
  managed.resources = managed.resources.map(({ access_token_signing_alg: __, ...resource }) => ({ ...resource, access_token_ttl: 900 }) as never);
  const issuerDefault = { ...(managed.default_resource as object), access_token_ttl: 900 };
  world.settle(records({ ...managed, default_resource: issuerDefault } as unknown as TenantDocument, { at: clock.seconds() }));

  world.configuration = ["tenant/demo", "tenant/demo/keys"];
  const isolates = Array.from({ length: random.whole(2, 4) }, () => world.isolate());
  const issued: Issued[] = [];
  const kids = new Set<string>();
  let [refusedToIssue, steps] = [0, 0];

  const tokenFor = async (isolate: SimulatedIsolate, client: string, resource?: string): Promise<string | undefined> => {
    const response = await isolate.issuer("/oidc/token", {
      method: "POST",
      headers: { authorization: basic(client, secretOf(client)) },
      body: new URLSearchParams({ grant_type: "client_credentials", ...(resource === undefined ? {} : { resource }) }),
    });
    if (response.status === 200) return ((await response.json()) as { access_token: string }).access_token;
    if (response.status !== 503) world.violate(`the token endpoint refuses with ${response.status}`, clock.now);
    refusedToIssue += 1;
    return undefined;
  };
  const issue = async (isolate: SimulatedIsolate): Promise<void> => {
    const text = await tokenFor(isolate, "orders-backend", `${ORIGIN}/demo/orders`);
    if (text === undefined) return;
    const { kid } = headerOf(text) as { kid: string };
    kids.add(kid);
    issued.push({ text, kid, expiresAt: Number(claimsOf(text).exp) });
    if (issued.length > 40) issued.splice(0, 10);
  };
  const check = (isolate: SimulatedIsolate): void => {
    const alive = issued.filter(({ expiresAt }) => expiresAt > clock.seconds() + CLOCK_TOLERANCE);
    if (alive.length === 0) return;
    const token = random.chance(0.6) ? alive.at(-1) : random.one(alive as [Issued]);
    world.ask(isolate, token?.text ?? "", ({ status, decision, ended }) => {
      if (status === 200 || status === 503) return;
      const reason = decision?.type === "deny" ? decision.reason : status;
      world.violate(`a valid token was refused: ${reason}, key ${[...kids].indexOf(token?.kid ?? "")} of ${kids.size}`, ended);
    });
  };
  const manage = async (method: string, path: string, body: object): Promise<Response | undefined> => {
    const [isolate] = isolates as [SimulatedIsolate];
    const token = await tokenFor(isolate, "tenant-admin");
    if (token === undefined) return undefined;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return isolate.issuer(path, { method, headers, body: JSON.stringify(body) });
  };

  /** One step after the other, each attempted until the directory allows it. */
  const rotate = async (): Promise<void> => {
    const until = async (method: string, path: string, body: object, pause: number): Promise<Response> => {
      for (;;) {
        const response = await manage(method, path, body);
        if (response !== undefined && response.status < 300) {
          steps += 1;
          return response;
        }
        if (response !== undefined && response.status !== 409 && response.status !== 503) {
          world.violate(`${method} ${path} is answered ${response.status} ${await response.text()}`, clock.now);
          return response;
        }
        await clock.pause(pause);
      }
    };
    const [first] = kids;
    const step = (kid: string | undefined, state: string): Promise<unknown> =>
      overlap === "kept" ? until("PUT", `/v1/keys/${kid}`, { state }, 20 * SECOND) : advanced(world, kid, state);
    const announced = await until("POST", "/v1/keys", { algorithm: "ES256" }, 5 * SECOND);
    const { result } = (await announced.json()) as { result: { kid: string } };
    await step(result.kid, "current");
    await step(first, "disabled");
  };

  // The first key is made, and heard of everywhere, before anything goes wrong.
  clock.after(SECOND, () => void issue(isolates[0] as SimulatedIsolate));
  const begins = clock.now + world.kv.staleness() * SECOND + 30 * SECOND;
  await clock.run(begins);
  const ends = begins + DURATION;
  if (world.troubled) {
    // What is older than KV's own promise would be a broken promise, and the overlap counts on that.
    world.troubleReads(begins, ends, 600, { faults: ["429", "500", "503", "hangs", "slow", "truncated"] });
    world.troubleWrites(begins, ends, 120);
    if (random.chance(0.3)) world.troubleCalls(begins, ends, 60, "directory");
  }
  for (const isolate of isolates) {
    world.traffic(ends, () => void (random.chance(0.3) ? issue(isolate) : check(isolate)), PAUSES);
  }
  for (let cold = random.whole(1, 3); cold > 0; cold -= 1) {
    clock.at(world.moment(begins, ends), () => {
      const isolate = world.isolate();
      world.traffic(ends, () => check(isolate), PAUSES);
    });
  }
  clock.at(world.moment(begins, begins + 10 * MINUTE), () => void rotate());
  await world.play(ends);
  return { "keys that signed": kids.size, "steps of keys": steps, "not issued (503)": refusedToIssue };
}

/** A step that waits for nobody to hear of the one before. */
async function advanced({ clock, objects }: World, kid: string | undefined, to: string): Promise<void> {
  const request = command("advance_key", { kid, to, timing: { staleness: 0, longest_token: 0 } });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    await clock.pause(20 * SECOND);
    const reply = JSON.parse(await objects.object("directory", "demo").call("turn", request)) as { type: string };
    if (reply.type === "done") return;
  }
  throw new Error(`the directory does not move key ${kid} to ${to}`);
}

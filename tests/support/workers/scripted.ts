/**
 * The shells of the objects around a core that does as it is told, so that what is tested is the shells: storage,
 * alarms, the way to the directory and to the key-value store. Tests reach the effects by requests below `/test/`.
 */
import type { ObjectEnv, ObjectState } from "audgate/objects";
import { bindings } from "../../../pkg/dist/bindings.js";
import { perform } from "../../../pkg/dist/effects/perform.js";
import { Signers } from "../../../pkg/dist/effects/signers.js";
import { CoreInstances } from "../../../pkg/dist/instance.js";
import { AccountObject } from "../../../pkg/dist/objects/account.js";
import { ChallengeObject } from "../../../pkg/dist/objects/challenge.js";
import { DirectoryObject } from "../../../pkg/dist/objects/directory.js";
import type { Effect } from "../../../pkg/wasm/full_types.js";
import { answer, manage } from "./scripted_core.ts";

/** What stands in a test's way, of all objects of the isolate. */
interface Disturbance {
  /** What a directory does with a request. */
  directory: "answers" | "fails" | "hangs" | "refuses";
  /** Keys whose publication fails. */
  unpublished: string[];
  /** Milliseconds since the Unix epoch; `null`: the platform's clock. */
  now: number | null;
}

let disturbance: Disturbance = { directory: "answers", unpublished: [], now: null };
let instantiated = 0;
const published: { key: string; value: string }[] = [];

const instances = new CoreInstances(undefined as never, () => {
  instantiated += 1;
  return { turn: answer, manage } as never;
});
const platform = { instances, now: (): number => disturbance.now ?? Date.now() };
const target = {
  async put(key: string, value: string): Promise<void> {
    if (disturbance.unpublished.includes(key)) throw new Error("the store is down");
    published.push({ key, value });
  },
  delete: async (): Promise<void> => undefined,
};

/** What tests want of an object besides what it is for. */
interface Storage {
  getAlarm(): Promise<number | null>;
}

export class Account extends AccountObject {
  readonly #storage: Storage;
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, platform);
    this.#storage = state.storage as unknown as Storage;
  }
  alarmAt(): Promise<number | null> {
    return this.#storage.getAlarm();
  }
  ring(): Promise<void> {
    return this.alarm();
  }
}

export class Challenge extends ChallengeObject {
  readonly #storage: Storage;
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, env, platform);
    this.#storage = state.storage as unknown as Storage;
  }
  alarmAt(): Promise<number | null> {
    return this.#storage.getAlarm();
  }
  ring(): Promise<void> {
    return this.alarm();
  }
}

export class Directory extends DirectoryObject {
  readonly #storage: Storage;
  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, { ...env, CONFIG: target }, platform);
    this.#storage = state.storage as unknown as Storage;
  }
  override async turn(request: string): Promise<string> {
    switch (disturbance.directory) {
      case "fails":
        throw new Error("the directory is down");
      case "hangs":
        // A promise that another request resolves would not wake this one.
        while (disturbance.directory === "hangs") await new Promise((resolve) => setTimeout(resolve, 5));
        break;
      case "refuses":
        return JSON.stringify({ type: "refused", reason: "record_unreadable" });
      case "answers":
        break;
    }
    return super.turn(request);
  }
  alarmAt(): Promise<number | null> {
    return this.#storage.getAlarm();
  }
  ring(): Promise<void> {
    return this.alarm();
  }
}

/** An object's stub with what the classes above add. */
interface Stub {
  alarmAt(): Promise<number | null>;
  ring(): Promise<void>;
}
type Namespaces = Record<string, { getByName(name: string): Stub } | undefined>;

const signers = new Signers();

export default {
  async fetch(request: Request, env: Namespaces, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const stub = (): Stub | undefined => env[searchParams.get("binding") ?? ""]?.getByName(searchParams.get("name") ?? "");
    switch (pathname) {
      case "/test/effect": {
        const means = {
          source: { get: async () => null },
          secretKeys: undefined,
          signers,
          bindings: bindings(env, {}),
          waitUntil: (work: Promise<unknown>): void => context.waitUntil(work),
        };
        return Response.json(await perform((await request.json()) as Effect, means));
      }
      case "/test/disturb":
        disturbance = { ...disturbance, ...((await request.json()) as Partial<Disturbance>) };
        return Response.json(disturbance);
      case "/test/alarm":
        return Response.json((await stub()?.alarmAt()) ?? null);
      case "/test/ring":
        await stub()?.ring();
        return Response.json(null);
      case "/test/published":
        return Response.json(published.splice(0));
      case "/test/instantiated":
        return Response.json(instantiated);
    }
    return new Response(null, { status: 404 });
  },
};

/**
 * The package's own directory over a key-value store that a test can take down, by requests below `/test/`. What arrives
 * there is logged, so that tests can wait for it.
 */
import type { ObjectEnv, ObjectState, PublicationTarget } from "audgate/objects";
import { instances } from "../../../pkg/dist/entry/workerd-core.js";
import { DirectoryObject } from "../../../pkg/dist/objects/directory.js";

/** Whether the store takes nothing. */
let isDown = false;

function disturbed(target: PublicationTarget | undefined): PublicationTarget {
  const write = async (key: string, written: Promise<void> | undefined): Promise<void> => {
    await written;
    console.warn(JSON.stringify({ event: `written ${key}` }));
  };
  const refuse = async (): Promise<void> => {
    console.warn(JSON.stringify({ event: "store_down" }));
    throw new Error("the store is down");
  };
  return {
    put: (key, value) => (isDown ? refuse() : write(key, target?.put(key, value))),
    delete: (key) => (isDown ? refuse() : write(key, target?.delete(key))),
  };
}

export class Directory extends DirectoryObject {
  readonly #state: ObjectState;

  constructor(state: ObjectState, env: ObjectEnv) {
    super(state, { ...env, CONFIG: disturbed(env.CONFIG) }, { instances });
    this.#state = state;
  }

  /** When the alarm is set for, in milliseconds since the Unix epoch. */
  alarmAt(): Promise<number | null> {
    return this.#state.storage.getAlarm();
  }
}

interface Env {
  DIRECTORY: { getByName(name: string): { alarmAt(): Promise<number | null> } };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/test/down":
        isDown = searchParams.get("is") === "true";
        return Response.json(isDown);
      case "/test/alarm":
        return Response.json(await env.DIRECTORY.getByName(searchParams.get("name") ?? "").alarmAt());
    }
    return new Response(null, { status: 404 });
  },
};

/** The management of a directory at its barest: the core over SQLite in memory, one command at a time. */
import { readFileSync } from "node:fs";
import { CoreInstances } from "../../pkg/dist/instance.js";
import { instantiate } from "../../pkg/wasm/full.js";
import type { Managed } from "../../pkg/wasm/full_types.js";
import { managementRequest } from "./objects.ts";
import { MemorySql } from "./sqlite.ts";

const module = new WebAssembly.Module(readFileSync(new URL("../../pkg/wasm/full.wasm", import.meta.url)));

/** A reply of the core: its name with what it says. */
export type Reply = Record<string, Record<string, unknown>>;

/** The kinds of what a tenant consists of. */
export type Kind = "resource" | "role" | "application" | "client" | "user";

class Undone extends Error {}

export class ManagedTables {
  readonly sql = new MemorySql();
  readonly #instances = new CoreInstances(module, instantiate);
  /** Seconds since the Unix epoch. */
  now = 1_800_000_000;

  /** Has the directory do `command`. What is not to be kept is undone. */
  do(command: object, members: object = {}): Reply {
    const request = managementRequest("demo", command, { actor: { client_id: "tenant-admin", user_id: null }, ...members });
    let managed: Managed | undefined;
    try {
      this.sql.transactionSync(() => {
        const text = this.#instances.current().use((core) => core.manage((query: string, parameters: string) => this.#execute(query, parameters), request, this.now));
        managed = JSON.parse(text) as Managed;
        if (!managed.commit) throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
    return JSON.parse(managed?.reply ?? "{}") as Reply;
  }

  /** Makes something new under a fresh identifier, unless `value` names one. */
  create(kind: Kind, value: object, members: object = {}): Reply {
    return this.do({ create: { kind, value, fresh_id: "fresh", secret_hash: `sha256:${"F".repeat(42)}A` } }, members);
  }

  update(kind: Kind, id: string, value: object, members: object = {}): Reply {
    return this.do({ update: { kind, id, value } }, members);
  }

  delete(kind: Kind, id: string, members: object = {}): Reply {
    return this.do({ delete: { kind, id } }, members);
  }

  import(document: object, members: object = {}): Reply {
    return this.do({ import: { document: JSON.stringify(document), dry_run: false } }, members);
  }

  /** Everything that can be exported, as it is now. */
  exported(): Record<string, unknown> {
    return this.do({ export: {} }, { actor: null })["document"]?.["document"] as Record<string, unknown>;
  }

  #execute(query: string, parameters: string): string {
    return JSON.stringify(this.sql.exec(query, ...(JSON.parse(parameters) as string[])).raw());
  }
}

/** Why something was refused: the name of the refusal and what it says. */
export function refusal(reply: Reply): [string, unknown] {
  const refused = reply["refused"]?.["refusal"] as Record<string, unknown> | undefined;
  return Object.entries(refused ?? { "not refused": reply })[0] as [string, unknown];
}

/** Its members, where something was found or changed. */
export function members(reply: Reply): Record<string, unknown> {
  const { entity } = (reply["found"] ?? reply["changed"] ?? {}) as { entity?: { value: Record<string, unknown> } };
  if (entity === undefined) throw new Error(`nothing was found or changed: ${JSON.stringify(reply)}`);
  return entity.value;
}

/** The directory's tables in workerd: whole or not at all, for good, and out into the key-value store. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import * as demo from "../support/demo.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const ENTRY = "tests/support/workers/managed.ts";
const start = (persist?: string): Promise<RunningWorker> =>
  startWorker({ entry: ENTRY, entries: () => [], ...(persist === undefined ? {} : { persist }) });
const worker = await start();
after(() => worker.stop());
const directories = worker.objects("Directory");

type Reply = Record<string, Record<string, unknown>>;
let names = 0;
/** A tenant that no test used before. */
const fresh = (): string => `tenant-${(names += 1)}`;
const documentOf = (name: string): demo.TenantDocument => ({ ...demo.document(8787), tenant_id: name });
const importing = (document: object): object => ({ import: { document: JSON.stringify(document), dry_run: false } });
const newUser = (id: string, email = `${id}@shop.example`): object => ({
  create: { kind: "user", value: { user_id: id, email, applications: ["shop"] }, fresh_id: id, secret_hash: null },
});
const describing = (id: string, description: string): object => ({ update: { kind: "client", id, value: { description } } });
const refusal = (reply: Reply): string | undefined => Object.keys((reply.refused?.refusal as object | undefined) ?? {})[0];

/** The directory of a fresh tenant with the demo's document, all of it published. */
async function managed(): Promise<string> {
  const name = fresh();
  assert.ok((await directories.manage(name, importing(documentOf(name)))).imported);
  await published(name);
  return name;
}

/** Waits until nothing is pending. Each question is a turn of the object, so what is under way goes on in between. */
async function published(name: string, on: RunningWorker = worker): Promise<void> {
  while (((await on.objects("Directory").manage(name, { publication: {} })).publication?.pending ?? 0) !== 0);
}

/** The tables of an object, without those of SQLite, the platform and its simulator. */
async function tables(name: string): Promise<string[]> {
  const found = await directories.query(name, "SELECT name FROM sqlite_master WHERE type = 'table'");
  return found.map(({ name: table }) => String(table)).filter((table) => !/^(?:sqlite)?_/.test(table));
}

/** Everything that an object has stored. */
async function stored(name: string): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of await tables(name)) all[table] = await directories.query(name, `SELECT * FROM ${table}`);
  return all;
}

const alarmOf = async (name: string): Promise<unknown> => (await worker.fetch(`/test/alarm?name=${name}`)).json();

describe("a directory that nobody has given a tenant", () => {
  for (const command of [{ publication: {} }, { due: {} }, { export: {} }, { user_record: { user_id: "ada" } }, describing("shop-web", "changed"), newUser("new")]) {
    test(`has no table and no alarm when it was asked for ${Object.keys(command)[0]}`, async () => {
      const name = fresh();
      await directories.manage(name, command);
      assert.deepEqual(await tables(name), []);
      assert.equal(await alarmOf(name), null);
    });
  }

  test("has none either after an import with faults, or one that was only to be told", async () => {
    const name = fresh();
    assert.equal(refusal(await directories.manage(name, importing({ ...documentOf(name), resources: [{}] }))), "invalid");
    assert.ok((await directories.manage(name, { import: { document: JSON.stringify(documentOf(name)), dry_run: true } })).imported);
    assert.deepEqual(await tables(name), []);
    assert.equal(await alarmOf(name), null);
  });

  test("takes no tenant but its own", async () => {
    const name = fresh();
    assert.equal(refusal(await directories.manage(name, importing(documentOf("somebody-else")))), "fixed");
    assert.deepEqual(await tables(name), []);
  });
});

describe("a tenant that is imported", () => {
  test("arrives in the key-value store as it is published from a document", async () => {
    const name = await managed();
    for (const { key, value } of demo.records(documentOf(name)).filter(({ key }) => !key.startsWith("host/"))) {
      const there = await worker.config.get(key);
      const told = (text: string): unknown => {
        if (key.includes("/email/")) return text;
        const { version: _, published_at: __, created_at: ___, ...record } = JSON.parse(text) as Record<string, unknown>;
        return record;
      };
      assert.deepEqual(told(there ?? "{}"), told(value), key);
    }
  });

  test("leaves no alarm once it is published", async () => assert.equal(await alarmOf(await managed()), null));

  test("of a thousand users is one change, and all of them arrive", async () => {
    const name = await managed();
    const users = Array.from({ length: 1_000 }, (_, index) => ({ user_id: `u${index}`, email: `u${index}@shop.example`, status: "active", applications: ["shop"] }));
    assert.ok((await directories.manage(name, importing({ ...documentOf(name), users }))).imported);
    await published(name);
    for (const id of ["u0", "u499", "u999"]) assert.ok(await worker.config.get(`tenant/${name}/user/${id}`), id);
    assert.equal(await worker.config.get(`tenant/${name}/user/ada`), null);
  });
});

describe("a change", () => {
  test("arrives, and what it removes goes", async () => {
    const name = await managed();
    const { changed } = await directories.manage(name, describing("shop-web", "changed"));
    await directories.manage(name, { delete: { kind: "user", id: "ada" } });
    await published(name);
    const { description, version } = JSON.parse((await worker.config.get(`tenant/${name}/client/shop-web`)) ?? "{}") as Record<string, unknown>;
    assert.deepEqual([description, version], ["changed", changed?.version]);
    assert.equal(await worker.config.get(`tenant/${name}/user/ada`), null);
  });

  const refused: [string, object, object, string][] = [
    ["of what is not there", describing("nobody", "changed"), {}, "not_found"],
    ["of what has changed since", describing("shop-web", "changed"), { if_match: 1 }, "stale"],
    ["to what a document could not say", { update: { kind: "client", id: "shop-web", value: { grants: ["password"] } } }, {}, "invalid"],
    ["that names what is not there", { update: { kind: "user", id: "ada", value: { applications: ["nothing"] } } }, {}, "invalid"],
    ["to somebody else's address", { update: { kind: "user", id: "ada", value: { email: "grace@shop.example" } } }, {}, "duplicate"],
    ["that takes a resource from who has it", { delete: { kind: "resource", id: "orders" } }, {}, "in_use"],
    ["that takes an application from its clients", { delete: { kind: "application", id: "shop" } }, {}, "in_use"],
    ["that takes the default resource", { delete: { kind: "resource", id: "default" } }, {}, "fixed"],
    ["for another tenant", describing("shop-web", "changed"), { tenant_id: "somebody-else" }, "wrong_tenant"],
  ];
  for (const [name, command, members, reason] of refused) {
    test(`${name} is refused and leaves nothing behind`, async () => {
      const directory = await managed();
      const before = await stored(directory);
      assert.equal(refusal(await directories.manage(directory, command, members)), reason);
      assert.deepEqual(await stored(directory), before);
      assert.equal(await alarmOf(directory), null);
    });
  }

  test("that an import makes is made wholly or not at all: one fault in the last of it leaves nothing behind", async () => {
    const name = await managed();
    const before = await stored(name);
    const document = documentOf(name);
    const users = [...document.users, { user_id: "last", email: "last@shop.example", status: "active", applications: ["nothing"] }];
    const clients = document.clients.map((client) => ({ ...client, description: "changed" }));
    assert.equal(refusal(await directories.manage(name, importing({ ...document, clients, users }))), "invalid");
    assert.deepEqual(await stored(name), before);
  });

  test("by 50 at once who have all seen the same is made by one of them", async () => {
    const name = await managed();
    const { found } = await directories.manage(name, { read: { kind: "client", id: "shop-web" } });
    const { revision } = found?.entity as { revision: number };
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => directories.manage(name, describing("shop-web", `by ${index}`), { if_match: revision })),
    );
    assert.equal(replies.filter((reply) => reply.changed !== undefined).length, 1);
    assert.equal(replies.filter((reply) => refusal(reply) === "stale").length, 49);
  });

  test("that takes an address is made by one of 50 who want it", async () => {
    const name = await managed();
    const replies = await Promise.all(Array.from({ length: 50 }, (_, index) => directories.manage(name, newUser(`new-${index}`, "one@shop.example"))));
    assert.equal(replies.filter((reply) => reply.changed !== undefined).length, 1);
    assert.equal(replies.filter((reply) => refusal(reply) === "duplicate").length, 49);
  });
});

describe("the tables", () => {
  test("hold what they refer to: the store itself refuses what would leave a name of nothing", async () => {
    const name = await managed();
    const before = await stored(name);
    for (const statement of [
      "INSERT INTO declared VALUES ('client:ghost', 'client', 'ghost')",
      "INSERT INTO reference VALUES ('client', 'ghost', 'resource:orders')",
      "UPDATE declared SET id = 'ghost' WHERE name = 'client:shop-web'",
      "DELETE FROM declared WHERE name = 'resource:orders'",
      "DELETE FROM entity WHERE kind = 'application' AND id = 'shop'",
    ]) {
      await assert.rejects(directories.query(name, statement), /FOREIGN KEY/, statement);
    }
    assert.deepEqual(await stored(name), before);
  });

  test("have nothing that refers to nothing, whatever was changed", async () => {
    const name = await managed();
    await directories.manage(name, { delete: { kind: "client", id: "shop-insights" } });
    await directories.manage(name, importing({ ...documentOf(name), users: [] }));
    assert.deepEqual(await directories.query(name, "PRAGMA foreign_key_check"), []);
  });
});

describe("a worker that is started again on the same files", () => {
  const folder = mkdtempSync(join(tmpdir(), "audgate-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("has the tenant as it was, and goes on from there", async () => {
    const first = await start(folder);
    await first.objects("Directory").manage("again", importing(documentOf("again")));
    const { changed } = await first.objects("Directory").manage("again", newUser("new"));
    const { document: before } = await first.objects("Directory").manage("again", { export: {} });
    await first.stop();

    const second = await start(folder);
    after(() => second.stop());
    assert.deepEqual((await second.objects("Directory").manage("again", { export: {} })).document, before);
    assert.equal(refusal(await second.objects("Directory").manage("again", newUser("new"))), "duplicate");
    const { changed: later } = await second.objects("Directory").manage("again", newUser("newer"));
    assert.ok(Number(later?.version) > Number(changed?.version));
    await published("again", second);
    assert.ok(await second.config.get("tenant/again/user/newer"));
  });

  test("writes what the one before could not, without being asked", { timeout: 60_000 }, async () => {
    const first = await start(folder);
    await first.fetch("/test/down?is=true");
    await first.objects("Directory").manage("late", importing(documentOf("late")));
    await first.logged("store_down");
    await first.stop();

    const second = await start(folder);
    after(() => second.stop());
    await second.logged("written tenant/late");
    await second.logged("written tenant/late/client/shop-web");
    assert.ok(await second.config.get("tenant/late/client/shop-web"));
  });
});

test("a store that was down gets everything once it is up, with nobody asking", { timeout: 60_000 }, async () => {
  const name = await managed();
  await worker.fetch("/test/down?is=true");
  after(() => worker.fetch("/test/down?is=false"));
  await directories.manage(name, describing("partner-web", "changed while it was down"));
  await worker.logged("store_down");
  assert.ok(Number(await alarmOf(name)) > Date.now() - 1_000);
  await worker.fetch("/test/down?is=false");
  const written = worker.log.length;
  const arrived = (): boolean => worker.log.slice(written).some((line) => line.includes(`written tenant/${name}/client/partner-web`));
  while (!arrived()) await alarmOf(name);
  assert.match((await worker.config.get(`tenant/${name}/client/partner-web`)) ?? "", /changed while it was down/);
});

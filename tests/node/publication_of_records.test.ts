/**
 * How what a directory's tables hold gets into the key-value store, whatever that store does meanwhile: nothing is lost,
 * nothing is reordered, and whoever changes something waits for none of it.
 */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { records } from "../support/demo.ts";
import { describing, DirectoryBench, type Fate, importing, isRecord, managed, published, refusal, tenant } from "../support/directory.ts";
import { managementRequest } from "../support/objects.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** What takes longer counts as failed. */
const TIMEOUT = 5 * SECOND;

const logged: { event: string }[] = [];
mock.method(console, "warn", (line: string) => logged.push(JSON.parse(line) as { event: string }));
beforeEach(() => {
  logged.length = 0;
  mock.timers.enable({ apis: ["setTimeout"] });
});
afterEach(() => mock.timers.reset());

const newUser = (id: string): object => ({
  create: { kind: "user", value: { user_id: id, email: `${id}@shop.example`, applications: ["shop"] }, fresh_id: id, secret_hash: null },
});

describe("a directory that nobody has given a tenant", () => {
  const asked: [string, object][] = [
    ["publication", { publication: {} }],
    ["what is due", { due: {} }],
    ["a list", { list: { kind: "user", app_id: null, application_kind: null, search: null, after: null, limit: 50 } }],
    ["an entity", { read: { kind: "client", id: "orders-backend" } }],
    ["a resource by its URI", { read_by_uri: { uri: "https://shop.example" } }],
    ["a user's record", { user_record: { user_id: "ada" } }],
    ["an export", { export: {} }],
    ["the audit log", { audit: { kind: null, id: null, before: null, limit: 10 } }],
    ["a change", describing("client", "orders-backend", "changed")],
    ["a removal", { delete: { kind: "client", id: "orders-backend" } }],
    ["a new user", newUser("new")],
    ["the user of an address", { ensure_user: { email: "ada@shop.example", app_id: "shop", fresh_id: "new" } }],
    ["a report of what it never wrote", { written: { entries: [{ key: "tenant/demo", version: 1, written: true }] } }],
  ];
  for (const [name, command] of asked) {
    test(`stores and publishes nothing and sets no alarm when it is asked for ${name}`, async () => {
      const bench = new DirectoryBench();
      const before = bench.sql.writes();
      await bench.manage(command);
      await bench.pass(MINUTE);
      assert.equal(bench.sql.writes(), before);
      assert.equal(bench.alarmsSet, 0);
      assert.deepEqual(bench.store.begun, []);
    });
  }

  for (const [name, request] of [
    ["a request that it cannot read", "{}"],
    ["a request that is no JSON", "{"],
    ["an import with faults", managementRequest("demo", importing({ resources: [{}] }))],
    ["an import of another tenant", managementRequest("demo", importing({ tenant_id: "other" }))],
    ["being told what an import would change", managementRequest("demo", { import: { document: JSON.stringify(tenant), dry_run: true } })],
  ] as const) {
    test(`keeps nothing of ${name}`, async () => {
      const bench = new DirectoryBench();
      await bench.manageText(request);
      await bench.pass(MINUTE);
      assert.deepEqual(bench.sql.exec("SELECT name FROM sqlite_master").raw(), []);
      assert.equal(bench.alarmsSet, 0);
      assert.deepEqual(bench.store.begun, []);
    });
  }

  test("takes no request that is not a text", async () => {
    await assert.rejects(new DirectoryBench().manageText({} as never), TypeError);
  });
});

describe("a tenant that is imported", () => {
  test("is published as a document is: the same keys, but those of the deployment", async () => {
    const bench = await managed();
    const expected = records(tenant).map(({ key }) => key).filter((key) => !key.startsWith("host/"));
    assert.deepEqual([...bench.store.entries.keys()].sort(), expected.sort());
  });

  test("has its own record in the store before any of the others is begun", async () => {
    const bench = new DirectoryBench();
    bench.store.fate = () => SECOND;
    await bench.manage(importing());
    await bench.pass(10 * SECOND);
    const [first, second] = bench.store.begun;
    assert.equal(first?.key, "tenant/demo");
    assert.ok(second !== undefined && second.at >= first.at + SECOND, `${second?.at} after ${first.at}`);
  });

  test("is written six entries at a time", async () => {
    const bench = new DirectoryBench();
    bench.store.fate = () => SECOND;
    await bench.manage(importing());
    await bench.pass(10 * SECOND);
    assert.equal(bench.store.mostAtOnce, 6);
    assert.equal(await bench.pending(), 0);
  });

  test("keeps nothing back for a record of its own that cannot be written, once that was tried", async () => {
    const bench = new DirectoryBench();
    bench.store.fate = (key) => (key === "tenant/demo" ? "fails" : 0);
    await bench.manage(importing());
    await bench.pass(MINUTE);
    assert.equal(bench.store.begun[0]?.key, "tenant/demo");
    assert.ok(bench.store.entries.has("tenant/demo/user/grace"));
    assert.equal(await bench.pending(), 1);
  });

  test("does not wait for one of the others", async () => {
    const bench = new DirectoryBench();
    bench.store.fate = (key) => (key.endsWith("/user/ada") ? "fails" : 0);
    await bench.manage(importing());
    await bench.pass(5 * SECOND);
    assert.equal(await bench.pending(), 1);
    assert.ok(bench.store.entries.has("tenant/demo/user/grace"));
  });
});

describe("a change", () => {
  test("is answered before it is written", async () => {
    const bench = await managed();
    bench.store.fate = () => "hangs";
    assert.ok((await bench.manage(describing("client", "shop-web", "changed"))).changed);
    assert.equal(await bench.pending(), 1);
  });

  test("is in the store at once where that takes it", async () => {
    const bench = await managed();
    const { changed } = await bench.manage(describing("client", "shop-web", "changed"));
    await bench.settle();
    assert.deepEqual(published(bench, "client", "shop-web").version, changed?.version);
  });

  test("that removes something removes its keys", async () => {
    const bench = await managed();
    const before = new Set(bench.store.entries.keys());
    await bench.manage({ delete: { kind: "user", id: "ada" } });
    await bench.settle();
    const gone = [...before].filter((key) => !bench.store.entries.has(key));
    assert.equal(gone.length, 2, String(gone));
    assert.ok(gone.includes("tenant/demo/user/ada"));
  });

  test("that follows at once waits: a key is written once a second at most, and never with what is outdated", async () => {
    const bench = await managed();
    for (let change = 0; change < 40; change += 1) {
      await bench.manage(describing("client", "shop-web", `change ${change}`));
      await bench.pass(100);
    }
    await bench.pass(5 * SECOND);
    const writes = bench.store.begun.filter(({ key }) => key === "tenant/demo/client/shop-web");
    const pauses = writes.slice(1).map(({ at }, index) => at - (writes[index]?.at ?? 0));
    assert.ok(pauses.every((pause) => pause >= SECOND), String(pauses));
    assert.equal(published(bench, "client", "shop-web").description, "change 39");
  });

  const refused: [string, object, object, string][] = [
    ["of what is not there", describing("client", "nobody", "changed"), {}, "not_found"],
    ["of what has changed since", describing("client", "shop-web", "changed"), { if_match: 1 }, "stale"],
    ["to what a document could not say", { update: { kind: "client", id: "shop-web", value: { grants: ["password"] } } }, {}, "invalid"],
    ["that takes what others name", { delete: { kind: "resource", id: "orders" } }, {}, "in_use"],
    ["that names what is not there", { update: { kind: "user", id: "ada", value: { applications: ["nothing"] } } }, {}, "invalid"],
    ["to an address that is another user's", { update: { kind: "user", id: "ada", value: { email: "grace@shop.example" } } }, {}, "duplicate"],
  ];
  for (const [name, command, members, reason] of refused) {
    test(`${name} is refused: nothing is published, and nothing waits`, async () => {
      const bench = await managed();
      const { document: before } = await bench.manage({ export: {} });
      assert.equal(refusal(await bench.manage(command, members)), reason);
      await bench.pass(MINUTE);
      assert.deepEqual((await bench.manage({ export: {} })).document, before);
      assert.deepEqual(bench.store.begun, []);
      assert.equal(bench.alarmAt, null);
    });
  }

  test("during which the core traps is undone, and the next one meets a fresh core", async () => {
    const bench = await managed();
    bench.traps = true;
    await assert.rejects(bench.manage(describing("client", "shop-web", "changed")));
    bench.traps = false;
    await bench.pass(MINUTE);
    assert.deepEqual(bench.store.begun, []);
    assert.ok((await bench.manage(describing("client", "shop-web", "changed again"))).changed);
  });
});

describe("a write that was not answered in time", () => {
  test("keeps its key to itself as long as it may still arrive", async () => {
    const bench = await managed();
    bench.store.fate = () => TIMEOUT + 30 * SECOND;
    await bench.manage(describing("client", "shop-web", "first"));
    await bench.pass(SECOND);
    bench.store.fate = () => 0;
    await bench.manage(describing("client", "shop-web", "second"));
    await bench.pass(30 * SECOND);
    assert.equal(bench.store.begun.length, 1);
    await bench.pass(MINUTE);
    const written = bench.store.history.map(({ value }) => (JSON.parse(value ?? "{}") as { description: string }).description);
    assert.deepEqual(written.slice(0, 2), ["first", "second"]);
    assert.ok(!written.slice(1).includes("first"));
  });

  test("does not keep other keys waiting", async () => {
    const bench = await managed();
    bench.store.fate = (key) => (key.endsWith("/orders-backend") ? "hangs" : 0);
    await bench.manage(describing("client", "orders-backend", "changed"));
    await bench.pass(TIMEOUT + SECOND);
    for (const id of ["partner-web", "shop-web"]) {
      await bench.manage(describing("client", id, "changed"));
      await bench.pass(2 * SECOND);
      await bench.manage(describing("client", id, "changed again"));
    }
    await bench.pass(15 * SECOND);
    for (const id of ["partner-web", "shop-web"]) assert.equal(published(bench, "client", id).description, "changed again");
  });

  test("and that never is, is made again after a minute", async () => {
    const bench = await managed();
    bench.store.fate = () => "hangs";
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.pass(SECOND);
    bench.store.fate = () => 0;
    await bench.pass(3 * MINUTE);
    assert.equal(published(bench, "client", "shop-web").description, "changed");
  });

  test("and that was given up counts as pending until nothing can take its successor's place any more", async () => {
    const bench = await managed();
    bench.store.fate = () => 4 * MINUTE;
    await bench.manage(describing("client", "shop-web", "first"));
    await bench.pass(SECOND);
    bench.store.fate = () => 0;
    await bench.manage(describing("client", "shop-web", "second"));
    await bench.pass(3 * MINUTE);
    assert.equal(published(bench, "client", "shop-web").description, "second");
    assert.equal(await bench.pending(), 1);
    await bench.pass(5 * MINUTE);
    assert.equal(published(bench, "client", "shop-web").description, "second");
    assert.equal(await bench.pending(), 0);
  });
});

describe("an object that ends", () => {
  test("while it writes is taken over by the next one, when the alarm comes", async () => {
    const bench = await managed();
    bench.store.fate = () => "hangs";
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.pass(SECOND);
    bench.restart();
    bench.store.fate = () => 0;
    await bench.pass(15 * SECOND);
    assert.equal(published(bench, "client", "shop-web").description, "changed");
    assert.equal(await bench.pending(), 0);
  });

  test("as soon as it has answered loses nothing", async () => {
    const bench = await managed();
    bench.store.fate = () => "hangs";
    assert.ok((await bench.manage(newUser("new"))).changed);
    assert.ok(bench.alarmAt !== null);
    bench.restart();
    bench.store.fate = () => 0;
    await bench.pass(15 * SECOND);
    assert.ok(bench.store.entries.has("tenant/demo/user/new"));
  });

  test("leaves its pauses to the next one: a failed write is not made again at once", async () => {
    const bench = await managed();
    bench.store.fate = () => "fails";
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.pass(20 * SECOND);
    const { alarmAt } = bench;
    const attempts = bench.store.begun.length;
    bench.restart();
    await bench.manage({ publication: {} });
    await bench.settle();
    assert.equal(bench.store.begun.length, attempts);
    assert.equal(bench.alarmAt, alarmAt);
  });

  test("with nothing under way does nothing when it begins anew and is only read", async () => {
    const bench = await managed();
    const [writes, alarms] = [bench.sql.writes(), bench.alarmsSet];
    bench.restart();
    await bench.manage({ publication: {} });
    await bench.manage({ read: { kind: "client", id: "shop-web" } });
    await bench.pass(MINUTE);
    assert.deepEqual([bench.sql.writes(), bench.alarmsSet], [writes, alarms]);
    assert.deepEqual(bench.store.begun, []);
  });
});

describe("an alarm that the core fails at", () => {
  test("is set again, and what waits is written once the core is back", async () => {
    const bench = await managed();
    bench.store.fate = () => "fails";
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.settle();
    bench.store.fate = () => 0;
    bench.traps = true;
    await bench.pass(5 * MINUTE);
    assert.ok(logged.some(({ event }) => event === "publication_failed"));
    assert.ok(bench.alarmAt !== null && bench.alarmAt <= bench.now + 30 * SECOND);
    bench.traps = false;
    await bench.pass(31 * SECOND);
    assert.equal(published(bench, "client", "shop-web").description, "changed");
  });
});

describe("a deployment without a store", () => {
  test("says so in its log, and keeps what is to be written", async () => {
    const bench = new DirectoryBench();
    bench.hasStore = false;
    bench.restart();
    await bench.manage(importing());
    await bench.pass(MINUTE);
    assert.ok(logged.some((event) => event.event === "binding_missing"));
    assert.ok(Number(await bench.pending()) > 0);
    assert.ok(bench.alarmAt !== null);
  });
});

describe("revocations and records", () => {
  const HEAD = "tenant/demo/revoked";
  /** The longest time between two heads, in milliseconds. */
  const longestSilence = (bench: DirectoryBench): number => {
    const at = bench.store.history.filter(({ key }) => key === HEAD).map((written) => written.at);
    return Math.max(...at.slice(1).map((moment, index) => moment - (at[index] ?? 0)));
  };
  const ensure = { type: "ensure", tenant_id: "demo" };

  for (const fate of ["fails", "hangs", TIMEOUT - SECOND] as Fate[]) {
    const behaviour = typeof fate === "number" ? "are slow" : fate === "fails" ? "fail" : "hang";
    test(`share one alarm: heads go on every ten seconds while records ${behaviour}`, async () => {
      const bench = await managed();
      await bench.turn(ensure);
      bench.store.fate = (key) => (isRecord(key) ? fate : 0);
      await bench.manage(importing({ users: Array.from({ length: 100 }, (_, index) => ({ user_id: `u${index}`, email: `u${index}@shop.example`, status: "active", applications: ["shop"] })) }));
      await bench.pass(3 * MINUTE);
      assert.ok(longestSilence(bench) <= 12 * SECOND, `${longestSilence(bench)} ms`);
    });
  }

  test("share one alarm: records are written while heads cannot be", async () => {
    const bench = await managed();
    await bench.turn(ensure);
    bench.store.fate = () => "fails";
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.pass(20 * SECOND);
    bench.store.fate = (key) => (isRecord(key) ? 0 : "fails");
    await bench.pass(MINUTE);
    assert.equal(published(bench, "client", "shop-web").description, "changed");
  });

  test("do not take each other's alarm when the object begins anew", async () => {
    const bench = await managed();
    await bench.turn(ensure);
    bench.store.fate = (key) => (isRecord(key) ? "fails" : 0);
    await bench.manage(describing("client", "shop-web", "changed"));
    await bench.pass(SECOND);
    const { alarmAt } = bench;
    for (const ask of [() => bench.turn({ type: "list" }), () => bench.manage({ publication: {} })]) {
      bench.restart();
      await ask();
      await bench.settle();
      assert.ok(bench.alarmAt !== null && alarmAt !== null && bench.alarmAt <= alarmAt, `${bench.alarmAt} instead of ${alarmAt}`);
    }
    bench.store.fate = () => 0;
    await bench.pass(15 * SECOND);
    assert.equal(published(bench, "client", "shop-web").description, "changed");
    assert.ok(longestSilence(bench) <= 12 * SECOND);
  });
});

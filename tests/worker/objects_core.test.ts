/** The objects with the real core in workerd: what an account, a challenge and a directory keep, and race-free. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, describe, test } from "node:test";
import * as demo from "../support/demo.ts";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());
const accounts = worker.objects("Account");
const challenges = worker.objects("Challenge");

const now = (): number => Math.floor(Date.now() / 1_000);
const hash = (text: string): string => `sha256:${createHash("sha256").update(text).digest("base64url")}`;
let users = 0;
const user = (): string => `demo/user/u${(users += 1)}`;

/** A request to the account named `name`. */
const request = (name: string, command: object): object => ({
  subject: name.split("/")[2],
  standing: null,
  longest_access_token: 3_600,
  command,
});
const begin = (sid: string, secret: string): object => ({
  type: "begin",
  session: { sid, secret: hash(secret), style: "backend", client_id: "shop-viewer", application: "shop", amr: ["email"] },
});

describe("an account", () => {
  test("that nobody has logged in to stores nothing, whatever it is asked", async () => {
    const name = user();
    await accounts.turn(name, request(name, { type: "sessions" }));
    await accounts.turn(name, request(name, { type: "check", jti: "t1", issued_at: now() }));
    await accounts.turn(name, { command: { type: "alarm" } });
    assert.deepEqual(await accounts.rows(name), []);
  });

  test("stores a session without its secret", async () => {
    const name = user();
    const secret = randomBytes(32).toString("base64url");
    assert.equal((await accounts.turn(name, request(name, begin("sid-1", secret)))).type, "session");
    const stored = JSON.stringify(await accounts.rows(name));
    assert.ok(stored.includes("sid-1"));
    assert.ok(!stored.includes(secret));
  });

  test("logs a session out once for all: the secret no longer resumes it", async () => {
    const name = user();
    await accounts.turn(name, request(name, begin("sid-2", "secret")));
    const known = { sid: "sid-2", secret: hash("secret"), style: "backend" };
    assert.equal((await accounts.turn(name, request(name, { type: "logout", ...known }))).type, "ended");
    const resumed = await accounts.turn(name, request(name, { type: "resume", ...known }));
    assert.deepEqual(resumed, { type: "refused", reason: "session_unknown" });
  });

  test("refuses what it cannot read, and keeps what it has", async () => {
    const name = user();
    await accounts.turn(name, request(name, begin("sid-3", "secret")));
    const before = await accounts.rows(name);
    assert.deepEqual(await accounts.turn(name, request(name, { type: "of_a_later_version" })), { type: "refused", reason: "request_unreadable" });
    assert.deepEqual(await accounts.rows(name), before);
  });
});

test("an ended session is published as revoked by the time its account has answered, or soon after", async () => {
  const name = user();
  await accounts.turn(name, request(name, begin("sid-ended", "secret")));
  await accounts.turn(name, request(name, { type: "end_session", sid: "sid-ended" }));
  const { entries } = (await worker.objects("Directory").turn("demo", { command: { type: "list" } })) as { entries: { id: string }[] };
  assert.ok(entries.some(({ id }) => id === "sid-ended"), "the directory knows of it");
  assert.ok(!(await accounts.rows(name)).some(({ key }) => key.startsWith("outbox/")), "nothing is left in the outbox");
});

describe("a challenge", () => {
  const open = (secret: string): object => ({
    command: { type: "open", kind: "link", secret: hash(secret), facts: "{}", expires_at: now() + 60, attempts: 3, kept_until: now() + 120 },
  });
  const redeem = (secret: string, given: string): object => ({ command: { type: "redeem", kind: "link", secret: hash(secret), given } });

  test("that was never opened stores nothing when it is guessed at", async () => {
    assert.equal((await challenges.turn("demo/guessed", redeem("s", "g"))).type, "refused");
    assert.deepEqual(await challenges.rows("demo/guessed"), []);
  });

  for (const contenders of [2, 10, 50]) {
    test(`has exactly one winner among ${contenders}`, async () => {
      const name = `demo/race-${contenders}`;
      await challenges.turn(name, open("s"));
      const replies = await Promise.all(
        Array.from({ length: contenders }, (_, index) => challenges.turn(name, redeem("s", `given-${index}`))),
      );
      assert.equal(replies.filter(({ type }) => type === "redeemed").length, 1);
      const replayed = replies.filter(({ type }) => type === "refused");
      assert.deepEqual([...new Set(replayed.map(({ reason }) => reason))], ["replayed"]);
    });
  }
});

describe("a deployment without objects, mail, limits and master key", async () => {
  const without = ["ACCOUNT", "CHALLENGE", "DIRECTORY", "EMAIL", "LOGIN_LIMIT", "LINK_LIMIT", "TOKEN_LIMIT"];
  const bare = await startWorker({ entry: "pkg/src/worker.ts", without, masterKey: null });
  after(() => bare.stop());

  test("issues tokens for clients", async () => assert.equal((await bare.askToken("orders-backend")).status, 200));
});

test("a master key that cannot be read is logged once, and not shown", async () => {
  const broken = await startWorker({ entry: "pkg/src/worker.ts", masterKey: "1:canary-in-clear" });
  after(() => broken.stop());
  for (const _ of [1, 2]) assert.equal((await broken.askToken("orders-backend")).status, 200);
  const lines = broken.log.filter((line) => line.includes("master_key_unreadable"));
  assert.equal(lines.length, 1);
  assert.ok(!broken.log.join().includes("canary"));
  assert.ok(demo.masterKey.startsWith("1:"));
});

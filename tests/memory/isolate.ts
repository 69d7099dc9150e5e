/**
 * One isolate that decides again and again, in a process that does nothing else. It prints what its memory came to, as JSON.
 */
import assert from "node:assert/strict";
import { signingKey } from "../support/demo.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { Random } from "../support/random.ts";
import { type Claims, clientClaims, encoded, seconds, signed } from "../support/tokens.ts";

const DECISIONS = Number(process.env["DECISIONS"]);
const SEED = Number(process.env["SEED"]);
/** The first decisions are not counted: caches fill up, and the engine compiles. At most so many, and half of them all. */
const WARM_UP = Math.min(DECISIONS / 2, 500_000);
/** More tokens than a gate remembers, so that some are always verified anew. */
const TOKENS = 1_200;
/** So many decisions are under way at once. */
const AT_ONCE = 50;

const isolate = new Isolate();
// What the isolate logs would be kept for tests to look at.
console.warn = () => undefined;
const random = new Random(SEED);
const lifetime = { iat: seconds(), exp: seconds() + 3_600 };
const claims = (others: Claims = {}): Claims => clientClaims(ORIGIN, "orders", "orders:read", { ...lifetime, ...others });
const token = (others?: Claims): Promise<string> => signed(signingKey("ES256"), claims(others));
const tokens = (await Promise.all(Array.from({ length: TOKENS }, () => token()))) as [string];
const expired = await token({ iat: seconds() - 600, exp: seconds() - 300 });
const elsewhere = await token({ aud: `${ORIGIN}/demo/payments` });

/** Text of that length that nobody has sent before. */
function garbage(length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 10) }, () => random.fraction().toString(36).slice(2, 12).padEnd(10, "x"));
  return parts.join("").slice(0, length);
}

const HOSTILE: (() => string)[] = [
  () => garbage(random.whole(1, 200)),
  () => `${garbage(20)}.${garbage(100)}.${garbage(86)}`,
  () => garbage(random.whole(8_000, 60_000)),
  () => ".".repeat(random.whole(3, 20_000)),
  () => `${encoded(JSON.stringify({ alg: "none", kid: garbage(30) }))}.${encoded(JSON.stringify(claims({ jti: garbage(20) })))}.`,
  () => `${encoded(`{"alg":"ES256","kid":${"[".repeat(500)}`)}.${garbage(50)}.${garbage(86)}`,
  () => `${tokens[0].slice(0, tokens[0].lastIndexOf("."))}.${encoded(Buffer.from(garbage(64)))}`,
  () => expired,
  () => elsewhere,
];

/** One decision. Answers whether it was about something hostile. */
async function decide(): Promise<boolean> {
  const hostile = random.chance(0.05);
  const text = hostile ? (HOSTILE[random.whole(0, HOSTILE.length - 1)]?.() ?? "") : random.one(tokens);
  const response = await isolate.request("/demo/orders/1", text);
  isolate.admitted.length = 0;
  isolate.decisions.length = 0;
  assert.equal(response.status, hostile ? 401 : 200);
  return hostile;
}

/** Octets of the core's memory and of the process. */
async function sizes(): Promise<{ core: number; resident: number }> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { core: isolate.instances.current().use(({ memory }) => memory.buffer.byteLength), resident: process.memoryUsage.rss() };
}

let hostile = 0;
let warm: Awaited<ReturnType<typeof sizes>> | undefined;
let largest = 0;
for (let done = 0; done < DECISIONS; done += AT_ONCE) {
  if (warm === undefined && done >= WARM_UP) warm = await sizes();
  const these = await Promise.all(Array.from({ length: AT_ONCE }, decide));
  hostile += these.filter(Boolean).length;
  await isolate.settled();
  if (warm !== undefined) largest = Math.max(largest, process.memoryUsage.rss());
}
const { instantiated } = isolate;
console.log(JSON.stringify({ hostile, instantiated, warm, after: await sizes(), largest }));

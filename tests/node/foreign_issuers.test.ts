/** Tokens of other issuers at the gate, and where their keys come from (THREATS A13). The clock is the test's. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { document, freshKey, records, type TenantDocument } from "../support/demo.ts";
import { ForeignIssuer, KEYS, METADATA, OPENID } from "../support/foreign_issuer.ts";
import { Isolate, ORIGIN } from "../support/isolate.ts";
import { clientClaims, signed } from "../support/tokens.ts";
import { signingKey } from "../support/demo.ts";

const ORDERS = `${ORIGIN}/demo/orders`;
/** An issuer that answered or failed is not asked again sooner; seconds. */
const COOLDOWN = 10;
/** Keys serve so long after they were confirmed; seconds. */
const BOUND = 86_400;

let issuer: ForeignIssuer;
let isolate: Isolate;
beforeEach(async () => {
  issuer = await ForeignIssuer.start();
  isolate = trusting({});
});
afterEach(() => issuer.stop());

/** An isolate of a tenant whose orders trust the issuer. */
function trusting(terms: object): Isolate {
  return new Isolate(records(tenantTrusting(terms)));
}

function tenantTrusting(terms: object): TenantDocument {
  const tenant = document(8787);
  for (const resource of tenant.resources) {
    if (resource.resource_id !== "orders") continue;
    resource.trusted_issuers = [{ issuer: issuer.origin, algorithms: ["ES256"], ...terms }];
  }
  return tenant;
}

const seconds = (): number => Math.floor(isolate.now / 1_000);

async function orders(options: Parameters<ForeignIssuer["token"]>[1] = {}, at = isolate): Promise<number> {
  return (await at.request("/demo/orders/1", await issuer.token(ORDERS, { now: seconds(), ...options }))).status;
}

function lastReason(): string {
  const decision = isolate.decisions.at(-1);
  return decision?.type === "deny" ? decision.reason : (decision?.type ?? "none");
}

describe("an issuer that the resource trusts", () => {
  for (const alg of ["RS256", "ES256", "EdDSA", "PS256", "ES384"]) {
    test(`signs with ${alg}, where that is pinned`, async () => {
      const key = await issuer.rotate(alg);
      assert.equal(await orders({ key }, trusting({ algorithms: [alg] })), 200);
      const others = ["RS256", "ES256", "EdDSA", "PS256", "ES384"].filter((other) => other !== alg);
      assert.equal(await orders({ key }, trusting({ algorithms: others })), 401);
    });
  }

  test("is named to the handler, beside the subject", async () => {
    assert.equal(await orders(), 200);
    const [access] = isolate.admitted;
    assert.ok(access !== undefined && access.kind !== "public");
    assert.deepEqual([access.issuer, access.subject, access.clientId], [issuer.origin, "their|user", "their-app"]);
    assert.equal(access.applicationId, undefined);
  });

  test("may say so much in a token that the core's memory grows, which costs nobody anything", async () => {
    for (let count = 100; count < 2_000; count += 100) {
      const fresh = trusting({});
      for (const filler of [{}, []]) {
        const many = Array.from({ length: count }, () => filler);
        assert.equal(await orders({ many }, fresh), 200, `${count} of ${JSON.stringify(filler)}`);
      }
    }
  });

  test("changes nothing for own tokens, and is not asked for them", async () => {
    const claims = clientClaims(ORIGIN, "orders", "orders:read", { iat: seconds(), exp: seconds() + 300 });
    assert.equal((await isolate.request("/demo/orders/1", await signed(signingKey("ES256"), claims))).status, 200);
    const [access] = isolate.admitted;
    assert.ok(access !== undefined && access.kind !== "public");
    assert.deepEqual([access.issuer, access.applicationId], [ORIGIN, "shop"]);
    assert.deepEqual(issuer.asked, []);
  });

  test("is not asked about a token for a resource that does not trust it", async () => {
    const token = await issuer.token(`${ORIGIN}/demo/payments`, { now: seconds(), scope: "payments:make" });
    assert.equal((await isolate.request("/demo/payments", token, { method: "POST" })).status, 401);
    assert.deepEqual(issuer.asked, []);
  });
});

describe("metadata", () => {
  test("is asked for at the place of RFC 8414 first, then at that of OpenID Connect", async () => {
    issuer.metadataAt = [OPENID];
    assert.equal(await orders(), 200);
    assert.deepEqual(issuer.asked, [METADATA, OPENID, KEYS]);
  });
  test("is not needed where the configuration has the URL of the keys", async () => {
    assert.equal(await orders({}, trusting({ jwks_uri: `${issuer.origin}${KEYS}` })), 200);
    assert.deepEqual(issuer.asked, [KEYS]);
  });

  const refused: [string, () => void][] = [
    ["is another issuer's", () => (issuer.metadata.issuer = "https://rival.example")],
    ["has the issuer with a slash more", () => (issuer.metadata.issuer = `${issuer.origin}/`)],
    ["names no issuer", () => delete issuer.metadata.issuer],
    ["names no keys", () => delete issuer.metadata.jwks_uri],
    ["names keys by a path", () => (issuer.metadata.jwks_uri = KEYS)],
    ["names keys in clear", () => (issuer.metadata.jwks_uri = "http://keys.example/jwks")],
    ["names keys at an address", () => (issuer.metadata.jwks_uri = "https://192.0.2.1/jwks")],
    ["is nowhere", () => (issuer.metadataAt = [])],
  ];
  for (const [fault, change] of refused) {
    test(`that ${fault} leads to no keys: 503`, async () => {
      change();
      assert.equal(await orders(), 503);
      assert.equal(lastReason(), "issuer_keys_unavailable");
      assert.equal(issuer.takeFetches(), 0);
    });
  }
});

describe("an origin that does not answer as it should is no verdict on the token: 503", () => {
  const keys = (): string => JSON.stringify({ keys: issuer.keys });
  const answers: [string, Parameters<typeof answering>[0]][] = [
    ["an error", () => 500],
    ["nothing there", () => 404],
    ["a redirect to the right keys", (response) => void response.writeHead(302, { location: `${issuer.origin}${KEYS}?` }).end()],
    ["a redirect elsewhere", (response) => void response.writeHead(307, { location: "http://127.0.0.1:9/" }).end()],
    ["no content", () => 204],
    ["half a document", (response) => void response.writeHead(200).end(keys().slice(0, -2))],
    ["a page", (response) => void response.writeHead(200).end("<html></html>")],
    ["an array", (response) => void response.writeHead(200).end("[]")],
    ["a name twice", (response) => void response.writeHead(200).end(`{"keys":[],${keys().slice(1)}`)],
    ["a byte-order mark", (response) => void response.writeHead(200).end(`\u{feff}${keys()}`)],
    ["other octets than UTF-8", (response) => void response.writeHead(200).end(Buffer.from([0x7b, 0xff, 0x7d]))],
    ["more than 64 KiB", (response) => void response.writeHead(200).end(keys().padEnd(64 * 1_024 + 1))],
    ["more than 100 keys", (response) => void response.writeHead(200).end(JSON.stringify({ keys: Array(101).fill(issuer.keys[0]) }))],
    ["a connection that breaks", (response) => void response.destroy()],
  ];
  for (const [fault, answer] of answers) {
    test(fault, async () => {
      isolate = trusting({ jwks_uri: `${issuer.origin}${KEYS}` });
      answering(answer);
      assert.equal(await orders(), 503);
      assert.equal(lastReason(), "issuer_keys_unavailable");
      assert.deepEqual(issuer.asked, [KEYS], "nobody is followed anywhere");
    });
  }

  function answering(answer: (response: import("node:http").ServerResponse) => number | void): void {
    issuer.answer = (_path, response) => answer(response);
  }
});

describe("keys that others could sign with verify nothing", () => {
  test("a symmetric one", async () => {
    const k = Buffer.alloc(32, 7).toString("base64url");
    issuer.keys = [{ kty: "oct", k, kid: "shared", alg: "HS256" } as JsonWebKey];
    const key = { kty: "oct", k, kid: "shared", alg: "HS256" };
    assert.equal(await orders({ key }), 401);
  });
  test("a private one that was published", async () => {
    issuer.keys = [issuer.key];
    assert.equal(await orders(), 401);
    assert.equal(lastReason(), "unknown_issuer_key");
  });
  test("two of one name: a token names one key", async () => {
    const other = await freshKey("ES256");
    issuer.keys = [...issuer.keys, { ...other.published, kid: issuer.key.kid } as JsonWebKey];
    assert.equal(await orders(), 401);
    assert.equal(lastReason(), "key_not_named");
  });
});

describe("keys that are there", () => {
  beforeEach(async () => {
    assert.equal(await orders(), 200);
    assert.equal(issuer.takeFetches(), 1);
  });

  test("are not asked for again while they are fresh, also by a newer configuration", async () => {
    isolate.wait(30);
    isolate.store.put(records(tenantTrusting({}), { previous: isolate.store.entries.get("tenant/demo") ?? "" }));
    await orders();
    await isolate.settled();
    assert.equal(await orders(), 200);
    assert.equal(issuer.takeFetches(), 0);
  });
  test("are asked for beside a request once they are due", async () => {
    isolate.wait(600);
    let held: (() => void) | undefined;
    issuer.answer = (_path, response) => {
      held = () => void response.writeHead(200).end(JSON.stringify(issuer.metadata));
    };
    assert.equal(await orders(), 200, "the request does not wait");
    while (held === undefined) await new Promise((resolve) => setImmediate(resolve));
    issuer.answer = undefined;
    held();
    await isolate.settled();
    assert.equal(issuer.takeFetches(), 1);
  });
  test("serve while their issuer is down, up to the bound; then nothing can be verified", async () => {
    issuer.answer = () => 503;
    for (const wait of [600, COOLDOWN, BOUND - 600 - COOLDOWN]) {
      isolate.wait(wait);
      assert.equal(await orders(), 200);
      await isolate.settled();
    }
    isolate.wait(1);
    assert.equal(await orders(), 503);
    issuer.answer = undefined;
    isolate.wait(COOLDOWN);
    assert.equal(await orders(), 200);
  });
  test("are exchanged: the new one is accepted by the request that names it, the old one refused once it is gone", async () => {
    const key = await issuer.rotate();
    isolate.wait(COOLDOWN);
    assert.equal(await orders({ key }), 200);
    issuer.keys = issuer.keys.slice(1);
    assert.equal(await orders(), 200, "nobody has heard of it yet");
    isolate.wait(600);
    await orders({ key });
    await isolate.settled();
    isolate.wait(COOLDOWN);
    assert.equal(await orders(), 401);
    assert.equal(lastReason(), "unknown_issuer_key");
  });
  test("are fetched before they serve where nobody asked for hours: what was taken back meanwhile is gone", async () => {
    const key = await issuer.rotate();
    issuer.keys = issuer.keys.slice(1);
    isolate.wait(BOUND / 2);
    assert.equal(await orders(), 401);
    assert.equal(await orders({ key }), 200);
  });
  test("are asked for once within the cooldown, however many tokens name an unknown one", async () => {
    const { secret: key } = await freshKey("ES256");
    for (let request = 0; request < 20; request += 1) assert.equal(await orders({ key }), 401);
    assert.equal(issuer.takeFetches(), 0, "they were confirmed just now");
    isolate.wait(COOLDOWN);
    for (let request = 0; request < 20; request += 1) assert.equal(await orders({ key }), 401);
    assert.equal(issuer.takeFetches(), 1);
  });
  test("say nothing of an unknown one while their issuer is down", async () => {
    const { secret: key } = await freshKey("ES256");
    issuer.answer = () => 503;
    isolate.wait(COOLDOWN);
    for (let request = 0; request < 20; request += 1) assert.equal(await orders({ key }), 503);
    assert.equal(await orders(), 200);
    assert.equal(issuer.asked.length, 1, "a failure cools down too");
  });
  test("outlive a trap of the core", async () => {
    assert.throws(() => isolate.trap());
    assert.equal(await orders(), 200);
    assert.equal(issuer.takeFetches(), 0);
  });
});

describe("how soon keys are due is the issuer's to say, within bounds", () => {
  const dueAfter: [string, number][] = [
    ["max-age=120", 120],
    ["public, max-age=900", 900],
    ["max-age=1", 60],
    ["no-store", 60],
    ["no-cache, max-age=900", 60],
    ["max-age=31536000", 3_600],
    ["private", 600],
  ];
  for (const [control, due] of dueAfter) {
    test(`${control}: ${due} s`, async () => {
      issuer.headers = { "cache-control": control };
      assert.equal(await orders(), 200);
      issuer.takeFetches();
      isolate.wait(due - 1);
      await orders();
      await isolate.settled();
      assert.equal(issuer.takeFetches(), 0);
      isolate.wait(1);
      await orders();
      await isolate.settled();
      assert.equal(issuer.takeFetches(), 1);
    });
  }
});

describe("an isolate without keys", () => {
  test("asks a few times for a hundred requests, and answers all of them", async () => {
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, index) => issuer.token(ORDERS, { now: seconds(), jti: `${index}` })));
    const answers = await Promise.all(tokens.map((token) => isolate.request("/demo/orders/1", token)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const fetches = issuer.takeFetches();
    assert.ok(fetches >= 1 && fetches <= 2, `${fetches} fetches`);
  });
  test("answers all of a hundred requests with 503 where its issuer is down, and asks again after the cooldown", async () => {
    issuer.answer = () => 500;
    const token = await issuer.token(ORDERS, { now: seconds() });
    const answers = await Promise.all(Array.from({ length: 100 }, () => isolate.request("/demo/orders/1", token)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503]));
    assert.ok(issuer.asked.length <= 2, `${issuer.asked.length} fetches`);
    issuer.answer = undefined;
    assert.equal(await orders(), 503);
    isolate.wait(COOLDOWN);
    assert.equal(await orders(), 200);
  });
});

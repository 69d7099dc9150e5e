/** Tokens that `jose` made: the gate accepts the good ones of every algorithm, and none of the hostile variants. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CompactEncrypt, exportSPKI, FlattenedSign, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from "jose";
import { assertGateRefusal } from "../support/assertions.ts";
import { document, freshKey, records, signingKey, signingKeys, type PrivateJwk } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const ALGORITHMS = ["ES256", "EdDSA", "RS256", "ES384", "PS256", "HS256"] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** A signature under another RSA modulus can also be too large for this one. */
const BY_ANOTHER_KEY = /^signature_(?:mismatch|out_of_range)$/;

/** The demo's keys, and one each for the algorithms that the gate verifies though the demo does not issue them. */
const keys = new Map<Algorithm, PrivateJwk>();
let worker: RunningWorker;
before(async () => {
  const added = await Promise.all(["ES384", "PS256", "HS256"].map(freshKey));
  for (const alg of ALGORITHMS) {
    keys.set(alg, added.find(({ secret }) => secret.alg === alg)?.secret ?? signingKey(alg));
  }
  worker = await startWorker({
    signingKeys: JSON.stringify({ keys: [...signingKeys, ...added.map(({ secret }) => secret)] }),
    entries: (port) => {
      const tenant = document(port);
      tenant.signing_keys.push(...added.map(({ published }) => ({ state: "retiring", jwk: published })));
      return records(tenant);
    },
  });
});
after(() => worker.stop());

function keyFor(alg: Algorithm): PrivateJwk {
  const key = keys.get(alg);
  assert.ok(key !== undefined);
  return key;
}

type Change = (jwt: SignJWT) => SignJWT;
const unchanged: Change = (jwt) => jwt;

/** A good token for orders, but for what `change` does to its claims, and `header` to its protected header. */
function token(alg: Algorithm, change: Change = unchanged, header: object = {}): SignJWT {
  const claims = { client_id: "orders-backend", app_id: "shop", tid: "demo", scope: "orders:read" };
  const jwt = new SignJWT(claims)
    .setProtectedHeader({ alg, typ: "at+jwt", kid: keyFor(alg).kid, ...header })
    .setIssuer(worker.origin)
    .setSubject("orders-backend")
    .setAudience(`${worker.origin}/demo/orders`)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("5m");
  return change(jwt);
}

const imported = (alg: Algorithm): Promise<CryptoKey | Uint8Array> => importJWK(keyFor(alg), alg);

function call(bearer: string): Promise<Response> {
  return worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${bearer}` } });
}

for (const alg of ALGORITHMS) {
  describe(alg, () => {
    const made = async (change = unchanged, header = {}): Promise<string> => token(alg, change, header).sign(await imported(alg));

    test("a good token opens the resource", async () => {
      const response = await call(await made());
      assert.equal(response.status, 200, await response.text());
    });
    test("and opens it again, from memory", async () => {
      const given = await made();
      assert.deepEqual([(await call(given)).status, (await call(given)).status], [200, 200]);
    });
    test("application/at+jwt is its type, too", async () =>
      assert.equal((await call(await made(unchanged, { typ: "application/at+jwt" }))).status, 200));

    const hostile: [string, string, Change, object?][] = [
      ["of another issuer", "issuer_mismatch", (jwt) => jwt.setIssuer("https://evil.example")],
      ["for another resource", "audience_mismatch", (jwt) => jwt.setAudience(`${worker.origin}/demo/payments`)],
      ["for several resources", "malformed_claim", (jwt) => jwt.setAudience([`${worker.origin}/demo/orders`, `${worker.origin}/demo/payments`])],
      ["that has expired", "expired", (jwt) => jwt.setIssuedAt("10m ago").setExpirationTime("1m ago")],
      ["that is not valid yet", "not_yet_valid", (jwt) => jwt.setNotBefore("2m")],
      ["that lives for a year", "lifetime_exceeded", (jwt) => jwt.setExpirationTime("1y")],
      ["of type JWT", "not_an_access_token", unchanged, { typ: "JWT" }],
      ["with a token inside", "nested_token", unchanged, { cty: "JWT" }],
      ["that names nobody's key", "unknown_key", unchanged, { kid: "nobody" }],
    ];
    for (const [name, reason, change, header] of hostile) {
      test(`a token ${name} is refused`, async () => assertGateRefusal(await call(await made(change, header)), 401, reason));
    }

    test("a token by somebody else's key of the same name is refused", async () => {
      const { secret } = await freshKey(alg);
      const forged = await token(alg).sign(await importJWK({ ...secret, kid: keyFor(alg).kid }, alg));
      const response = await call(forged);
      assert.equal(response.status, 401);
      assert.match(((await response.json()) as { reason: string }).reason, BY_ANOTHER_KEY);
    });
    test("a token with a critical header is refused", async () => {
      const options = { crit: { "urn:example:x": true } };
      const header = { crit: ["urn:example:x"], "urn:example:x": 1 };
      const given = await token(alg, unchanged, header).sign(await imported(alg), options);
      await assertGateRefusal(await call(given), 401, "critical_header");
    });
    for (const other of ALGORITHMS.filter((candidate) => candidate !== alg)) {
      test(`a token that names the key of ${other} is refused`, async () => {
        const given = await made(unchanged, { kid: keyFor(other).kid });
        await assertGateRefusal(await call(given), 401, "algorithm_not_permitted");
      });
    }
  });
}

test("a token whose header calls Ed25519 by its newer name (RFC 9864) opens the resource", async () => {
  const given = await token("EdDSA", unchanged, { alg: "Ed25519" }).sign(await imported("EdDSA"));
  assert.equal((await call(given)).status, 200);
});

describe("what jose makes besides", () => {
  test("an unsecured token is refused", async () => {
    const given = new UnsecuredJWT({ scope: "orders:read" }).setAudience(`${worker.origin}/demo/orders`).encode();
    await assertGateRefusal(await call(given), 401, "signature_missing");
  });
  test("a token encrypted to the issuer's key is refused", async () => {
    const { publicKey } = await generateKeyPair("ECDH-ES");
    const given = await new CompactEncrypt(new TextEncoder().encode(await token("ES256").sign(await imported("ES256"))))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", typ: "at+jwt" })
      .encrypt(publicKey);
    await assertGateRefusal(await call(given), 401, "not_three_parts");
  });
  test("a token with a payload that is not encoded (RFC 7797) is refused", async () => {
    const flattened = await new FlattenedSign(new TextEncoder().encode("{}"))
      .setProtectedHeader({ alg: "ES256", kid: keyFor("ES256").kid, typ: "at+jwt", b64: false, crit: ["b64"] })
      .sign(await imported("ES256"));
    const reason = /^(?:critical_header|unencoded_payload)$/;
    const response = await call(`${flattened.protected}.e30.${flattened.signature}`);
    assert.equal(response.status, 401);
    assert.match(((await response.json()) as { reason: string }).reason, reason);
  });
  for (const alg of ["ES256", "EdDSA", "RS256"] as const) {
    test(`HS256 with the public key of ${alg} as the secret is refused`, async () => {
      const { d: _, p: __, q: ___, dp: _4, dq: _5, qi: _6, ...half } = keyFor(alg);
      const spki = await exportSPKI((await importJWK(half, alg, { extractable: true })) as CryptoKey);
      const given = await token("HS256", unchanged, { kid: half.kid }).sign(new TextEncoder().encode(spki));
      await assertGateRefusal(await call(given), 401, "algorithm_not_permitted");
    });
  }
});

test("the HS256 secret is not in the JWK Set, and neither is its name", async () => {
  const { keys: published } = (await (await worker.fetch("/oidc/jwks")).json()) as { keys: { kid: string; kty: string }[] };
  assert.ok(published.every(({ kty }) => kty !== "oct"));
  assert.ok(published.every(({ kid }) => kid !== keyFor("HS256").kid));
  assert.equal(published.length, ALGORITHMS.length - 1);
});

/** `private_key_jwt` (RFC 7523) by `openid-client`, at every endpoint that authenticates clients. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { importJWK } from "jose";
import * as client from "openid-client";
import { document, freshKey, records } from "../support/demo.ts";
import { begun, challengedWith, discovered, loggedIn } from "../support/relying_party.ts";
import { claimsOf, seconds } from "../support/tokens.ts";
import { startWorker } from "../support/worker.ts";

const CLIENT = "shop-service";
const REFUSED = challengedWith(401, "basic");
/** A key of the client by each algorithm that the metadata names. */
const keys = await Promise.all(["ES256", "ES384", "EdDSA", "PS256", "RS256"].map(freshKey));
const worker = await startWorker({
  entries: (port) => {
    const tenant = document(port);
    const own = tenant.clients.find(({ client_id: id }) => id === CLIENT);
    const { keys: first } = own?.["jwks"] as { keys: object[] };
    if (own !== undefined) own["jwks"] = { keys: [...first, ...keys.map(({ published }) => published)] };
    return records(tenant);
  },
});
after(() => worker.stop());

type Change = (header: Record<string, unknown>, payload: Record<string, unknown>) => void;

/** The client, whose assertions `change` changes before they are signed. */
const changing = (change: Change): Promise<client.Configuration> =>
  discovered(worker, "private_key_jwt", {}, { [client.modifyAssertion]: change });

/** The client with a key of its own choice. */
async function holding(jwk: JsonWebKey & { kid: string; alg: string }): Promise<client.Configuration> {
  const key = (await importJWK(jwk, jwk.alg)) as CryptoKey;
  const execute = [client.allowInsecureRequests];
  return client.discovery(new URL(worker.origin), CLIENT, undefined, client.PrivateKeyJwt({ key, kid: jwk.kid }), { execute });
}

describe("an assertion", () => {
  test("authenticates at the token endpoint", async () => {
    const tokens = await client.clientCredentialsGrant(await discovered(worker, "private_key_jwt"), {
      resource: `${worker.origin}/demo/orders`,
    });
    assert.equal(claimsOf(tokens.access_token)["sub"], CLIENT);
  });

  test("authenticates at all the others", async () => {
    const configuration = await discovered(worker, "private_key_jwt");
    const { parameters } = await begun(worker, "openid");
    await client.buildAuthorizationUrlWithPAR(configuration, parameters);
    const { refresh_token: token = "" } = await loggedIn(worker, configuration);
    assert.equal((await client.tokenIntrospection(configuration, token)).active, true);
    await client.tokenRevocation(configuration, token);
    assert.equal((await client.tokenIntrospection(configuration, token)).active, false);
  });

  for (const { secret } of keys) {
    test(`is accepted by ${secret.alg}`, async () => {
      const tokens = await client.clientCredentialsGrant(await holding(secret));
      assert.equal(claimsOf(tokens.access_token)["client_id"], CLIENT);
    });
  }

  const audiences: [string, (origin: string) => unknown][] = [
    ["the issuer", (origin) => origin],
    ["the issuer, in a list", (origin) => [origin]],
    ["the token endpoint", (origin) => `${origin}/oidc/token`],
  ];
  for (const [name, audience] of audiences) {
    test(`is accepted for ${name}`, async () => {
      const configuration = await changing((_, payload) => void (payload["aud"] = audience(worker.origin)));
      assert.ok((await client.clientCredentialsGrant(configuration)).access_token !== undefined);
    });
  }

  const hostile: [string, Change][] = [
    ["for somebody else", (_, payload) => void (payload["aud"] = "https://evil.example")],
    ["for somebody else besides", (_, payload) => void (payload["aud"] = [worker.origin, "https://evil.example"])],
    ["for the gated resource", (_, payload) => void (payload["aud"] = `${worker.origin}/demo/orders`)],
    ["by another client", (_, payload) => void (payload["iss"] = "orders-backend")],
    ["about another client", (_, payload) => void (payload["sub"] = "orders-backend")],
    ["that has expired", (_, payload) => void (payload["exp"] = seconds() - 60)],
    ["that lives for an hour", (_, payload) => void (payload["exp"] = seconds() + 3_600)],
    ["without an end", (_, payload) => void delete payload["exp"]],
    ["that is not valid yet", (_, payload) => void (payload["nbf"] = seconds() + 60)],
    ["without a name", (_, payload) => void delete payload["jti"]],
    ["of the type of access tokens", (header) => void (header["typ"] = "at+jwt")],
    ["that names a key of nobody's", (header) => void (header["kid"] = "nobody")],
  ];
  for (const [name, change] of hostile) {
    test(`${name} is refused`, async () =>
      assert.rejects(client.clientCredentialsGrant(await changing(change)), REFUSED));
  }

  test("is used up by the first endpoint that takes it", async () => {
    const once = await changing((_, payload) => void (payload["jti"] = "the-same"));
    await client.clientCredentialsGrant(once);
    await assert.rejects(client.clientCredentialsGrant(once), REFUSED);
    await assert.rejects(client.tokenIntrospection(once, "anything"), REFUSED);
  });

  test("by somebody else's key of the same name is refused", async () => {
    const { secret } = await freshKey("ES256");
    const own = keys.find(({ secret: { alg } }) => alg === "ES256");
    assert.ok(own !== undefined);
    await assert.rejects(client.clientCredentialsGrant(await holding({ ...secret, kid: own.secret.kid })), REFUSED);
  });
});

test("a client with a key does not get in by a secret, nor by its name alone", async () => {
  const execute = [client.allowInsecureRequests];
  for (const method of [client.ClientSecretBasic("x".repeat(43)), client.ClientSecretPost("x".repeat(43)), client.None()]) {
    const configuration = await client.discovery(new URL(worker.origin), CLIENT, undefined, method, { execute });
    await assert.rejects(client.clientCredentialsGrant(configuration), REFUSED);
  }
});

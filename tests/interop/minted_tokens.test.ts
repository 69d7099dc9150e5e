/** Every token that the issuer mints is accepted by others: `oauth4webapi` by RFC 9068, `jose` by the JWK Set. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyOptions } from "jose";
import * as oauth from "oauth4webapi";
import { secretOf } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };

let worker: RunningWorker;
let server: oauth.AuthorizationServer;
let keys: ReturnType<typeof createRemoteJWKSet>;
before(async () => {
  worker = await startWorker();
  const issuer = new URL(worker.origin);
  const response = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...INSECURE });
  server = await oauth.processDiscoveryResponse(issuer, response);
  keys = createRemoteJWKSet(new URL(server.jwks_uri ?? ""));
});
after(() => worker.stop());

const MINTED: [string, string, string][] = [
  ["orders-backend", "orders", "ES256"],
  ["shop-viewer", "orders", "ES256"],
  ["partner-app", "profile", "EdDSA"],
  ["tenant-admin", "profile", "EdDSA"],
  ["shop-checkout", "payments", "RS256"],
  ["tenant-admin", "payments", "RS256"],
];

const audience = (resource: string): string => `${worker.origin}/demo/${resource}`;

/** What a resource server that knows nothing of Audgate would do with a request. */
function validated(token: string, resource: string): Promise<oauth.JWTAccessTokenClaims> {
  const request = new Request(audience(resource), { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(server, request, audience(resource), INSECURE);
}

function verified(token: string, resource: string, alg: string, options: JWTVerifyOptions = {}) {
  const expected = { issuer: worker.origin, audience: audience(resource), typ: "at+jwt", algorithms: [alg] };
  return jwtVerify(token, keys, { ...expected, ...options });
}

for (const [clientId, resource, alg] of MINTED) {
  describe(`the token of ${clientId} for ${resource}, signed with ${alg}`, () => {
    test("is accepted by validateJwtAccessToken", async () => {
      const claims = await validated(await worker.token(clientId, resource), resource);
      assert.deepEqual([claims.sub, claims.client_id, claims.aud], [clientId, clientId, audience(resource)]);
    });
    test("is accepted by jwtVerify, with everything required that RFC 9068 requires", async () => {
      const requiredClaims = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];
      const { payload, protectedHeader, key } = await verified(await worker.token(clientId, resource), resource, alg, {
        requiredClaims,
        clockTolerance: 0,
      });
      assert.equal(protectedHeader.alg, alg);
      assert.equal((key as CryptoKey).type, "public");
      assert.equal(payload.client_id, clientId);
    });
    test("is refused by them for another resource", async () => {
      const token = await worker.token(clientId, resource);
      const other = resource === "orders" ? "payments" : "orders";
      await assert.rejects(validated(token, other));
      await assert.rejects(verified(token, other, alg), errors.JWTClaimValidationFailed);
    });
    test("is refused by them once it is changed", async () => {
      const [header, payload, signature = ""] = (await worker.token(clientId, resource)).split(".");
      const changed = `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
      await assert.rejects(validated(changed, resource));
      await assert.rejects(verified(changed, resource, alg), errors.JWSSignatureVerificationFailed);
    });
  });
}

test("the token for the default resource is accepted with the issuer as its audience", async () => {
  const { access_token: token } = (await (await worker.askToken("orders-backend")).json()) as { access_token: string };
  const options = { issuer: worker.origin, audience: worker.origin, typ: "at+jwt", algorithms: ["ES256"] };
  assert.equal((await jwtVerify(token, keys, options)).payload.scope, undefined);
});

test("oauth4webapi gets a token by itself and processes the answer", async () => {
  const client: oauth.Client = { client_id: "orders-backend" };
  const authentication = oauth.ClientSecretBasic(secretOf("orders-backend"));
  const parameters = new URLSearchParams({ resource: audience("orders"), scope: "orders:read" });
  const response = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, INSECURE);
  const tokens = await oauth.processClientCredentialsResponse(server, client, response);
  assert.equal(tokens.scope, "orders:read");
});

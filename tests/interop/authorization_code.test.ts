/** Code + PKCE by `openid-client` and `oauth4webapi`: they accept what the issuer answers, and refuse what was changed. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { freePort } from "../support/http.ts";
import { begun, CLIENTS, complaining, discovered, loggedIn, METHODS, refusedAs, signingBy } from "../support/relying_party.ts";
import { claimsOf, headerOf } from "../support/tokens.ts";
import { elsewhere, UserAgent } from "../support/user_agent.ts";
import { startWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };

for (const alg of ["ES256", "RS256", "EdDSA"]) {
  describe(`with ID tokens by ${alg}`, async () => {
    const worker = await startWorker({ entries: signingBy(alg) });
    after(() => worker.stop());
    const metadata = { id_token_signed_response_alg: alg };
    const orders = `${worker.origin}/demo/orders`;

    for (const method of METHODS) {
      test(`a client that authenticates by ${method} logs a user in, and openid-client finds nothing wrong`, async () => {
        const tokens = await loggedIn(worker, await discovered(worker, method, metadata), {
          scope: "openid orders:read offline_access",
          resource: "orders",
        });
        const claims = tokens.claims();
        assert.deepEqual([claims?.sub, claims?.aud], ["ada", CLIENTS[method]]);
        assert.ok(typeof claims?.["sid"] === "string" && typeof claims.auth_time === "number");
        assert.equal(headerOf(tokens.id_token ?? "").alg, alg);
        assert.equal(tokens.scope, "openid orders:read offline_access");
        assert.ok(tokens.refresh_token !== undefined);
        const opened = await client.fetchProtectedResource(
          ...[await discovered(worker, method), tokens.access_token, new URL(`${orders}/1`), "GET"] as const,
        );
        assert.equal(opened.status, 200);
      });
    }

    test("oauth4webapi goes the whole way, and verifies the ID token by the JWK Set", async () => {
      const issuer = new URL(worker.origin);
      const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
      const own: oauth.Client = { client_id: "shop-web", ...metadata, require_auth_time: true, default_max_age: 60 };
      const { parameters, checks } = await begun(worker, "openid orders:read", {
        ...{ client_id: "shop-web", response_type: "code", max_age: "60", resource: orders },
      });
      const url = new URL(`${server.authorization_endpoint}?${new URLSearchParams(parameters)}`);
      const callback = oauth.validateAuthResponse(server, own, await new UserAgent(worker).authorize(url), checks.expectedState);
      const response = await oauth.authorizationCodeGrantRequest(
        ...[server, own, oauth.None(), callback, parameters["redirect_uri"] ?? "", checks.pkceCodeVerifier, INSECURE] as const,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(server, own, response, {
        expectedNonce: checks.expectedNonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(server, response, INSECURE);
      assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, "ada");
      const request = new Request(orders, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      const claims = await oauth.validateJwtAccessToken(server, request, orders, INSECURE);
      assert.deepEqual([claims.sub, claims.client_id], ["ada", "shop-web"]);
    });

    test("openid-client refuses the ID token where it was told another algorithm", async () => {
      const configuration = await discovered(worker, "none", { id_token_signed_response_alg: alg === "ES256" ? "RS256" : "ES256" });
      await assert.rejects(loggedIn(worker, configuration), complaining('unexpected JWT "alg" header parameter'));
    });
  });
}

describe("the answer to an authorization request", async () => {
  const worker = await startWorker();
  after(() => worker.stop());
  const configuration = await discovered(worker, "none");

  /** What a client gets for a login, and how it redeems what it got. */
  async function answered() {
    const { parameters, checks } = await begun(worker, "openid");
    const answer = await new UserAgent(worker).authorize(client.buildAuthorizationUrl(configuration, parameters));
    return { answer, checks };
  }

  const changes: [string, (url: URL) => void, string][] = [
    ["another state", ({ searchParams }) => searchParams.set("state", "another"), 'unexpected "state" response parameter value'],
    ["no state", ({ searchParams }) => searchParams.delete("state"), 'response parameter "state" missing'],
    ["another issuer (RFC 9207)", ({ searchParams }) => searchParams.set("iss", "https://evil.example"), 'unexpected "iss" (issuer) response parameter value'],
    ["no issuer (RFC 9207)", ({ searchParams }) => searchParams.delete("iss"), 'response parameter "iss" (issuer) missing'],
  ];
  for (const [name, change, complaint] of changes) {
    test(`with ${name} is refused by the client, which sends the code nowhere`, async () => {
      const { answer, checks } = await answered();
      const changed = new URL(answer);
      change(changed);
      await assert.rejects(client.authorizationCodeGrant(configuration, changed, checks), complaining(complaint));
      const tokens = await client.authorizationCodeGrant(configuration, answer, checks);
      assert.equal(tokens.claims()?.sub, "ada");
    });
  }

  test("with another login's nonce is refused by the client", async () => {
    const { answer, checks } = await answered();
    const redeemed = client.authorizationCodeGrant(configuration, answer, { ...checks, expectedNonce: client.randomNonce() });
    await assert.rejects(redeemed, complaining('unexpected ID Token "nonce" claim value'));
  });

  const faults: [string, Parameters<typeof client.authorizationCodeGrant>[2], string][] = [
    ["another login's verifier", { pkceCodeVerifier: client.randomPKCECodeVerifier() }, "invalid_grant"],
    ["no verifier", {}, "invalid_request"],
  ];
  for (const [name, fault, error] of faults) {
    test(`is not redeemed with ${name}, and still is with the right one`, async () => {
      const { answer, checks } = await answered();
      const { expectedState, expectedNonce } = checks;
      await assert.rejects(
        client.authorizationCodeGrant(configuration, answer, { expectedState, expectedNonce, ...fault }),
        refusedAs(error),
      );
      assert.equal((await client.authorizationCodeGrant(configuration, answer, checks)).claims()?.sub, "ada");
    });
  }

  test("is not redeemed for another client", async () => {
    const { answer, checks } = await answered();
    const another = await discovered(worker, "client_secret_basic");
    await assert.rejects(client.authorizationCodeGrant(another, answer, checks), refusedAs("invalid_grant"));
  });

  test("is redeemed once", async () => {
    const { answer, checks } = await answered();
    await client.authorizationCodeGrant(configuration, answer, checks);
    await assert.rejects(client.authorizationCodeGrant(configuration, answer, checks), refusedAs("invalid_grant"));
  });

  test("is redeemed for the one of several resources that the client picks (RFC 8707)", async () => {
    const { parameters, checks } = await begun(worker, "openid orders:read profile:read");
    const url = client.buildAuthorizationUrl(configuration, parameters);
    for (const name of ["orders", "profile"]) url.searchParams.append("resource", `${worker.origin}/demo/${name}`);
    const answer = await new UserAgent(worker).authorize(url);
    const resource = `${worker.origin}/demo/profile`;
    const tokens = await client.authorizationCodeGrant(configuration, answer, checks, { resource });
    assert.deepEqual([claimsOf(tokens.access_token)["aud"], tokens.scope], [resource, "openid profile:read"]);
  });
});

describe("an error", async () => {
  const worker = await startWorker();
  after(() => worker.stop());
  const configuration = await discovered(worker, "none");

  /** What the client makes of the answer to a request that leads straight back. */
  async function refused(scope: string, others: Record<string, string>, agent = new UserAgent(worker)): Promise<unknown> {
    const { parameters, checks } = await begun(worker, scope, others);
    const answer = elsewhere(await agent.open(client.buildAuthorizationUrl(configuration, parameters)));
    return client.authorizationCodeGrant(configuration, answer, checks).catch((error: unknown) => error);
  }

  const requests: [string, string, string, Record<string, string>][] = [
    ["silent authentication without a session", "login_required", "openid", { prompt: "none" }],
    ["a resource that is not the client's", "invalid_target", "openid", { resource: "http://localhost:1/" }],
    ["a malformed scope", "invalid_scope", 'op"enid', {}],
    ["another response type", "unsupported_response_type", "openid", { response_type: "token" }],
    ["the challenge method plain", "invalid_request", "openid", { code_challenge_method: "plain" }],
    ["a request object", "request_not_supported", "openid", { request: "e30.e30." }],
  ];
  for (const [name, error, scope, others] of requests) {
    test(`upon ${name} reaches the client as ${error}, with state and issuer that it accepts`, async () => {
      const given = await refused(scope, others);
      assert.ok(given instanceof client.AuthorizationResponseError, String(given));
      assert.equal(given.error, error);
    });
  }

  test("is no more where the user has a session: silent authentication answers a code", async () => {
    const agent = new UserAgent(worker);
    const first = await loggedIn(worker, configuration, { agent });
    const { parameters, checks } = await begun(worker, "openid", { prompt: "none" });
    const answer = elsewhere(await agent.open(client.buildAuthorizationUrl(configuration, parameters)));
    const second = await client.authorizationCodeGrant(configuration, answer, checks);
    assert.equal(second.claims()?.["sid"], first.claims()?.["sid"]);
    assert.equal(second.claims()?.auth_time, first.claims()?.auth_time);
  });

  test("of an unregistered redirect URI is a page, and goes nowhere", async () => {
    const { parameters } = await begun(worker, "openid", { redirect_uri: "https://evil.example/" });
    const shown = await new UserAgent(worker).open(client.buildAuthorizationUrl(configuration, parameters));
    assert.ok(shown.kind === "page" && shown.status === 400);
  });
});

test("a native client is called back at whatever loopback port it has (RFC 8252)", async () => {
  const worker = await startWorker();
  after(() => worker.stop());
  const execute = [client.allowInsecureRequests, client.enableNonRepudiationChecks];
  const configuration = await client.discovery(new URL(worker.origin), "shop-app", undefined, client.None(), { execute });
  const redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
  const { parameters, checks } = await begun(worker, "openid", { redirect_uri: redirectUri });
  const answer = await new UserAgent(worker).authorize(client.buildAuthorizationUrl(configuration, parameters));
  assert.ok(answer.href.startsWith(`${redirectUri}?`));
  assert.equal((await client.authorizationCodeGrant(configuration, answer, checks)).claims()?.sub, "ada");
});

/** RFC 9449 by `oauth4webapi` as the client: bound tokens, proofs and nonces, and what a stolen token is worth. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { document, records, secretOf, signingKey, type Entry } from "../support/demo.ts";
import { begun } from "../support/relying_party.ts";
import { claimsOf, clientClaims, signed } from "../support/tokens.ts";
import { UserAgent } from "../support/user_agent.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };
const ALGORITHMS = ["ES256", "Ed25519", "RS256", "PS256"];

/** The demo, whose profiles take bound tokens only, each proof of them once. */
function entries(port: number): Entry[] {
  const tenant = document(port);
  const profile = tenant.resources.find(({ resource_id: id }) => id === "profile");
  assert.ok(profile !== undefined);
  Object.assign(profile, { sender_constrained: true, dpop_proofs: "tracked" });
  return records(tenant);
}

async function discovered(worker: RunningWorker): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(worker.origin);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
}

async function handleOf(client: oauth.Client, alg = "ES256"): Promise<oauth.DPoPHandle> {
  return oauth.DPoP(client, await oauth.generateKeyPair(alg));
}

/** A client's own token for a resource of the demo, bound to the key of `DPoP`. */
async function ownToken(
  server: oauth.AuthorizationServer,
  clientId: string,
  resource: string,
  DPoP?: oauth.DPoPHandle,
): Promise<oauth.TokenEndpointResponse> {
  const client = { client_id: clientId };
  const parameters = new URLSearchParams({ resource: `${server.issuer}/demo/${resource}` });
  const options = DPoP === undefined ? INSECURE : { ...INSECURE, DPoP };
  const response = await oauth.clientCredentialsGrantRequest(
    ...[server, client, oauth.ClientSecretPost(secretOf(clientId)), parameters, options] as const,
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}

function opened(worker: RunningWorker, path: string, token: string, options: object): Promise<Response> {
  return oauth.protectedResourceRequest(token, "GET", new URL(`${worker.origin}${path}`), undefined, null, {
    ...INSECURE,
    ...options,
  });
}

/** Whether an error is the one challenge of these parameters. */
function challengedWith(scheme: string, error: string, status = 401): (given: unknown) => boolean {
  return (given) => {
    assert.ok(given instanceof oauth.WWWAuthenticateChallengeError, String(given));
    assert.equal(given.status, status);
    assert.deepEqual(given.cause.map((challenge) => [challenge.scheme, challenge.parameters.error]), [[scheme, error]]);
    return true;
  };
}

describe("without nonces", () => {
  let worker: RunningWorker;
  let server: oauth.AuthorizationServer;
  before(async () => {
    worker = await startWorker({ entries });
    server = await discovered(worker);
  });
  after(() => worker.stop());

  for (const alg of ALGORITHMS) {
    test(`a client's own token is bound to its ${alg} key, and opens with that`, async () => {
      const DPoP = await handleOf({ client_id: "orders-backend" }, alg);
      const tokens = await ownToken(server, "orders-backend", "orders", DPoP);
      assert.equal(tokens.token_type, "dpop");
      assert.deepEqual(claimsOf(tokens.access_token)["cnf"], { jkt: await DPoP.calculateThumbprint() });
      assert.equal((await opened(worker, "/demo/orders/1?a=b", tokens.access_token, { DPoP })).status, 200);
    });
  }

  test("a user's tokens are bound from the authorization request to the last refresh, and open userinfo too", async () => {
    const client: oauth.Client = { client_id: "shop-web" };
    const DPoP = await handleOf(client);
    const { parameters, checks } = await begun(worker, "openid offline_access", {
      ...{ client_id: "shop-web", response_type: "code", dpop_jkt: await DPoP.calculateThumbprint() },
    });
    const url = new URL(`${server.authorization_endpoint}?${new URLSearchParams(parameters)}`);
    const callback = oauth.validateAuthResponse(server, client, await new UserAgent(worker).authorize(url), checks.expectedState);
    const redeem = async (options: object): Promise<oauth.TokenEndpointResponse> => {
      const response = await oauth.authorizationCodeGrantRequest(
        ...[server, client, oauth.None(), callback, parameters["redirect_uri"] ?? "", checks.pkceCodeVerifier] as const,
        { ...INSECURE, ...options },
      );
      return oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: checks.expectedNonce });
    };
    await assert.rejects(redeem({ DPoP: await handleOf(client) }), isError("invalid_grant"));
    const tokens = await redeem({ DPoP });
    const information = await oauth.userInfoRequest(server, client, tokens.access_token, { ...INSECURE, DPoP });
    assert.equal((await oauth.processUserInfoResponse(server, client, "ada", information)).sub, "ada");

    const refresh = async (token: string, options: object): Promise<oauth.TokenEndpointResponse> => {
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, { ...INSECURE, ...options });
      return oauth.processRefreshTokenResponse(server, client, response);
    };
    const token = tokens.refresh_token ?? "";
    await assert.rejects(refresh(token, { DPoP: await handleOf(client) }), isError("invalid_grant"));
    await assert.rejects(refresh(token, {}), isError("invalid_grant"));
    const refreshed = await refresh(token, { DPoP });
    assert.deepEqual(claimsOf(refreshed.access_token)["cnf"], { jkt: await DPoP.calculateThumbprint() });
  });

  test("a stolen token opens nothing, neither as a bearer's nor with the thief's own key", async () => {
    const DPoP = await handleOf({ client_id: "orders-backend" });
    const { access_token: token } = await ownToken(server, "orders-backend", "orders", DPoP);
    const thief = await handleOf({ client_id: "orders-backend" });
    await assert.rejects(opened(worker, "/demo/orders/1", token, {}), challengedWith("dpop", "invalid_token"));
    await assert.rejects(opened(worker, "/demo/orders/1", token, { DPoP: thief }), challengedWith("dpop", "invalid_dpop_proof"));
    assert.equal((await opened(worker, "/demo/orders/1", token, { DPoP })).status, 200);
  });

  test("a bearer's token does not open with a proof", async () => {
    const { access_token: token } = await ownToken(server, "orders-backend", "orders");
    const DPoP = await handleOf({ client_id: "orders-backend" });
    await assert.rejects(opened(worker, "/demo/orders/1", token, { DPoP }), challengedWith("bearer", "invalid_token"));
  });

  test("a resource that takes bound tokens only says so, and has no others issued", async () => {
    const metadata = (await (await fetch(`${worker.origin}/.well-known/oauth-protected-resource/demo/profile`)).json()) as object;
    assert.deepEqual(
      [metadata["dpop_bound_access_tokens_required" as never], metadata["bearer_methods_supported" as never]],
      [true, []],
    );
    await assert.rejects(ownToken(server, "partner-app", "profile"), isError("invalid_dpop_proof"));
    const response = await fetch(`${worker.origin}/demo/profile`);
    assert.match(response.headers.get("www-authenticate") ?? "", /^DPoP resource_metadata="[^"]+", algs="ES256 [^"]+"/);
  });

  test("a proof that is good once is let in once, also by another isolate's account", async () => {
    const DPoP = await handleOf({ client_id: "partner-app" });
    const { access_token: token } = await ownToken(server, "partner-app", "profile", DPoP);
    let sent: Headers | undefined;
    const recorded = (url: string, init: RequestInit): Promise<Response> => {
      sent = new Headers(init.headers);
      return fetch(url, init);
    };
    const first = await opened(worker, "/demo/profile", token, { DPoP, [oauth.customFetch]: recorded });
    assert.equal(first.status, 200);
    const again = await fetch(`${worker.origin}/demo/profile`, { headers: sent ?? {} });
    assert.deepEqual([again.status, ((await again.json()) as { reason: string }).reason], [401, "proof_replayed"]);
    assert.equal((await opened(worker, "/demo/profile", token, { DPoP })).status, 200);
  });
});

describe("with nonces", () => {
  let worker: RunningWorker;
  let server: oauth.AuthorizationServer;
  before(async () => {
    worker = await startWorker({ entries, dpopNonceSecret: randomBytes(32).toString("base64url") });
    server = await discovered(worker);
  });
  after(() => worker.stop());

  test("the client is told one, comes back with it, and goes on with it", async () => {
    const DPoP = await handleOf({ client_id: "orders-backend" });
    const { access_token: token } = await ownToken(server, "orders-backend", "orders", DPoP);
    await assert.rejects(opened(worker, "/demo/orders/1", token, { DPoP }), (error) => oauth.isDPoPNonceError(error));
    for (let request = 0; request < 3; request += 1) {
      assert.equal((await opened(worker, "/demo/orders/1", token, { DPoP })).status, 200);
    }
  });

  test("a nonce of one resource is none at another", async () => {
    const client = { client_id: "tenant-admin" };
    const DPoP = await handleOf(client);
    const orders = await ownToken(server, "tenant-admin", "orders", DPoP);
    const payments = await ownToken(server, "tenant-admin", "payments", DPoP);
    await assert.rejects(opened(worker, "/demo/orders/1", orders.access_token, { DPoP }), (error) => oauth.isDPoPNonceError(error));
    await assert.rejects(opened(worker, "/demo/payments", payments.access_token, { DPoP }), (error) => oauth.isDPoPNonceError(error));
  });
});

describe("a handler that asks for more than its rule", () => {
  const ways: [string, string, Record<string, string>][] = [
    ["behind a gate of its own", "examples/hono/worker.ts", {}],
    ["behind another worker's gate", "examples/service-binding/orders/worker.ts", { GATE: "examples/service-binding/gate/worker.ts" }],
  ];
  for (const [way, entry, services] of ways) {
    test(`has the gate answer in the scheme by which the request came, ${way}`, async () => {
      const worker = await startWorker({ entry, services });
      after(() => worker.stop());
      const DPoP = await handleOf({ client_id: "orders-backend" });
      const claims = clientClaims(worker.origin, "orders", "orders:read");
      const bound = await signed(signingKey("ES256"), { ...claims, cnf: { jkt: await DPoP.calculateThumbprint() } });
      const bearer = await signed(signingKey("ES256"), claims);
      assert.equal((await opened(worker, "/demo/orders/1", bound, { DPoP })).status, 200);
      const more = "/demo/orders/1/cancellation";
      await assert.rejects(opened(worker, more, bound, { DPoP }), challengedWith("dpop", "insufficient_scope", 403));
      await assert.rejects(opened(worker, more, bearer, {}), challengedWith("bearer", "insufficient_scope", 403));
    });
  }
});

test("a secret for nonces that is too short lets nothing in, and the log says why", async () => {
  const worker = await startWorker({ entries, dpopNonceSecret: "short" });
  after(() => worker.stop());
  const DPoP = await handleOf({ client_id: "orders-backend" });
  const { access_token: token } = await ownToken(await discovered(worker), "orders-backend", "orders", DPoP);
  assert.equal((await opened(worker, "/demo/orders/1", token, { DPoP })).status, 503);
  await worker.logged("dpop_nonce_secret_unusable");
});

test("where no object can be asked, a proof that is good once is not let in, and nothing is held against it", async () => {
  const worker = await startWorker({ entries, without: ["CHALLENGE"] });
  after(() => worker.stop());
  const DPoP = await handleOf({ client_id: "partner-app" });
  const { access_token: token } = await ownToken(await discovered(worker), "partner-app", "profile", DPoP);
  const response = await opened(worker, "/demo/profile", token, { DPoP });
  assert.deepEqual([response.status, ((await response.json()) as { reason: string }).reason], [503, "proof_use_unknown"]);
});

/** Whether an error of the library is the server's refusal `error`. */
function isError(error: string): (given: unknown) => boolean {
  return (given) => given instanceof oauth.ResponseBodyError && given.status === 400 && given.error === error;
}

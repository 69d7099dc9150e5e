/** RFC 9470 by `oauth4webapi`: from a refused request to another login, and in. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { document, records, signingKey, type Entry } from "../support/demo.ts";
import { begun } from "../support/relying_party.ts";
import { claimsOf, clientClaims, seconds, signed, userClaims, type Claims } from "../support/tokens.ts";
import { elsewhere, UserAgent } from "../support/user_agent.ts";
import { type RunningWorker, startWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };
const SILVER = "urn:mace:incommon:iap:silver";

/** The demo, whose orders are viewed only after a login of the last minute; single invoices ask for a login that nobody can give. */
function entries(port: number): Entry[] {
  const tenant = document(port);
  const orders = tenant.resources.find(({ resource_id: id }) => id === "orders");
  assert.ok(orders !== undefined);
  orders["rules"] = [
    { methods: ["GET", "HEAD"], path: "/**", scopes: ["orders:read"], acr_values: ["1"], max_age: 60 },
    { methods: ["GET"], path: "/invoices/*", scopes: ["orders:read"], acr_values: [SILVER] },
  ];
  return records(tenant);
}

let worker: RunningWorker;
let server: oauth.AuthorizationServer;
before(async () => {
  worker = await startWorker({ entries });
  const issuer = new URL(worker.origin);
  server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE));
});
after(() => worker.stop());

const client: oauth.Client = { client_id: "shop-web" };

function opened(token: string, path = "/demo/orders/1"): Promise<Response> {
  return oauth.protectedResourceRequest(token, "GET", new URL(`${worker.origin}${path}`), undefined, null, INSECURE);
}

/** A token of a user who logged in a while ago, but for what `changes` says. */
const userToken = (changes: Claims): Promise<string> =>
  signed(signingKey("ES256"), userClaims(worker.origin, "orders", "orders:read", "ada", { acr: "1", gid: "g1", ...changes }));

/** The one challenge that the gate answers, as the library reads it. */
async function challenge(token: string, path?: string): Promise<Record<string, string | undefined>> {
  const refused = await opened(token, path).then(
    () => assert.fail("the request was let through"),
    (error: unknown) => error,
  );
  assert.ok(refused instanceof oauth.WWWAuthenticateChallengeError);
  assert.equal(refused.status, 401);
  assert.deepEqual(refused.cause.map(({ scheme }) => scheme), ["bearer"]);
  return { ...refused.cause[0]?.parameters };
}

/** An authorization request with these parameters besides, and what redeems the answer. */
async function asking(parameters: Record<string, string>) {
  const request = { client_id: client.client_id, response_type: "code", resource: `${worker.origin}/demo/orders`, ...parameters };
  const { parameters: sent, checks } = await begun(worker, "openid orders:read", request);
  const url = new URL(`${server.authorization_endpoint}?${new URLSearchParams(sent)}`);
  return { url, checks, redirectUri: sent["redirect_uri"] ?? "" };
}

/** The token that such a request leads to. */
async function authorized(parameters: Record<string, string>): Promise<string> {
  const { url, checks, redirectUri } = await asking(parameters);
  const answer = await new UserAgent(worker).authorize(url);
  const callback = oauth.validateAuthResponse(server, client, answer, checks.expectedState);
  const response = await oauth.authorizationCodeGrantRequest(
    ...[server, client, oauth.None(), callback, redirectUri, checks.pkceCodeVerifier, INSECURE] as const,
  );
  const options = { expectedNonce: checks.expectedNonce, requireIdToken: true };
  return (await oauth.processAuthorizationCodeResponse(server, client, response, options)).access_token;
}

test("a login that is too long ago is challenged, and what the challenge says leads to a token that opens", async () => {
  const parameters = await challenge(await userToken({ auth_time: seconds() - 600 }));
  const { error, acr_values: values, max_age: age, scope } = parameters;
  assert.deepEqual([error, values, age, scope], ["insufficient_user_authentication", "1", "60", "orders:read"]);
  assert.ok(parameters["resource_metadata"]?.startsWith(worker.origin));
  const token = await authorized({ acr_values: values ?? "", max_age: age ?? "" });
  const claims = claimsOf(token);
  assert.equal(claims["acr"], "1");
  assert.ok((claims["auth_time"] as number) >= seconds() - 60);
  assert.equal((await opened(token)).status, 200);
});

describe("also refused for another login", () => {
  const cases: [string, Claims][] = [
    ["without the time of the login", { auth_time: undefined }],
    ["of a login that has not happened yet", { auth_time: seconds() + 3_600 }],
    ["of another context", { acr: "2" }],
    ["of no context", { acr: undefined }],
    ["of a context that only begins alike", { acr: "10" }],
  ];
  for (const [name, changes] of cases) {
    test(`a token ${name}`, async () =>
      assert.equal((await challenge(await userToken(changes)))["error"], "insufficient_user_authentication"));
  }
});

test("an authentication that the issuer cannot give is an error at once, not a login that leads back to the challenge", async () => {
  const { acr_values: values } = await challenge(await authorized({}), "/demo/orders/invoices/1");
  assert.equal(values, SILVER);
  const { url, checks } = await asking({ acr_values: values ?? "" });
  const answer = elsewhere(await new UserAgent(worker).open(url));
  assert.throws(
    () => oauth.validateAuthResponse(server, client, answer, checks.expectedState),
    (error: unknown) =>
      error instanceof oauth.AuthorizationResponseError && error.error === "unmet_authentication_requirements",
  );
});

test("a client's own token is not asked to log in, because nobody could", async () => {
  const token = await signed(signingKey("ES256"), clientClaims(worker.origin, "orders", "orders:read", { auth_time: seconds() }));
  const response = await worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${token}` } });
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("www-authenticate"), null);
  assert.equal(((await response.json()) as { reason: string }).reason, "wrong_subject_kind");
});

/** Pushed authorization requests (RFC 9126) by `openid-client` and `oauth4webapi`. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { begun, challengedWith, CLIENTS, discovered, METHODS, refusedAs } from "../support/relying_party.ts";
import { UserAgent } from "../support/user_agent.ts";
import { startWorker } from "../support/worker.ts";

const worker = await startWorker();
after(() => worker.stop());

for (const method of METHODS) {
  test(`a client that authenticates by ${method} pushes its request, and the browser carries a reference only`, async () => {
    const configuration = await discovered(worker, method);
    const { parameters, checks } = await begun(worker, "openid orders:read", { resource: `${worker.origin}/demo/orders` });
    const url = await client.buildAuthorizationUrlWithPAR(configuration, parameters);
    assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "request_uri"]);
    const answer = await new UserAgent(worker).authorize(url);
    const tokens = await client.authorizationCodeGrant(configuration, answer, checks);
    assert.deepEqual([tokens.claims()?.sub, tokens.scope], ["ada", "openid orders:read"]);
  });
}

test("oauth4webapi accepts the answer to a push", async () => {
  const issuer = new URL(worker.origin);
  const insecure = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
  const own = { client_id: CLIENTS.none };
  const { parameters } = await begun(worker, "openid", { response_type: "code" });
  const response = await oauth.pushedAuthorizationRequest(server, own, oauth.None(), new URLSearchParams(parameters), insecure);
  const { expires_in: seconds, request_uri: uri } = await oauth.processPushedAuthorizationResponse(server, own, response);
  assert.ok(seconds > 0 && seconds <= 600 && uri.startsWith("urn:ietf:params:oauth:request_uri:"));
});

describe("a reference", async () => {
  const configuration = await discovered(worker, "none");
  const pushed = async (): Promise<URL> => {
    const { parameters } = await begun(worker, "openid");
    return client.buildAuthorizationUrlWithPAR(configuration, parameters);
  };

  /** Asserts that `url` is answered by a page, and by no redirect. */
  async function assertDead(url: URL): Promise<void> {
    const shown = await new UserAgent(worker).open(url);
    assert.ok(shown.kind === "page" && shown.status === 400, JSON.stringify(shown));
  }

  test("works once", async () => {
    const url = await pushed();
    assert.equal((await new UserAgent(worker).open(url)).kind, "page");
    await assertDead(url);
  });
  test("is another client's as little as nobody's, and is still good for its own", async () => {
    const url = await pushed();
    const stolen = new URL(url);
    stolen.searchParams.set("client_id", "orders-backend");
    await assertDead(stolen);
    const shown = await new UserAgent(worker).open(url);
    assert.ok(shown.kind === "page" && shown.status === 200);
  });
  for (const changed of ["urn:ietf:params:oauth:request_uri:nothing", "https://evil.example/request.jwt"]) {
    test(`${changed} is none`, async () => {
      const url = await pushed();
      url.searchParams.set("request_uri", changed);
      await assertDead(url);
    });
  }
  test("is followed as it was pushed, whatever stands beside it", async () => {
    const url = await pushed();
    url.searchParams.set("redirect_uri", "https://evil.example/");
    url.searchParams.set("state", "changed");
    const answer = await new UserAgent(worker).authorize(url);
    assert.equal(answer.origin, worker.origin);
    assert.notEqual(answer.searchParams.get("state"), "changed");
  });
});

describe("a push", () => {
  const faults: [string, string, Record<string, string>][] = [
    ["with an unregistered redirect URI", "invalid_request", { redirect_uri: "https://evil.example/" }],
    ["with another pushed request inside", "invalid_request", { request_uri: "urn:ietf:params:oauth:request_uri:x" }],
    ["with the challenge method plain", "invalid_request", { code_challenge_method: "plain" }],
    ["for a resource that is not the client's", "invalid_target", { resource: "http://localhost:1/" }],
  ];
  for (const [name, error, others] of faults) {
    test(`${name} is refused as ${error}`, async () => {
      const { parameters } = await begun(worker, "openid", others);
      const pushing = client.buildAuthorizationUrlWithPAR(await discovered(worker, "client_secret_post"), parameters);
      await assert.rejects(pushing, refusedAs(error));
    });
  }
  test("without the secret of a client that has one is challenged", async () => {
    const execute = [client.allowInsecureRequests];
    const stranger = await client.discovery(new URL(worker.origin), "orders-backend", undefined, client.None(), { execute });
    const { parameters } = await begun(worker, "openid");
    await assert.rejects(client.buildAuthorizationUrlWithPAR(stranger, parameters), challengedWith(401, "basic"));
  });
});

/** RFC 9728 by `oauth4webapi`: from a refused request to the metadata, the issuer, a token, and in. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as oauth from "oauth4webapi";
import { secretOf } from "../support/demo.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

const INSECURE = { [oauth.allowInsecureRequests]: true };

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

async function discovered(resource: URL, from = resource): Promise<oauth.ResourceServer> {
  return oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(from, INSECURE));
}

for (const [name, clientId, scopes] of [
  ["orders", "orders-backend", ["orders:read", "orders:cancel"]],
  ["profile", "partner-app", ["profile:read", "profile:write"]],
  ["payments", "shop-checkout", ["payments:read", "payments:make"]],
] as const) {
  describe(`the resource ${name}`, () => {
    const resource = (): URL => new URL(`${worker.origin}/demo/${name}`);

    test("describes itself to whoever knows its URL", async () => {
      const metadata = await discovered(resource());
      assert.equal(metadata.resource, resource().href);
      assert.deepEqual(metadata.authorization_servers, [worker.origin]);
      assert.deepEqual([...(metadata.scopes_supported ?? [])].sort(), [...scopes].sort());
    });

    test("leads a client that was refused to its issuer, a token, and in", async () => {
      const refused = await fetch(resource());
      const [, metadataUrl = ""] = /resource_metadata="([^"]+)"/.exec(refused.headers.get("www-authenticate") ?? "") ?? [];
      const metadata = await oauth.processResourceDiscoveryResponse(resource(), await fetch(metadataUrl));
      const issuer = new URL(metadata.authorization_servers?.[0] ?? "");
      const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...INSECURE });
      const server = await oauth.processDiscoveryResponse(issuer, found);
      const client = { client_id: clientId };
      const authentication = oauth.ClientSecretPost(secretOf(clientId));
      const parameters = new URLSearchParams({ resource: metadata.resource });
      const answer = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, INSECURE);
      const { access_token: token } = await oauth.processClientCredentialsResponse(server, client, answer);
      assert.equal((await oauth.protectedResourceRequest(token, "GET", resource(), undefined, null, INSECURE)).status, 200);
    });

    test("is not described by another resource's metadata", async () => {
      const other = new URL(`${worker.origin}/demo/${name === "orders" ? "payments" : "orders"}`);
      await assert.rejects(discovered(resource(), other));
    });
  });
}

test("the default resource is the issuer itself", async () => {
  const response = await fetch(`${worker.origin}/.well-known/oauth-protected-resource`);
  assert.equal(((await response.json()) as { resource: string }).resource, worker.origin);
});

for (const path of ["/demo/orders/1", "/demo", "/demo/nothing"]) {
  test(`${path} is no resource and has no metadata`, async () => {
    await assert.rejects(discovered(new URL(`${worker.origin}${path}`)));
  });
}

/** The sentences of the described system that the demo shows: who may do what, and who may not. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertGateRefusal, assertTokenRefusal, challengeOf } from "../support/assertions.ts";
import { signingKey } from "../support/demo.ts";
import { signed, userClaims } from "../support/tokens.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

let worker: RunningWorker;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

function call(path: string, token: string, method = "GET"): Promise<Response> {
  return worker.fetch(`/demo/${path}`, { method, headers: { authorization: `Bearer ${token}` } });
}

/** Users log in later; until then their tokens are made here, with the key that the issuer uses. */
const ordersToken = (user: string, scope: string): Promise<string> =>
  signed(signingKey("ES256"), userClaims(worker.origin, "orders", scope, user));
const profileToken = (user: string, scope = "profile:read profile:write", others = {}): Promise<string> =>
  signed(signingKey("EdDSA"), userClaims(worker.origin, "profile", scope, user, others));

describe("a resource is shared by the tenant's applications (R5)", () => {
  const shared: [string, string][] = [
    ["shop-viewer", "shop"],
    ["partner-app", "partners"],
  ];
  for (const [clientId, application] of shared) {
    test(`${clientId} of the application ${application} opens it`, async () => {
      const response = await call("profile", await worker.token(clientId, "profile"));
      assert.equal(response.status, 200, await response.text());
    });
  }
  test("a client that it is not assigned to gets no token for it (R6)", async () => {
    const answer = await worker.askToken("orders-backend", { resource: `${worker.origin}/demo/profile` });
    await assertTokenRefusal(answer, 400, "invalid_target");
  });
  test("a token of another tenant does not open it, though issuer and key are the same", async () => {
    const token = await profileToken("ada", "profile:read", { tid: "other" });
    await assertGateRefusal(await call("profile/users/ada", token), 401, "tenant_mismatch");
  });
});

describe("a subject may view an order and not cancel it (R20)", () => {
  test("a client whose role lets it view may view", async () =>
    assert.equal((await call("orders/42", await worker.token("shop-viewer", "orders"))).status, 200));
  test("the same token may not cancel", async () => {
    const response = await call("orders/42", await worker.token("shop-viewer", "orders"), "DELETE");
    const { error, scope } = challengeOf(response);
    assert.deepEqual([error, scope], ["insufficient_scope", "orders:cancel"]);
    await assertGateRefusal(response, 403, "insufficient_scope");
  });
  test("a client that asked for less than it has may not cancel either", async () => {
    const token = await worker.token("orders-backend", "orders", "orders:read");
    await assertGateRefusal(await call("orders/42", token, "DELETE"), 403, "insufficient_scope");
  });
  test("a client with the scope may cancel", async () => {
    const response = await call("orders/42", await worker.token("orders-backend", "orders"), "DELETE");
    assert.equal(((await response.json()) as { status: string }).status, "cancelled");
  });
  test("a user may view", async () =>
    assert.equal((await call("orders/42", await ordersToken("ada", "orders:read"))).status, 200));
  test("that user may not cancel", async () =>
    assertGateRefusal(await call("orders/42", await ordersToken("ada", "orders:read"), "DELETE"), 403, "insufficient_scope"));
});

describe("a user's token is good for that user only (R14, R15)", () => {
  test("it reads its own profile", async () =>
    assert.equal((await call("profile/users/ada", await profileToken("ada"))).status, 200));
  test("it changes its own profile", async () =>
    assert.equal((await call("profile/users/ada/address", await profileToken("ada"), "PUT")).status, 200));

  const strangers = ["grace", "ADA", "ada%20", "ada%2C", "{sub}", "orders-backend", "*"];
  for (const stranger of strangers) {
    test(`it does not read the profile of ${stranger}`, async () => {
      const response = await call(`profile/users/${stranger}`, await profileToken("ada"));
      assert.equal(response.headers.get("www-authenticate"), null, "no other token would help this subject");
      await assertGateRefusal(response, 403, "wrong_subject");
    });
  }
  test("it does not change somebody else's", async () =>
    assertGateRefusal(await call("profile/users/grace", await profileToken("ada"), "PUT"), 403, "wrong_subject"));
  test("it does not read what is an application's", async () =>
    assertGateRefusal(await call("profile/apps/shop", await profileToken("ada")), 403, "wrong_subject_kind"));
  test("it does not list everybody", async () =>
    assertGateRefusal(await call("profile/users", await profileToken("ada")), 403, "no_rule"));
  test("the user's token for orders does not open the user's profile", async () =>
    assertGateRefusal(await call("profile/users/ada", await ordersToken("ada", "orders:read")), 401, "audience_mismatch"));
});

describe("a client's token is good for its own application only (R16, R17)", () => {
  test("it reads what is its application's", async () =>
    assert.equal((await call("profile/apps/partners", await worker.token("partner-app", "profile"))).status, 200));
  test("it does not read another application's", async () =>
    assertGateRefusal(await call("profile/apps/shop", await worker.token("partner-app", "profile")), 403, "wrong_subject"));
  test("it does not read a user's profile", async () =>
    assertGateRefusal(await call("profile/users/ada", await worker.token("partner-app", "profile")), 403, "wrong_subject_kind"));
});

describe("a management application's token covers every application (R18)", () => {
  for (const path of ["profile/apps/shop", "profile/apps/partners", "profile/users/ada", "profile/users/grace", "profile"]) {
    test(`it opens ${path}`, async () => {
      const response = await call(path, await worker.token("tenant-admin", "profile"));
      const { caller } = (await response.json()) as { caller: { kind: string } };
      assert.equal(caller.kind, "management");
    });
  }
  test("it is still for one resource", async () =>
    assertGateRefusal(await call("orders/42", await worker.token("tenant-admin", "profile")), 401, "audience_mismatch"));
  test("it still needs the scope", async () => {
    const token = await worker.token("tenant-admin", "profile", "profile:read");
    await assertGateRefusal(await call("profile/users/ada", token, "PUT"), 403, "insufficient_scope");
  });
  test("no other client can claim to be of one", async () => {
    const claims = userClaims(worker.origin, "profile", "profile:read", "ada", { management: true });
    const token = await signed(signingKey("EdDSA"), claims);
    await assertGateRefusal(await call("profile/users/grace", token), 401, "subject_kind_unclear");
  });
});

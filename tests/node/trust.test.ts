/** Resources that stand in code: a gate with nothing but an issuer's URL. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Access, Trust } from "audgate";
import { calculateJwkThumbprint } from "jose";
import { gateWith } from "../../pkg/dist/gate.js";
import { freshKey, type PrivateJwk } from "../support/demo.ts";
import { ForeignIssuer } from "../support/foreign_issuer.ts";
import { Isolate } from "../support/isolate.ts";
import { clientClaims, seconds, signed } from "../support/tokens.ts";

const REPORTS = "https://reports.other.example/reports";

let issuer: ForeignIssuer;
let admitted: Access | undefined;
before(async () => {
  issuer = await ForeignIssuer.start();
});
after(() => issuer.stop());

const trust = (): Trust => ({
  issuer: issuer.origin,
  resources: [
    {
      uri: REPORTS,
      rules: [
        { methods: ["GET"], path: "/**", scopes: ["reports:read"] },
        { methods: ["GET"], path: "/of/{sub}" },
        { methods: ["GET"], path: "/open", public: true },
        { methods: ["DELETE"], path: "/**", subjects: ["management"] },
      ],
    },
  ],
});

function gated(
  options: Trust = trust(),
): (path: string, token?: string, method?: string, fields?: Record<string, string>) => Promise<Response> {
  const isolate = new Isolate();
  const gate = gateWith(isolate.instances)(
    { fetch: (_request, _env, { access }: { access: Access }) => ((admitted = access), new Response("admitted")) },
    { trust: options },
  );
  return (path, token, method = "GET", fields = {}) => {
    const headers = token === undefined ? fields : { ...fields, authorization: `Bearer ${token}` };
    return gate.fetch(new Request(`https://reports.other.example${path}`, { method, headers }), {}, { waitUntil: () => {} });
  };
}

/** A token as an Audgate issuer gives it. */
function token(others: Record<string, unknown> = {}, key: PrivateJwk = issuer.key): Promise<string> {
  const claims = clientClaims(issuer.origin, "unused", "reports:read", { aud: REPORTS, ...others });
  return signed(key, claims);
}

describe("with nothing but an issuer's URL", () => {
  test("its tokens are admitted under the rules", async () => {
    const ask = gated();
    assert.equal((await ask("/reports/1", await token())).status, 200);
    assert.ok(admitted !== undefined && admitted.kind === "client");
    assert.deepEqual([admitted.issuer, admitted.subject, admitted.resource], [issuer.origin, "orders-backend", REPORTS]);
    assert.equal((await ask("/reports/of/orders-backend", await token())).status, 200);
    assert.equal((await ask("/reports/open")).status, 200);
  });

  const refusals: [string, Record<string, unknown>, number][] = [
    ["another resource's", { aud: "https://reports.other.example/drafts" }, 401],
    ["another issuer's", { iss: "https://rival.example" }, 401],
    ["expired", { iat: seconds() - 600, exp: seconds() - 300 }, 401],
    ["long-lived", { exp: seconds() + 3_700 }, 401],
    ["scopeless", { scope: undefined }, 403],
  ];
  for (const [fault, claims, status] of refusals) {
    test(`a token that is ${fault} is refused`, async () => {
      assert.equal((await gated()("/reports/1", await token(claims))).status, status);
    });
  }
  test("somebody else's key, path or role opens nothing", async () => {
    const ask = gated();
    const { secret } = await freshKey("ES256");
    assert.equal((await ask("/reports/1", await token({}, secret))).status, 401);
    assert.equal((await ask("/reports/of/ada", await token())).status, 403);
    assert.equal((await ask("/reports/1", await token({ management: true }), "DELETE")).status, 403);
    assert.equal((await ask("/elsewhere", await token())).status, 403);
    assert.equal((await ask("/reports/1")).status, 401);
  });
  test("a token that is bound to a key opens with a proof by that key (RFC 9449)", async () => {
    const { secret: key, published } = await freshKey("ES256");
    const { kty, crv, x, y } = published as JsonWebKey & { kty: string; crv: string; x: string; y: string };
    const bound = await token({ cnf: { jkt: await calculateJwkThumbprint({ kty, crv, x, y }) } });
    const url = `${REPORTS}/1`;
    const proof = (ath: string): Promise<string> =>
      signed(key, { jti: randomUUID(), htm: "GET", htu: url, iat: seconds(), ath }, { typ: "dpop+jwt", kid: undefined, jwk: { kty, crv, x, y } });
    const hash = createHash("sha256").update(bound).digest("base64url");
    const ask = gated();
    const proved = async (dpop: string): Promise<number> =>
      (await ask("/reports/1", undefined, "GET", { authorization: `DPoP ${bound}`, dpop })).status;
    assert.equal(await proved(await proof(hash)), 200);
    assert.equal(await proved(await proof("another")), 401);
    assert.equal((await ask("/reports/1", bound)).status, 401);
  });
  test("the metadata names the issuer and nobody else", async () => {
    const answer = await gated()("/.well-known/oauth-protected-resource/reports");
    const { authorization_servers: issuers, resource } = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([issuers, resource], [[issuer.origin], REPORTS]);
  });
});

describe("an option with faults", () => {
  for (const [fault, change] of [
    ["an issuer in clear", (option: Trust) => (option.issuer = "http://login.example")],
    ["no issuer", (option: Trust) => delete option.issuer],
    ["a misspelt member", (option: Trust) => Object.assign(option, { isuer: "x" })],
    ["a symmetric algorithm", (option: Trust) => (option.issuer = { issuer: "https://login.example", algorithms: ["HS256" as "ES256"] })],
  ] as [string, (option: Trust) => unknown][]) {
    test(`decides nothing: ${fault}`, async () => {
      const option = trust();
      change(option);
      assert.equal((await gated(option)("/reports/1", await token())).status, 503);
      assert.equal((await gated(option)("/reports/open")).status, 503);
    });
  }
});

/**
 * What is a valid token? The gate's answer beside those of `jose`, of `oauth4webapi` (which `openid-client` stands on) and
 * of `express-oauth2-jwt-bearer`, for the same tokens, in a printed table. The gate may be stricter, with a reason, and
 * never admits what one of them refuses.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CompactEncrypt, createRemoteJWKSet, exportSPKI, importJWK, jwtVerify } from "jose";
import { auth, requiredScopes } from "express-oauth2-jwt-bearer";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { freshKey, secretOf, signingKey } from "../support/demo.ts";
import { type Claims, clientClaims, encoded, seconds, signed, signedVerbatim, userClaims } from "../support/tokens.ts";
import { startWorker, type RunningWorker } from "../support/worker.ts";

/** As the demo's settings have it; the others are told the same, so that nobody differs by that. */
const CLOCK_TOLERANCE = 10;
const ADMITS = "admits";

let worker: RunningWorker;
const es256 = signingKey("ES256");
const foreign = (await freshKey("ES256")).secret;
before(async () => {
  worker = await startWorker();
});
after(() => worker.stop());

/** A token, by what is different in it. */
type Made = () => Promise<string> | string;

const client = (others: Claims = {}): Claims => clientClaims(worker.origin, "orders", "orders:read", others);
const user = (others: Claims = {}): Claims => userClaims(worker.origin, "orders", "orders:read", "ada", others);
/** Claims as text, with something changed in it. */
const text = (change: (json: string) => string): string => change(JSON.stringify(client()));
const header = (others: object = {}): string => JSON.stringify({ alg: "ES256", typ: "at+jwt", kid: es256.kid, ...others });
const good = (others?: Claims, head?: Claims): Promise<string> => signed(es256, client(others), head);
const verbatim = (payload: string | Uint8Array, head = header()): Promise<string> => signedVerbatim(es256, head, payload);
const parts = async (): Promise<[string, string, string]> => (await good()).split(".") as [string, string, string];

const TOKENS: Record<string, Record<string, Made>> = {
  valid: {
    "of a client, ES256": () => good(),
    "of a user": () => signed(es256, user()),
    "by EdDSA": () => signed(signingKey("EdDSA"), client()),
    "by RS256": () => signed(signingKey("RS256"), client()),
    "typ application/at+jwt": () => good({}, { typ: "application/at+jwt" }),
    "without a kid, where one key fits": () => good({}, { kid: undefined }),
    "with claims that nobody knows": () => good({ unknown: { nested: [1, 2] } }),
    "expired 5 s ago, within tolerance": () => good({ iat: seconds() - 300, exp: seconds() - 5 }),
  },
  "A1 no algorithm": {
    "alg none, no signature": async () => `${encoded(header({ alg: "none" }))}.${(await parts())[1]}.`,
    "alg nOnE, no signature": async () => `${encoded(header({ alg: "nOnE" }))}.${(await parts())[1]}.`,
    "alg none, a signature": async () => `${encoded(header({ alg: "none" }))}.${(await parts()).slice(1).join(".")}`,
    "alg ES256, no signature": async () => `${(await parts()).slice(0, 2).join(".")}.`,
  },
  "A2 another algorithm": {
    "HS256 with the public key as secret": async () => {
      const { subtle } = crypto;
      const { d: _, ...half } = es256;
      const pem = await exportSPKI((await importJWK(half, "ES256")) as CryptoKey);
      const secret = await subtle.importKey("raw", Buffer.from(pem), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      const input = `${encoded(header({ alg: "HS256" }))}.${encoded(JSON.stringify(client()))}`;
      return `${input}.${encoded(new Uint8Array(await subtle.sign("HMAC", secret, Buffer.from(input))))}`;
    },
    "RS256 named, ES256 signed": () => verbatim(JSON.stringify(client()), header({ alg: "RS256" })),
    "ES256 by the kid of an RSA key": () => verbatim(JSON.stringify(client()), header({ kid: signingKey("RS256").kid })),
  },
  "A3 kid": {
    unknown: () => good({}, { kid: "unknown" }),
    "a path": () => good({}, { kid: "../../dev/null" }),
    "an array": () => verbatim(JSON.stringify(client()), header({ kid: [es256.kid] })),
    __proto__: () => good({}, { kid: "__proto__" }),
  },
  "A4 keys in the header": {
    jwk: () => signed(foreign, client(), { jwk: { kty: foreign.kty, crv: foreign.crv, x: foreign.x, y: foreign.y } }),
    jku: () => signed(foreign, client(), { jku: `${worker.origin}/demo/keys` }),
    "another's key, our kid": () => signed({ ...foreign, kid: es256.kid }, client()),
  },
  "A5 other forms": {
    "crit that nobody knows": () => verbatim(JSON.stringify(client()), header({ crit: ["exp"], exp: 1 })),
    "b64 false": () => verbatim(JSON.stringify(client()), header({ crit: ["b64"], b64: false })),
    zip: () => good({}, { zip: "DEF" }),
    "detached payload": async () => [(await parts())[0], "", (await parts())[2]].join("."),
    "a JWE": async () =>
      new CompactEncrypt(Buffer.from(JSON.stringify(client())))
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", typ: "at+jwt" })
        .encrypt(crypto.getRandomValues(new Uint8Array(32))),
    "a token in a token": async () => verbatim(await good(), header({ cty: "JWT" })),
  },
  "A6 names twice": {
    "in the claims": () => verbatim(text((json) => json.replace("{", '{"scope":"orders:cancel",'))),
    "in the header": () => verbatim(JSON.stringify(client()), header().replace("{", '{"kid":"other",')),
    "by an escape": () => verbatim(text((json) => json.replace("{", '{"s\\u0063ope":"orders:cancel",'))),
  },
  "A7 strange text": {
    "a BOM": () => verbatim(text((json) => `\ufeff${json}`)),
    "a lone surrogate": () => verbatim(text((json) => json.replace("{", '{"extra":"\\ud800",'))),
    "overlong UTF-8": () => verbatim(Buffer.concat([Buffer.from('{"extra":"'), Buffer.from([0xc0, 0xaf]), Buffer.from(text((json) => `",${json.slice(1)}`))])),
    "an issuer that looks alike": () => good({ iss: worker.origin.replace("o", "\u043e") }),
    "NUL after the issuer": () => good({ iss: `${worker.origin}\0` }),
  },
  "A8 size": {
    "over 8 KiB": () => good({ padding: "x".repeat(9_000) }),
    "JSON deeper than 8": () => verbatim(text((json) => json.replace("{", `{"deep":${"[".repeat(20)}${"]".repeat(20)},`))),
    "many dots": () => ".".repeat(5_000),
  },
  "A9 base64url": {
    padding: async () => `${await good()}==`,
    "unused bits": async () => {
      const [head, payload, signature] = await parts();
      // 64 octets leave four bits of the last character unused.
      return `${head}.${payload}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1)}`;
    },
    "a space": async () => (await good()).replace(".", " ."),
  },
  "A10 times": {
    "exp as text": () => good({ exp: `${seconds() + 300}` }),
    "exp null": () => good({ exp: null }),
    "exp missing": () => good({ exp: undefined }),
    "exp with a fraction": () => good({ exp: seconds() + 300.5 }),
    "exp 1e20": () => verbatim(text((json) => json.replace(/"exp":\d+/, '"exp":1e20'))),
    "exp negative": () => good({ exp: -1 }),
    "iat as text": () => good({ iat: "now" }),
    "iat missing": () => good({ iat: undefined }),
    "nbf an array": () => good({ nbf: [0] }),
  },
  "A11 clock": {
    expired: () => good({ iat: seconds() - 300, exp: seconds() - 60 }),
    "nbf in a minute": () => good({ nbf: seconds() + 60 }),
    "iat in a minute": () => good({ iat: seconds() + 60, exp: seconds() + 300 }),
    "for ten years": () => good({ exp: seconds() + 315_360_000 }),
  },
  "A12 something else": {
    "typ JWT": () => good({}, { typ: "JWT" }),
    "no typ": () => good({}, { typ: undefined }),
    "a logout token": () => good({}, { typ: "logout+jwt" }),
    "for another resource": () => good({ aud: `${worker.origin}/demo/payments` }),
    "an ID token": () => signed(es256, user({ aud: "shop-viewer", nonce: "n" }), { typ: "JWT" }),
  },
  "A13 issuer and audience": {
    "iss an array": () => good({ iss: [worker.origin] }),
    "iss with a slash": () => good({ iss: `${worker.origin}/` }),
    "aud an array of one": () => good({ aud: [`${worker.origin}/demo/orders`] }),
    "aud and a stranger": () => good({ aud: [`${worker.origin}/demo/orders`, "https://stranger.example"] }),
    "aud a prefix": () => good({ aud: `${worker.origin}/demo` }),
    "aud longer": () => good({ aud: `${worker.origin}/demo/orders/1` }),
    "aud missing": () => good({ aud: undefined }),
  },
  "claims of RFC 9068 and ours": {
    "no sub": () => good({ sub: undefined }),
    "no jti": () => good({ jti: undefined }),
    "no client_id": () => good({ client_id: undefined }),
    "no tid": () => good({ tid: undefined }),
    "another tenant": () => good({ tid: "other" }),
    "no app_id": () => good({ app_id: undefined }),
    "a client with a session": () => good({ sid: "s" }),
    "without the scope that is needed": () => good({ scope: "orders:cancel" }),
  },
};

/** What somebody makes of a token: `admits`, or why not in a few words. */
type Opinion = (token: string) => Promise<string>;

const refusal = (error: unknown): string => {
  const { code, message } = error as { code?: string; message: string };
  return (code ?? message).replace(/^(ERR_|OAUTH_)/, "").toLowerCase();
};
const opinion =
  (check: (token: string) => Promise<unknown>): Opinion =>
  (token) =>
    check(token).then(() => ADMITS, refusal);

const gate: Opinion = async (token) => {
  const response = await worker.fetch("/demo/orders/1", { headers: { authorization: `Bearer ${token}` } });
  return response.status === 200 ? ADMITS : ((await response.json()) as { reason: string }).reason;
};

/** Has middleware of Express look at a request; rejects with what it throws. */
async function expressed(middleware: ReturnType<typeof auth>, authorization?: string, earlier: object = {}): Promise<object> {
  const { host } = new URL(worker.origin);
  const where = { method: "GET", protocol: "http", host, originalUrl: "/demo/orders/1" };
  const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
  const request = { ...where, headers, query: {}, is: () => false, get: () => host, ...earlier };
  await new Promise<void>((resolve, reject) => {
    void middleware(request as never, {} as never, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  return request;
}

function others(): Record<string, Opinion> {
  const audience = `${worker.origin}/demo/orders`;
  const keys = createRemoteJWKSet(new URL(`${worker.origin}/oidc/jwks`));
  const server: oauth.AuthorizationServer = { issuer: worker.origin, jwks_uri: `${worker.origin}/oidc/jwks` };
  const express = auth({ issuerBaseURL: worker.origin, audience, strict: true, clockTolerance: CLOCK_TOLERANCE });
  const algorithms = ["ES256", "EdDSA", "RS256"];
  return {
    jose: opinion((token) =>
      jwtVerify(token, keys, { issuer: worker.origin, audience, typ: "at+jwt", algorithms, clockTolerance: CLOCK_TOLERANCE }),
    ),
    oauth4webapi: opinion(async (token) => {
      const request = new Request(`${audience}/1`, { headers: { authorization: `Bearer ${token}` } });
      const options = { [oauth.clockTolerance]: CLOCK_TOLERANCE, [oauth.allowInsecureRequests]: true, signingAlgorithms: [...algorithms, "Ed25519"] };
      return oauth.validateJwtAccessToken(server, request, audience, options);
    }),
    express: opinion((token) => expressed(express, `Bearer ${token}`)),
  };
}

test("the gate admits no token that jose, oauth4webapi or express-oauth2-jwt-bearer refuses", async () => {
  const opinions = Object.entries({ gate, ...others() });
  const rows: string[][] = [["", "token", ...opinions.map(([name]) => name), ""]];
  const laxer: string[] = [];
  const counts = { tokens: 0, alike: 0, "refused by the gate alone": 0 };
  for (const [group, tokens] of Object.entries(TOKENS)) {
    for (const [name, make] of Object.entries(tokens)) {
      const token = await make();
      const [own = "", ...theirs] = await Promise.all(opinions.map(([, ask]) => ask(token)));
      const alone = own !== ADMITS && theirs.every((verdict) => verdict === ADMITS);
      counts.tokens += 1;
      if (alone) counts["refused by the gate alone"] += 1;
      if ([own, ...theirs].every((verdict) => (verdict === ADMITS) === (own === ADMITS))) counts.alike += 1;
      if (own === ADMITS && theirs.some((verdict) => verdict !== ADMITS)) laxer.push(`${group}: ${name}: ${theirs}`);
      if (group === "valid") assert.equal(own, ADMITS, name);
      else assert.notEqual(own, ADMITS, `${group}: ${name}`);
      rows.push([group, name, own, ...theirs.map((verdict) => (verdict === ADMITS ? verdict : "refuses")), alone ? "stricter" : ""]);
    }
  }
  print(rows);
  console.log(Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(", "));
  assert.deepEqual(laxer, []);
});

function print(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
}

describe("a challenge of the gate is read by oauth4webapi and openid-client", () => {
  const cases: [string, () => Promise<string>, string, Record<string, string>][] = [
    ["for a token that expired", () => good({ iat: seconds() - 300, exp: seconds() - 60 }), "GET", { error: "invalid_token" }],
    ["for another resource's token", () => good({ aud: `${worker.origin}/demo/payments` }), "GET", { error: "invalid_token" }],
    ["for a forged token", () => signed({ ...foreign, kid: es256.kid }, client()), "GET", { error: "invalid_token" }],
    ["for too little scope", () => good(), "DELETE", { error: "insufficient_scope", scope: "orders:cancel" }],
  ];
  for (const [name, make, method, expected] of cases) {
    test(name, async () => {
      const url = new URL(`${worker.origin}/demo/orders/1`);
      const token = await make();
      const options = { [oauth.allowInsecureRequests]: true };
      const configuration = await openid.discovery(new URL(worker.origin), "orders-backend", undefined, openid.ClientSecretBasic(secretOf("orders-backend")), {
        algorithm: "oauth2",
        execute: [openid.allowInsecureRequests],
      });
      const asks = [
        () => oauth.protectedResourceRequest(token, method, url, undefined, undefined, options),
        () => openid.fetchProtectedResource(configuration, token, url, method),
      ];
      for (const ask of asks) {
        await assert.rejects(ask(), (error: oauth.WWWAuthenticateChallengeError) => {
          assert.equal(error.code, "OAUTH_WWW_AUTHENTICATE_CHALLENGE", `${error}`);
          const [challenge, ...more] = error.cause;
          assert.deepEqual(more, [], "one challenge");
          assert.equal(challenge?.scheme, "bearer");
          const metadata = `${worker.origin}/.well-known/oauth-protected-resource/demo/orders`;
          assert.partialDeepStrictEqual(challenge?.parameters, { ...expected, resource_metadata: metadata });
          return true;
        });
      }
    });
  }
});

test("a challenge of the gate says what that of express-oauth2-jwt-bearer says, and more", async () => {
  const express = auth({ issuerBaseURL: worker.origin, audience: `${worker.origin}/demo/orders`, strict: true });
  const parsed = (status: number, field: string | null | undefined): Record<string, string> => {
    const parameters = [...(field ?? "").matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    return { status: `${status}`, scheme: /^\w*/.exec(field ?? "")?.[0] ?? "", ...Object.fromEntries(parameters) };
  };
  const requests: [string, string, string | undefined][] = [
    ["no token", "GET", undefined],
    ["an expired token", "GET", `Bearer ${await good({ iat: seconds() - 300, exp: seconds() - 60 })}`],
    ["too little scope", "DELETE", `Bearer ${await good()}`],
  ];
  const rows: string[][] = [["", "", "status", "scheme", "error", "scope", "resource_metadata"]];
  for (const [name, method, authorization] of requests) {
    const response = await worker.fetch("/demo/orders/1", { method, headers: { ...(authorization && { authorization }) } });
    const own = parsed(response.status, response.headers.get("www-authenticate"));
    const theirs = await expressed(express, authorization)
      .then((request) => (method === "DELETE" ? expressed(requiredScopes("orders:cancel"), authorization, request) : request))
      .then(
        () => ({}) as Record<string, string>,
        (error: { status: number; headers: Record<string, string> }) => parsed(error.status, error.headers["WWW-Authenticate"]),
      );
    for (const [who, said] of [["gate", own], ["express", theirs]] as const) {
      rows.push([name, who, ...(rows[0] ?? []).slice(2).map((parameter) => said[parameter] ?? "")]);
    }
    for (const parameter of ["status", "scheme", "error", "scope"]) {
      if (theirs[parameter] !== undefined) assert.equal(own[parameter], theirs[parameter], `${name}: ${parameter}`);
    }
  }
  print(rows);
});

test("what is signed verbatim is admitted as long as nothing else is wrong with it", async () =>
  assert.equal(await gate(await verbatim(JSON.stringify(client()))), ADMITS));

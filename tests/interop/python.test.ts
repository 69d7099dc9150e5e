/** Python's clients: Authlib logs in and refreshes, PyJWT verifies by the JWK Set. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clientKeyOf, freshKey, secretOf, signingKey } from "../support/demo.ts";
import { startPython } from "../support/python.ts";
import { CLIENTS, discovered, loggedIn, METHODS, signingBy, type Method } from "../support/relying_party.ts";
import { claimsOf, encoded, headerOf, signed } from "../support/tokens.ts";
import { UserAgent } from "../support/user_agent.ts";
import { startWorker } from "../support/worker.ts";

interface Claims {
  sub: string;
  aud: string;
  sid: string;
  auth_time: number;
}
interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  scope: string;
}

const SCOPE = "openid orders:read offline_access";

function credentialOf(method: Method): string {
  switch (method) {
    case "client_secret_basic":
    case "client_secret_post":
      return secretOf(CLIENTS[method]);
    case "private_key_jwt":
      return JSON.stringify(clientKeyOf(CLIENTS[method]));
    case "none":
      return "";
  }
}

for (const alg of ["ES256", "RS256", "EdDSA"]) {
  describe(`with ID tokens by ${alg}`, async () => {
    const worker = await startWorker({ entries: signingBy(alg) });
    after(() => worker.stop());
    const orders = `${worker.origin}/demo/orders`;

    // What differs by algorithm is the ID token, not how a client authenticates.
    for (const method of alg === "ES256" ? METHODS : (["none"] as const)) {
      test(`Authlib logs a user in by code and PKCE, authenticates by ${method}, refreshes, and revokes`, async () => {
        const client = startPython("authlib_client.py", worker.origin, method, CLIENTS[method], credentialOf(method), SCOPE, orders, alg);
        assert.deepEqual(await client.next(), { metadata: "valid" });
        const { url } = (await client.next()) as { url: string };
        client.tell({ answer: await new UserAgent(worker).authorize(url) });

        const first = (await client.next()) as { tokens: Tokens; claims: Claims };
        assert.deepEqual([first.claims.sub, first.claims.aud, first.tokens.scope], ["ada", CLIENTS[method], SCOPE]);
        assert.equal(headerOf(first.tokens.id_token).alg, alg);
        const seen = [first.tokens.refresh_token];
        for (const _ of [1, 2]) {
          const next = (await client.next()) as { tokens: Tokens; claims: Claims };
          assert.deepEqual([next.claims.sid, next.claims.auth_time], [first.claims.sid, first.claims.auth_time]);
          assert.ok(!seen.includes(next.tokens.refresh_token));
          seen.push(next.tokens.refresh_token);
          const opened = await fetch(`${orders}/1`, { headers: { authorization: `Bearer ${next.tokens.access_token}` } });
          assert.equal(opened.status, 200);
        }
        if (method !== "none") {
          const { introspection } = (await client.next()) as { introspection: object };
          assert.partialDeepStrictEqual(introspection, { active: true, sub: "ada", client_id: CLIENTS[method] });
        }
        assert.deepEqual(await client.next(), { revocation: 200 });
        assert.deepEqual(await client.next(), { error: "invalid_grant" });
      });
    }

    describe("PyJWT", () => {
      const access = { token: "", audience: orders, algorithm: alg, typ: "at+jwt" };
      const id = { token: "", audience: CLIENTS.none, algorithm: alg, typ: "JWT" };
      let forged: string;
      // Not sooner: two logins of one user at once would read each other's mail.
      before(async () => {
        const tokens = await loggedIn(worker, await discovered(worker, "none"), { scope: SCOPE, resource: "orders" });
        [access.token, id.token] = [tokens.access_token, tokens.id_token ?? ""];
        const { secret } = await freshKey(alg);
        forged = await signed({ ...secret, kid: signingKey(alg).kid }, claimsOf(access.token));
      });

      /** What PyJWT says of each. */
      async function verified(...asked: object[]): Promise<{ claims?: Claims; error?: string }[]> {
        const program = startPython("pyjwt_tokens.py", worker.origin, `${worker.origin}/oidc/jwks`);
        program.tell(asked);
        return (await program.next()) as { claims?: Claims; error?: string }[];
      }

      test("accepts the access token and the ID token by the JWK Set", async () => {
        const answers = await verified(access, id);
        assert.deepEqual(answers.map(({ claims, error }) => error ?? claims?.sub), ["ada", "ada"]);
        assert.deepEqual(answers.map(({ claims }) => claims?.aud), [orders, "shop-web"]);
      });

      test("refuses each in the other's place, for another audience, changed, and by a key of the same name", async () => {
        const [head, , signature] = access.token.split(".");
        const payload = encoded(JSON.stringify({ ...claimsOf(access.token), sub: "grace" }));
        const answers = await verified(
          { ...access, audience: CLIENTS.none },
          { ...id, audience: orders },
          { ...access, audience: `${worker.origin}/demo/profile` },
          { ...access, algorithm: alg === "ES256" ? "RS256" : "ES256" },
          { ...access, token: `${head}.${payload}.${signature}` },
          { ...access, token: forged },
        );
        const [audience, mismatch] = ["InvalidAudienceError", "InvalidSignatureError"];
        const expected = [audience, audience, audience, "InvalidAlgorithmError", mismatch, mismatch];
        assert.deepEqual(answers.map(({ error }) => error), expected);
      });
    });
  });
}

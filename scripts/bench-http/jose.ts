/** The same checks with jose, as its documentation shows them: the key is imported once for an isolate. */
import { type JWK, importJWK, jwtVerify } from "jose";
import { handle } from "./handler.ts";

interface Env {
  PUBLIC_KEY: string;
  ISSUER: string;
  AUDIENCE: string;
}

let key: Awaited<ReturnType<typeof importJWK>> | undefined;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, token] = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (token === undefined) {
      return new Response(null, { status: 401 });
    }
    try {
      key ??= await importJWK(JSON.parse(env.PUBLIC_KEY) as JWK, "ES256");
      const { payload } = await jwtVerify(token, key, {
        algorithms: ["ES256"],
        typ: "at+jwt",
        issuer: env.ISSUER,
        audience: env.AUDIENCE,
        requiredClaims: ["sub", "client_id", "iat", "exp", "jti"],
        clockTolerance: 10,
      });
      const isGoverned = request.method === "GET" && request.url.startsWith(`${env.AUDIENCE}/`);
      const scopes = String(payload["scope"]).split(" ");
      return isGoverned && scopes.includes("things:read") ? handle() : new Response(null, { status: 403 });
    } catch {
      return new Response(null, { status: 401 });
    }
  },
};

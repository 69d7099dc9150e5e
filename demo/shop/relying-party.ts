/** The client's side of OpenID Connect, by `oauth4webapi`: what an application like these would do in production. */
import { verifyCompact } from "audgate";
import * as oauth from "oauth4webapi";
import type { Application, Target } from "./applications.ts";

/** The authorization server as an application reaches it. */
export interface Issuer {
  origin: string;
  fetch(request: Request): Promise<Response>;
}

/** What an application remembers between sending a browser away and seeing it again. */
export interface BegunLogin {
  application: Application["id"];
  target: Target["id"];
  state: string;
  nonce: string;
  verifier: string;
}

/** What a login or a refresh brought. */
export interface Tokens {
  target: Target["id"];
  accessToken: string;
  refreshToken: string | null;
  idToken: string;
  subject: string;
  sid: string | null;
  /** How often the refresh token was rotated. */
  refreshes: number;
}

/** The issuer said no, or what it said did not pass a check of the library. */
export interface Refused {
  error: string;
  description: string;
}

/** Why a logout token is not one, or the session that it ends. */
export type LogoutToken = { ok: true; sid: string } | { ok: false; reason: string };

/** A request as the library asks for it. */
interface LibraryRequest {
  method: string;
  headers: Record<string, string>;
  body?: URLSearchParams | undefined;
}

/** How old a logout token may be, in seconds. */
const LOGOUT_TOKEN_AGE = 300;

export class RelyingParty {
  readonly #issuer: Issuer;
  readonly #application: Application;
  readonly #client: oauth.Client;
  readonly #authentication: oauth.ClientAuth;
  readonly #options: ReturnType<typeof requestOptions>;

  constructor(issuer: Issuer, application: Application, secret: string | undefined) {
    this.#issuer = issuer;
    this.#application = application;
    this.#client = { client_id: application.clientId };
    this.#authentication = secret === undefined ? oauth.None() : oauth.ClientSecretPost(secret);
    this.#options = requestOptions(issuer);
  }

  /** Where the browser goes to log in; `silently` is for nobody to be asked anything (`prompt=none`). */
  async begin(target: Target["id"], silently: boolean): Promise<{ location: string; login: BegunLogin }> {
    const server = await this.#server();
    const state = oauth.generateRandomState();
    const nonce = oauth.generateRandomNonce();
    const verifier = oauth.generateRandomCodeVerifier();
    const url = new URL(server.authorization_endpoint as string);
    const parameters = {
      client_id: this.#application.clientId,
      response_type: "code",
      redirect_uri: this.#redirectUri(),
      scope: this.#application.scope,
      resource: this.#resource(target),
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      ...(silently ? { prompt: "none" } : {}),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { location: url.href, login: { application: this.#application.id, target, state, nonce, verifier } };
  }

  /** The tokens for the authorization response that `url` carries. */
  async finish(login: BegunLogin, url: URL): Promise<Tokens | Refused> {
    try {
      const server = await this.#server();
      const parameters = oauth.validateAuthResponse(server, this.#client, url, login.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        this.#authentication,
        parameters,
        this.#redirectUri(),
        login.verifier,
        { ...this.#options, additionalParameters: { resource: this.#resource(login.target) } },
      );
      const answer = await oauth.processAuthorizationCodeResponse(server, this.#client, response, {
        expectedNonce: login.nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(server, response, this.#options);
      const claims = oauth.getValidatedIdTokenClaims(answer) as oauth.IDToken;
      return {
        target: login.target,
        accessToken: answer.access_token,
        refreshToken: answer.refresh_token ?? null,
        idToken: answer.id_token as string,
        subject: claims.sub,
        sid: typeof claims.sid === "string" ? claims.sid : null,
        refreshes: 0,
      };
    } catch (error) {
      return refused(error);
    }
  }

  /** The tokens that follow `tokens`. */
  async refresh(tokens: Tokens): Promise<Tokens | Refused> {
    if (tokens.refreshToken === null) {
      return { error: "no_refresh_token", description: "the login brought no refresh token" };
    }
    try {
      const server = await this.#server();
      const response = await oauth.refreshTokenGrantRequest(
        server,
        this.#client,
        this.#authentication,
        tokens.refreshToken,
        this.#options,
      );
      const answer = await oauth.processRefreshTokenResponse(server, this.#client, response);
      return {
        ...tokens,
        accessToken: answer.access_token,
        refreshToken: answer.refresh_token ?? tokens.refreshToken,
        idToken: answer.id_token ?? tokens.idToken,
        refreshes: tokens.refreshes + 1,
      };
    } catch (error) {
      return refused(error);
    }
  }

  /** Where the browser goes to log out (OpenID Connect RP-Initiated Logout 1.0). */
  async logout(idToken: string): Promise<string> {
    const url = new URL((await this.#server()).end_session_endpoint as string);
    url.searchParams.set("client_id", this.#application.clientId);
    url.searchParams.set("id_token_hint", idToken);
    url.searchParams.set("post_logout_redirect_uri", `${this.#issuer.origin}/demo/${this.#application.id}`);
    return url.href;
  }

  /** Checks a logout token as OpenID Connect Back-Channel Logout 1.0, section 2.6, says. */
  async readLogoutToken(token: string): Promise<LogoutToken> {
    const server = await this.#server();
    const answer = await this.#issuer.fetch(new Request(server.jwks_uri as string));
    const verified = await verifyCompact(token, await answer.json());
    if (!verified.ok) return { ok: false, reason: verified.reason };
    const claims = JSON.parse(new TextDecoder().decode(verified.payload)) as Record<string, unknown>;
    const { iss, aud, iat, exp, sid, events, nonce } = claims;
    const now = Math.floor(Date.now() / 1_000);
    const event = (events as Record<string, unknown> | undefined)?.["http://schemas.openid.net/event/backchannel-logout"];
    const faults: [boolean, string][] = [
      [verified.header["typ"] !== "logout+jwt", "not a logout token"],
      [iss !== server.issuer, "from another issuer"],
      [aud !== this.#application.clientId, "for another client"],
      [typeof exp !== "number" || exp <= now, "expired"],
      [typeof iat !== "number" || iat < now - LOGOUT_TOKEN_AGE, "too old"],
      [typeof event !== "object" || event === null, "without the event of a logout"],
      [nonce !== undefined, "with a nonce, as only an ID token has"],
    ];
    const fault = faults.find(([found]) => found);
    if (fault !== undefined) return { ok: false, reason: fault[1] };
    return typeof sid === "string" ? { ok: true, sid } : { ok: false, reason: "without a session" };
  }

  async #server(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#issuer.origin);
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, this.#options));
  }

  #redirectUri(): string {
    return `${this.#issuer.origin}/demo/callback`;
  }

  #resource(target: Target["id"]): string {
    return `${this.#issuer.origin}/demo/${target}`;
  }
}

/** Of the library's requests: development is on `http://localhost`, and the issuer is in the same worker. */
function requestOptions(issuer: Issuer) {
  const fetching = (url: string, { method, headers, body }: LibraryRequest) =>
    issuer.fetch(new Request(url, { method, headers, body: body ?? null, redirect: "manual" }));
  return { [oauth.allowInsecureRequests]: true, [oauth.customFetch]: fetching };
}

export function isRefused(outcome: Tokens | Refused): outcome is Refused {
  return "error" in outcome;
}

function refused(error: unknown): Refused {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return { error: error.error, description: error.error_description ?? "" };
  }
  if (error instanceof oauth.OperationProcessingError) {
    return { error: error.code ?? "invalid_response", description: error.message };
  }
  throw error;
}

/** The issuer over HTTP. What is sent may be a secret, so it goes to the address that was given and nowhere else. */
import { EXIT, Failure } from "./failure.ts";
import { readLine } from "./input.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** An issuer that takes longer counts as not reached; in milliseconds. */
const TIMEOUT = 60_000;

/** Who asks. */
export interface Credentials {
  clientId: string;
  clientSecret: string;
}

/** The options by which a command gets credentials. */
export interface CredentialOptions {
  clientId?: string | undefined;
  clientSecretFile?: string | undefined;
}

/** An answer of the issuer. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body as JSON; `undefined` where there is none. */
  body: unknown;
}

/** A token and what the token endpoint says of it. */
export interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope?: string;
}

/**
 * The issuer's URL, without a slash at its end. Plain HTTP is for this machine only: anywhere else the secret and the
 * token would travel in clear.
 */
export function issuerUrl(text: string): string {
  const url = URL.parse(text);
  // The text is not repeated: it may have a password in it.
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new Failure("issuer_malformed", "the issuer is a URL such as `https://login.acme.example`");
  }
  if (url.username !== "" || url.password !== "" || url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new Failure("issuer_malformed", "the issuer's URL has a host and perhaps a port, and nothing else");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    const problem = `\`${url.origin}\` is plain http: secrets and tokens would travel in clear; use https`;
    throw new Failure("issuer_in_clear", problem);
  }
  return url.origin;
}

/** The credentials that the options name. A secret is never an argument: those are in the list of processes. */
export async function credentials(options: CredentialOptions, terminal: Terminal): Promise<Credentials> {
  if (options.clientId === undefined || options.clientId === "") {
    throw new Failure("no_client_id", "which client? Name it by --client-id or in AUDGATE_CLIENT_ID");
  }
  const { clientSecretFile: file } = options;
  const secret =
    file === undefined ? terminal.env.AUDGATE_CLIENT_SECRET : await readLine(file, "the client's secret", terminal);
  if (secret === undefined || secret === "") {
    const ways = "put it into AUDGATE_CLIENT_SECRET, or name a file that holds it by --client-secret-file";
    throw new Failure("no_client_secret", `there is no secret of \`${printable(options.clientId)}\`: ${ways}`);
  }
  return { clientId: options.clientId, clientSecret: secret };
}

/** Sends one request. A redirect is a failure: it is not followed with credentials. */
export async function send(issuer: string, path: string, init: RequestInit = {}): Promise<Answer> {
  let status: number;
  let headers: Headers;
  let text: string;
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const response = await fetch(`${issuer}${path}`, { ...init, redirect: "manual", signal });
    ({ status, headers } = response);
    text = await response.text();
  } catch (error) {
    throw new Failure("unreachable", `cannot reach ${issuer}: ${reasonOf(error)}`, { exit: EXIT.unreachable });
  }
  if (status >= 300 && status < 400) {
    const problem = `${issuer}${path.split("?")[0]} redirects to somewhere else, which is not followed with credentials`;
    throw new Failure("redirected", problem);
  }
  if (text === "") {
    return { status, headers, body: undefined };
  }
  try {
    return { status, headers, body: JSON.parse(text) as unknown };
  } catch {
    // The parser's own message would quote the answer.
    const exit = status >= 500 ? EXIT.unreachable : EXIT.refused;
    throw new Failure("no_json", `${issuer} answers ${status} without JSON: is it an Audgate issuer?`, { exit });
  }
}

/** A client's own token for `resource` (RFC 6749 section 4.4, RFC 8707). */
export async function clientToken(
  issuer: string,
  { clientId, clientSecret }: Credentials,
  resource: string,
  scope?: string,
): Promise<TokenAnswer> {
  const form = new URLSearchParams({ grant_type: "client_credentials", resource });
  if (scope !== undefined) form.set("scope", scope);
  const answer = await send(issuer, "/oidc/token", {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}` },
    body: form,
  });
  const body = answer.body as Partial<TokenAnswer> | undefined;
  if (answer.status !== 200) {
    throw refusalOf(answer, `${issuer} gives \`${printable(clientId)}\` no token`);
  }
  if (typeof body?.access_token !== "string") {
    throw new Failure("no_token", `${issuer} answers without a token: is it an Audgate issuer?`);
  }
  return body as TokenAnswer;
}

/** The failure that an answer other than success amounts to. */
export function refusalOf({ status, headers, body }: Answer, problem: string): Failure {
  const said = (body ?? {}) as Record<string, unknown>;
  const code = [said.error_code, said.error, said.reason].find((name) => typeof name === "string") ?? `status_${status}`;
  const details = { status, ...(typeof body === "object" ? { answer: body } : {}) };
  const waits = headers.get("retry-after");
  if (status >= 500 || status === 429) {
    const later = waits === null ? "" : `, try again in ${printable(waits)} s`;
    return new Failure(code, `${problem}: it cannot answer now (${status} ${printable(code)})${later}`, {
      exit: EXIT.unreachable,
      details,
    });
  }
  if (code === "wrong_subject") {
    return new Failure(code, `${problem}: this is for a client of a management application`, { details });
  }
  const messages = Array.isArray(said.message)
    ? said.message.filter((message): message is string => typeof message === "string")
    : [said.error_description].filter((message): message is string => typeof message === "string");
  const lines = messages.map((message) => `    ${printable(message)}`);
  return new Failure(code, [`${problem}: ${printable(code)}`, ...lines], { details });
}

/** RFC 6749 section 2.3.1 asks for this inside of Basic credentials. */
function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the host's name cannot be resolved now",
  ECONNRESET: "the connection broke off",
  UND_ERR_SOCKET: "the connection broke off",
};

function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer within ${TIMEOUT / 1_000} s`;
  }
  const cause = (error as { cause?: { code?: string; errors?: { code?: string }[] } }).cause;
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? "no connection";
  return REASONS[code] ?? code;
}

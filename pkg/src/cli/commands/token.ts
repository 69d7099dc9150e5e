/** `token`: looking into a token, and getting one for development. */
import { EXIT, Failure, type Exit } from "../failure.ts";
import { readLine } from "../input.ts";
import { clientToken, credentials, type CredentialOptions, issuerUrl, refusalOf, send } from "../issuer.ts";
import { printable, shown } from "../printable.ts";
import type { Output, Style } from "../terminal.ts";
import { duration, moment } from "../time-words.ts";

type Members = Record<string, unknown>;

export interface InspectOptions {
  issuer?: string;
}

/** One thing that a gate looks at. */
interface Finding {
  name: string;
  /** Whether a gate could go by it; absent where that depends on the gate. */
  ok?: boolean;
  says: string;
}

export async function inspect(given: string | undefined, options: InspectOptions, output: Output): Promise<Exit> {
  const issuer = options.issuer === undefined ? undefined : issuerUrl(options.issuer);
  const token = given === undefined || given === "-" ? await readLine("-", "the token", output.terminal) : given;
  const { header, claims } = read(token.trim());
  const now = output.terminal.now();
  const findings = [typeOf(header), ...timesOf(claims, now), ...subjectOf(claims), ...reachOf(claims)];
  const verification = issuer === undefined ? undefined : await verified(token.trim(), issuer);
  if (verification !== undefined && issuer !== undefined) {
    findings.unshift(verification, issuerOf(claims, issuer));
  }
  const refused = findings.some(({ ok }) => ok === false);
  const state = { verified: verification?.ok ?? null, ...(verification?.ok === false && { reason: verification.says }) };
  output.result({ ...state, header, claims, findings }, (style) => {
    const parts = [[banner(verification, style)], listed("header", header), listed("claims", claims), described(findings, style)];
    return parts.map((lines) => lines.join("\n")).join("\n\n");
  });
  // Without the issuer's keys this only reads.
  return verification !== undefined && refused ? EXIT.refused : EXIT.done;
}

export interface MintOptions extends CredentialOptions {
  issuer: string;
  resource: string;
  scope?: string;
}

export async function mint(options: MintOptions, output: Output): Promise<Exit> {
  const issuer = issuerUrl(options.issuer);
  const answer = await clientToken(issuer, await credentials(options, output.terminal), options.resource, options.scope);
  output.result(answer, () => answer.access_token);
  const scope = answer.scope === undefined ? "without scopes" : `with ${printable(answer.scope)}`;
  output.say(`for ${printable(options.resource)}, ${scope}, good for ${duration(answer.expires_in)}`);
  return EXIT.done;
}

/** Header and claims, with nothing checked. No message quotes the token. */
function read(token: string): { header: Members; claims: Members } {
  const parts = token.split(".");
  if (parts.length !== 3) {
    const hint = "an access token has three parts separated by dots; refresh tokens, codes and sessions are opaque";
    throw new Failure("no_compact_jws", `this is no compact JWS: ${hint}`);
  }
  return { header: membersOf(parts[0] ?? "", "header"), claims: membersOf(parts[1] ?? "", "payload") };
}

function membersOf(part: string, name: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(part, "base64url")));
  } catch {
    value = undefined;
  }
  if (!/^[\w-]+$/.test(part) || typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("no_compact_jws", `the token's ${name} is no JSON object in base64url`);
  }
  return value as Members;
}

async function verified(token: string, issuer: string): Promise<Finding> {
  const answer = await send(issuer, "/oidc/jwks");
  if (answer.status !== 200) {
    throw refusalOf(answer, `${issuer} gives no keys`);
  }
  const { verifyCompact } = await import("../core.ts");
  const outcome = await verifyCompact(token, answer.body as { keys: JsonWebKey[] });
  const from = `${issuer}/oidc/jwks`;
  return outcome.ok
    ? { name: "signature", ok: true, says: `right, by a key of ${from}` }
    : { name: "signature", ok: false, says: `not by a key of ${from}: ${outcome.reason}` };
}

function issuerOf({ iss }: Members, issuer: string): Finding {
  const ok = iss === issuer;
  return { name: "issuer", ok, says: ok ? issuer : `the token names ${shown(iss)}, not ${issuer}` };
}

function typeOf({ typ, alg, kid }: Members): Finding {
  const names = typeof typ === "string" ? typ.toLowerCase().replace(/^application\//, "") : undefined;
  const ok = names === "at+jwt";
  const key = `${shown(alg)}${kid === undefined ? "" : `, key ${shown(kid)}`}`;
  const kind = ok ? "an access token (RFC 9068)" : `${shown(typ)} is no access token: a gate refuses it`;
  return { name: "type", ok, says: `${kind}; ${key}` };
}

function timesOf({ iat, nbf, exp }: Members, now: number): Finding[] {
  const findings: Finding[] = [];
  if (typeof iat === "number") findings.push({ name: "issued", says: moment(iat, now) });
  if (typeof nbf === "number") findings.push({ name: "not before", ok: nbf <= now, says: moment(nbf, now) });
  const expiry = typeof exp === "number" ? moment(exp, now) : "never, which no gate takes";
  findings.push({ name: "expires", ok: typeof exp === "number" && exp > now, says: expiry });
  return findings;
}

function subjectOf(claims: Members): Finding[] {
  const { sub, client_id: client, app_id: application, sid, gid, management, act } = claims;
  const kind = management === true ? "a client of a management application" : sid === undefined ? "a client" : "a user";
  const findings: Finding[] = [
    { name: "subject", says: `${shown(sub)}, ${kind}` },
    { name: "client", says: `${shown(client)} of the application ${shown(application)}` },
  ];
  if (sid !== undefined) findings.push({ name: "session", says: `${shown(sid)}, grant ${shown(gid)}` });
  if (act !== undefined) findings.push({ name: "acting for it", says: shown(act) });
  return findings;
}

function reachOf({ aud, scope, roles, tid }: Members): Finding[] {
  const one = typeof aud === "string";
  return [
    one
      ? { name: "audience", says: `${shown(aud)}, and no other resource` }
      : { name: "audience", ok: false, says: `${shown(aud)} is not one resource` },
    { name: "scopes", says: typeof scope === "string" && scope !== "" ? printable(scope) : "none" },
    ...(roles === undefined ? [] : [{ name: "roles", says: shown(roles) }]),
    { name: "tenant", says: shown(tid) },
  ];
}

function banner(verification: Finding | undefined, style: Style): string {
  if (verification === undefined) {
    return style.removed(style.bold("NOT VERIFIED: anybody can have written this. --issuer URL checks its signature."));
  }
  return verification.ok === true
    ? style.added(style.bold("VERIFIED: the signature is right."))
    : style.removed(style.bold(`NOT VERIFIED, THE SIGNATURE IS WRONG: ${printable(verification.says)}`));
}

function listed(title: string, members: Members): string[] {
  const width = Math.max(...Object.keys(members).map((name) => name.length), 0);
  const lines = Object.entries(members).map(([name, value]) => `  ${printable(name).padEnd(width)}  ${shown(value)}`);
  return [title, ...lines];
}

function described(findings: Finding[], style: Style): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ name, ok, says }) => {
    const mark = ok === undefined ? " " : ok ? style.added("+") : style.removed("!");
    return `${mark} ${name.padEnd(width)}  ${printable(says)}`;
  });
  return ["what a gate looks at", ...lines, "  revocation is not looked at here"];
}

/** `explain --document`: what the gate says of a request under a document, decided by the core on this machine. */
import type { GateDecision, Trace } from "../../types.ts";
import { LoadedTenant } from "../../configuration.ts";
import { decide } from "../../decision.ts";
import { faulty, readDocument } from "../document.ts";
import { EXIT, Failure, type Exit } from "../failure.ts";
import { readLine, readText } from "../input.ts";
import { issuerUrl, refusalOf, send } from "../issuer.ts";
import { printable } from "../printable.ts";
import type { Output, Style, Terminal } from "../terminal.ts";
import { moment } from "../time-words.ts";

export interface DecisionOptions {
  document?: string;
  /** Method and URL. */
  request?: string;
  tokenFile?: string;
  /** A JWK Set with the public keys, for a document without them. */
  jwks?: string;
  /** Where they are fetched otherwise. */
  issuer?: string;
  /** When the request is made; now without it. */
  at?: string;
}

interface Resource {
  resource_id?: unknown;
  revocation?: unknown;
}

interface Document {
  tenant_id: string;
  signing_keys?: unknown;
  default_resource?: Resource;
  resources?: Resource[];
}

export async function decision(options: DecisionOptions, output: Output): Promise<Exit> {
  const { terminal } = output;
  if (options.document === undefined || options.request === undefined) {
    throw new Failure("usage", "--document and --request belong together");
  }
  const request = requestOf(options.request);
  const at = options.at === undefined ? terminal.now() : secondsOf(options.at);
  const { text } = await readDocument(options.document, terminal);
  const token = options.tokenFile === undefined ? null : await readLine(options.tokenFile, "the token", terminal);
  const document = JSON.parse(text) as Document;
  const keys = document.signing_keys === undefined ? await publicKeys(options, token !== null, terminal) : null;
  const tenant = await load(options.document, document, keys, at);
  const headers = { get: (name: string) => (name === "authorization" && token !== null ? `Bearer ${token}` : null) };
  const decided = await decide({ ...request, headers }, tenant, at * 1_000, true);
  const strong = isStrong(document, decided);
  output.result({ decision: decided, revocation_looked_at: false, strong }, (style) =>
    decisionText(decided, request, strong, style),
  );
  return decided.type === "deny" ? EXIT.refused : EXIT.done;
}

/** `GET https://shop.example/orders/42`, with the URL as a runtime would write it. */
function requestOf(text: string): { method: string; url: string } {
  const [, method = "", target = ""] = /^([A-Za-z]+) (\S+)$/.exec(text.trim()) ?? [];
  if (method === "" || !URL.canParse(target) || !/^https?:/i.test(target)) {
    const problem = 'a request is a method and a URL, such as "GET https://shop.example/orders/42"';
    throw new Failure("request_malformed", problem);
  }
  try {
    const request = new Request(target, { method });
    return { method: request.method, url: request.url };
  } catch {
    const problem = "no runtime sends such a request: its method is forbidden, or its URL has a password";
    throw new Failure("request_malformed", problem);
  }
}

function secondsOf(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : Date.parse(text) / 1_000;
  if (!Number.isFinite(seconds) || seconds < 0) {
    throw new Failure("time_malformed", "--at is seconds since the Unix epoch, or a time such as 2026-11-22T19:00:00Z");
  }
  return Math.floor(seconds);
}

/** The keys of a document that leaves them to the tenant's directory, as a record that the directory would publish. */
async function publicKeys(options: DecisionOptions, needed: boolean, terminal: Terminal): Promise<string | null> {
  let jwks: unknown;
  if (options.jwks !== undefined) {
    jwks = parsed(await readText(options.jwks, terminal));
  } else if (options.issuer !== undefined) {
    const issuer = issuerUrl(options.issuer);
    const answer = await send(issuer, "/oidc/jwks");
    if (answer.status !== 200) throw refusalOf(answer, `${issuer} gives no keys`);
    jwks = answer.body;
  } else if (needed) {
    const problem = "the document has no `signing_keys`, the tenant's directory makes them";
    throw new Failure("no_keys", `${problem}: give the public ones by --jwks FILE, or fetch them by --issuer URL`);
  } else {
    return null;
  }
  const { keys } = (jwks ?? {}) as { keys?: unknown };
  if (!Array.isArray(keys)) {
    throw new Failure("no_key_set", "these are no keys: a JWK Set is wanted");
  }
  // Which of them signs is all the same to who verifies, and of those that retire there may be several.
  return JSON.stringify({ v: 1, version: 1, signing_keys: keys.map((jwk: unknown) => ({ state: "retiring", jwk })) });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Publishes the document for this process alone. Accounts cannot be asked here, so no resource asks them. */
async function load(file: string, document: Document, keys: string | null, at: number): Promise<LoadedTenant> {
  const { instances, publish } = await import("../core.ts");
  const text = JSON.stringify({
    ...document,
    ...(document.resources && { resources: document.resources.map(bounded) }),
    ...(document.default_resource && { default_resource: bounded(document.default_resource) }),
  });
  const { tenant_id: tenantId } = document;
  // Published before it is asked, whatever the moment is: nothing is too new to be known.
  const outcome = publish(text, at);
  if (!outcome.ok) {
    throw faulty(file, text, outcome.faults);
  }
  const record = outcome.entries.find(({ key }) => key === `tenant/${tenantId}`)?.value ?? "";
  const instance = instances.current();
  const loaded = instance.use((core) => core.TenantHandle.load(record, tenantId, 0, undefined, keys, 0));
  if (loaded.type !== "loaded") {
    const faults = loaded.type === "broken" ? loaded.faults : [];
    const lines = faults.map(({ path, problem }) => `    ${printable(`${path}: ${problem}`)}`);
    throw new Failure("no_key_set", ["the keys cannot be used:", ...lines]);
  }
  return new LoadedTenant(instance, loaded.tenant);
}

function bounded({ revocation: _, ...others }: Resource): Resource {
  return others;
}

/** Whether the resource that the request is for asks accounts on every request. */
function isStrong(document: Document, decided: GateDecision): boolean {
  const id = decided.type === "respond" ? undefined : decided.trace?.resource_id;
  const resources = [...(document.resources ?? []), { resource_id: "default", ...document.default_resource }];
  return resources.some(({ resource_id, revocation }) => resource_id === id && revocation === "strong");
}

function decisionText(
  decided: GateDecision,
  { method, url }: { method: string; url: string },
  strong: boolean,
  style: Style,
): string {
  const asked = `${method} ${printable(url)}`;
  switch (decided.type) {
    case "allow":
      return [`${style.added(style.bold("admitted"))}  ${asked}`, ...traceLines(decided.trace), ...limits(strong)].join("\n");
    case "deny": {
      const { reason, response, trace } = decided;
      const refused = `${style.removed(style.bold("refused"))}  ${asked}: ${printable(reason)}, status ${response.status}`;
      return [refused, ...traceLines(trace), ...limits(strong)].join("\n");
    }
    case "respond":
      return `${style.bold("answered by the gate itself")}  ${asked}: status ${decided.response.status}`;
  }
}

/** The facts of a trace, in the order in which the gate comes to them. */
function traceLines(trace: Trace | undefined): string[] {
  if (trace === undefined) {
    return [];
  }
  const now = trace.decided_at;
  const facts: [string, string | undefined][] = [
    ["because", trace.explanation],
    ["resource", trace.resource_id],
    ["rule", trace.rule],
    ["audience wanted", trace.audience_wanted],
    ["audience of the token", trace.audience_held],
    ["token refused from", trace.deadline === undefined ? undefined : moment(trace.deadline, now)],
    ["subjects admitted", trace.subjects_admitted?.join(", ")],
    ["subject", trace.subject === undefined ? undefined : `${trace.subject} (${trace.subject_kind ?? "unknown"})`],
    ["acr wanted", trace.acr_values_wanted],
    ["acr of the token", trace.acr_held],
    ["login at most", trace.max_age === undefined ? undefined : `${trace.max_age} s ago`],
    ["logged in", trace.authenticated_at === undefined ? undefined : moment(trace.authenticated_at, now)],
    ["scopes wanted", trace.scopes_wanted],
    ["scopes of the token", trace.scopes_held],
    ["decided at", moment(now, now).split(",")[0]],
  ];
  const there = facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== "");
  return there.map(([name, value]) => `  ${name.padEnd(21)}  ${printable(value)}`);
}

function limits(strong: boolean): string[] {
  const asks = strong ? "; this resource asks the accounts of user and client on every request" : "";
  return [`  ${"not looked at".padEnd(21)}  whether the token was revoked${asks}`];
}

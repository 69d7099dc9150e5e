/** The JSON Schema of the tenant document, by a validator that knows nothing of Audgate. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { check, type Fault } from "audgate";
import { document, freshKey, type TenantDocument } from "../support/demo.ts";
import { misfitsOf } from "../support/json_schema.ts";

const demo = new URL("../../demo/tenant.json", import.meta.url);
const schemaFile = new URL(import.meta.resolve("audgate/tenant.schema.json"));

type Edit = (tenant: TenantDocument) => void;
type Members = Record<string, any>;

/** Where each document does not fit. */
function misfits(documents: unknown[]): Promise<string[][]> {
  const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as object;
  return misfitsOf(documents.map((document) => ({ schema: {}, document })), schema);
}

function faultsOf(tenant: unknown): Fault[] {
  const outcome = check(JSON.stringify(tenant));
  return outcome.ok ? [] : outcome.faults;
}

function edited(edit: Edit): TenantDocument {
  const tenant = document(8787);
  edit(tenant);
  return tenant;
}

const resource = (tenant: TenantDocument): Members => tenant.resources[0] as Members;
const client = (tenant: TenantDocument): Members => tenant.clients[0] as Members;
const rule = (tenant: TenantDocument): Members => resource(tenant).rules[0];
const secret = "a-secret-in-clear-that-somebody-has-pasted-here";

/** What the schema refuses where `check` does, by JSON Pointer. */
const REFUSED: [claim: string, edit: Edit, pointer: string][] = [
  ["a member that nobody knows", (tenant) => (tenant.resourcs = []), ""],
  ["no tenant identifier", (tenant) => delete (tenant as Partial<TenantDocument>).tenant_id, ""],
  ["an identifier with a space", (tenant) => (tenant.tenant_id = "the demo"), "/tenant_id"],
  ["an identifier that is a dot segment", (tenant) => (client(tenant).client_id = ".."), "/clients/0/client_id"],
  ["an identifier of 129 characters", (tenant) => (client(tenant).client_id = "a".repeat(129)), "/clients/0/client_id"],
  ["an issuer with a path", (tenant) => (tenant.issuer += "/login"), "/issuer"],
  ["a host with a path", (tenant) => tenant.hosts.push("localhost/login"), "/hosts/2"],
  ["a host in upper case", (tenant) => tenant.hosts.push("LOGIN.example"), "/hosts/2"],
  ["hosts that are no list", (tenant) => ((tenant as Members).hosts = "localhost"), "/hosts"],
  ["a configured session length", (tenant) => ((tenant.settings as Members).session_ttl = 60), "/settings"],
  ["a tolerance of two minutes", (tenant) => ((tenant.settings as Members).clock_tolerance = 120), "/settings/clock_tolerance"],
  ["a span with a fraction", (tenant) => (resource(tenant).access_token_ttl = 0.5), "/resources/0/access_token_ttl"],
  ["a span as text", (tenant) => (resource(tenant).access_token_ttl = "1h"), "/resources/0/access_token_ttl"],
  ["a lifetime of no seconds", (tenant) => (resource(tenant).refresh_token_ttl = 0), "/resources/0/refresh_token_ttl"],
  ["a lifetime of eleven years", (tenant) => (resource(tenant).max_refresh_rotate = 346_896_000), "/resources/0/max_refresh_rotate"],
  ["no maximum rotation", (tenant) => delete resource(tenant).max_refresh_rotate, "/resources/0"],
  ["a second default resource", (tenant) => (resource(tenant).resource_id = "default"), "/resources/0/resource_id"],
  ["a resource URI with a fragment", (tenant) => (resource(tenant).uri += "#top"), "/resources/0/uri"],
  ["a resource URI with a query", (tenant) => (resource(tenant).uri += "?a=1"), "/resources/0/uri"],
  ["a relative resource URI", (tenant) => (resource(tenant).uri = "/orders"), "/resources/0/uri"],
  ["a word for bound tokens", (tenant) => (resource(tenant).sender_constrained = "yes"), "/resources/0/sender_constrained"],
  ["proofs that are neither", (tenant) => (resource(tenant).dpop_proofs = "once"), "/resources/0/dpop_proofs"],
  ["a revocation that is neither", (tenant) => (resource(tenant).revocation = "soon"), "/resources/0/revocation"],
  ["an algorithm that no token is signed with", (tenant) => (resource(tenant).access_token_signing_alg = "none"), "/resources/0/access_token_signing_alg"],
  ["a name of no characters", (tenant) => (resource(tenant).name = ""), "/resources/0/name"],
  ["a name with a line break", (tenant) => (resource(tenant).name = "two\nlines"), "/resources/0/name"],
  ["a scope with a space", (tenant) => (resource(tenant).scopes[0].name = "orders read"), "/resources/0/scopes/0/name"],
  ["a method in lower case", (tenant) => (rule(tenant).methods = ["get"]), "/resources/0/rules/0/methods/0"],
  ["no method", (tenant) => (rule(tenant).methods = []), "/resources/0/rules/0/methods"],
  ["a method twice", (tenant) => (rule(tenant).methods = ["GET", "GET"]), "/resources/0/rules/0/methods"],
  ["a path without slash", (tenant) => (rule(tenant).path = "items"), "/resources/0/rules/0/path"],
  ["an empty segment", (tenant) => (rule(tenant).path = "/items//*"), "/resources/0/rules/0/path"],
  ["an open end inside", (tenant) => (rule(tenant).path = "/**/items"), "/resources/0/rules/0/path"],
  ["a claim that cannot be bound", (tenant) => (rule(tenant).path = "/users/{email}"), "/resources/0/rules/0/path"],
  ["a subject of no kind", (tenant) => (rule(tenant).subjects = ["robot"]), "/resources/0/rules/0/subjects/0"],
  ["an origin with a path", (tenant) => (resource(tenant).cors.origins = ["https://shop.example/"]), "/resources/0/cors/origins/0"],
  ["a field name in upper case", (tenant) => (resource(tenant).cors.headers = ["Authorization"]), "/resources/0/cors/headers/0"],
  ["a preflight kept for two days", (tenant) => (resource(tenant).cors.max_age = 172_800), "/resources/0/cors/max_age"],
  ["an application of no kind", (tenant) => ((tenant.applications as Members[])[0]!.kind = "console"), "/applications/0/kind"],
  ["a grant that does not exist", (tenant) => (client(tenant).grants = ["password"]), "/clients/0/grants/0"],
  ["a method of authentication that does not exist", (tenant) => (client(tenant).token_endpoint_auth_method = "tls_client_auth"), "/clients/0/token_endpoint_auth_method"],
  ["a secret in clear", (tenant) => (client(tenant).secret_hashes = [secret]), "/clients/0/secret_hashes/0"],
  ["a redirect URI with a fragment", (tenant) => (client(tenant).redirect_uris = ["https://shop.example/#"]), "/clients/0/redirect_uris/0"],
  ["a relative redirect URI", (tenant) => (client(tenant).redirect_uris = ["/callback"]), "/clients/0/redirect_uris/0"],
  ["a protocol scope that does not exist", (tenant) => (client(tenant).protocol_scopes = ["phone"]), "/clients/0/protocol_scopes/0"],
  ["an address without domain", (tenant) => ((tenant.users[0] as Members).email = "ada"), "/users/0/email"],
  ["an address with two dots", (tenant) => ((tenant.users[0] as Members).email = "ada@shop..example"), "/users/0/email"],
  ["a status that is neither", (tenant) => ((tenant.users[0] as Members).status = "away"), "/users/0/status"],
  ["a state of no key", (tenant) => (tenant.signing_keys[0]!.state = "old"), "/signing_keys/0/state"],
  ["a list of users that is none", (tenant) => ((tenant as Members).users = {}), "/users"],
];

/** What `check` accepts, so that the schema must. */
const ACCEPTED: [claim: string, edit: Edit][] = [
  ["the demo", () => undefined],
  ["a resource URI in upper case", (tenant) => (resource(tenant).uri = "HTTPS://API.example:443/orders/")],
  ["a resource URI beyond ASCII", (tenant) => (resource(tenant).uri = "https://api.example/bücher/%C3%BC")],
  ["a resource at an IPv6 address", (tenant) => (resource(tenant).uri = "http://[::1]:8787/orders")],
  ["a host that is an IPv6 address", (tenant) => tenant.hosts.push("[::1]")],
  ["the root alone", (tenant) => (rule(tenant).path = "/")],
  ["a trailing slash", (tenant) => (rule(tenant).path = "/items/{app_id}/*/")],
  ["encoded and unusual characters", (tenant) => (rule(tenant).path = "/a%20b/~x!$&'()+,;=:@/**")],
  ["every method", (tenant) => (rule(tenant).methods = ["*"])],
  ["every origin", (tenant) => (resource(tenant).cors = { origins: ["*"] })],
  ["a native client's own scheme", (tenant) => ((tenant.clients[3] as Members).redirect_uris = ["com.example.shop:/callback?a=b"])],
  ["a description of every character", (tenant) => (resource(tenant).description = "é ü \u{1F600}")],
  ["an address beyond ASCII", (tenant) => ((tenant.users[0] as Members).email = "jürgen+shop@müller.example")],
  ["no lists at all", (tenant) => ["settings", "resources", "roles", "applications", "clients", "users", "signing_keys"].forEach((list) => delete tenant[list])],
];

const path = (pointer: string): string =>
  `$${pointer.replaceAll(/\/(\d+)/g, "[$1]").replaceAll("/", ".")}`;

describe("the JSON Schema of the tenant document", async () => {
  const documents = [...REFUSED.map(([, edit]) => edited(edit)), ...ACCEPTED.map(([, edit]) => edited(edit))];
  const found = await misfits([...documents, JSON.parse(readFileSync(demo, "utf8"))]);

  REFUSED.forEach(([claim, , pointer], index) =>
    test(`refuses where \`check\` does: ${claim}`, () => {
      const faults = faultsOf(documents[index]);
      assert.ok(faults.some((fault) => fault.path.startsWith(path(pointer))), JSON.stringify(faults));
      assert.deepEqual(found[index], [pointer]);
    }),
  );

  ACCEPTED.forEach(([claim], index) =>
    test(`accepts what \`check\` accepts: ${claim}`, () => {
      assert.deepEqual(faultsOf(documents[REFUSED.length + index]), []);
      assert.deepEqual(found[REFUSED.length + index], []);
    }),
  );

  test("accepts the file of the demo as it stands, with what is filled in later", () => {
    assert.deepEqual(found.at(-1), []);
  });

  test("is the one that the file of the demo names", () => {
    const { $schema: named } = JSON.parse(readFileSync(demo, "utf8")) as { $schema: string };
    assert.equal(new URL(named, demo).href, schemaFile.href);
  });

  test("refuses a private key among the public ones", async () => {
    const { secret, published } = await freshKey("ES256");
    const [refused, accepted] = await misfits([
      edited((tenant) => tenant.signing_keys.push({ state: "next", jwk: secret })),
      edited((tenant) => tenant.signing_keys.push({ state: "next", jwk: published })),
    ]);
    assert.deepEqual([refused?.length, accepted], [1, []]);
  });
});

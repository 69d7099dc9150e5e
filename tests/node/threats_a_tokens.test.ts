/** THREATS A as `verifyCompact` meets it: every token below has a signature that is right for its octets. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";
import { freshKey } from "../support/demo.ts";
import { encoded, signatureBy, signed, signedVerbatim } from "../support/tokens.ts";

const { secret, published } = await freshKey("ES256");
const set = { keys: [published] };

async function assertRefused(token: string, reason: string): Promise<void> {
  assert.deepEqual(await verifyCompact(token, set), { ok: false, reason });
}

/** A token with more in its header than `alg`. */
const withHeader = (members: string): Promise<string> => signedVerbatim(secret, `{"alg":"ES256"${members}}`, "{}");

/** A token whose parts stand as they are given, signed over just them. */
async function ofParts(header: string, payload: string): Promise<string> {
  return `${header}.${payload}.${encoded(await signatureBy(secret, `${header}.${payload}`))}`;
}

test("a plain token made in the same way verifies", async () => {
  assert.ok((await verifyCompact(await withHeader(""), set)).ok);
  assert.ok((await verifyCompact(await ofParts(encoded('{"alg":"ES256"}'), encoded("{}")), set)).ok);
});

describe("A1: no algorithm", () => {
  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    test(`${alg} with a signature`, async () =>
      assertRefused(await signedVerbatim(secret, JSON.stringify({ alg }), "{}"), "algorithm_none"));
    test(`${alg} without one`, async () => assertRefused(`${encoded(JSON.stringify({ alg }))}.${encoded("{}")}.`, "signature_missing"));
  }
  test("ES256 without a signature", async () => assertRefused(`${encoded('{"alg":"ES256"}')}.e30.`, "signature_missing"));
  test("none by an escape", async () => assertRefused(await signedVerbatim(secret, '{"alg":"n\\u006fne"}', "{}"), "algorithm_none"));
});

describe("A3: a kid is only looked up", () => {
  const kids = ["../../etc/passwd", "' OR 1=1 --", "__proto__", "constructor", "toString", "hasOwnProperty", "tenant/demo", "", "\u0000", "\ud83d\ude00"];
  for (const kid of kids) {
    test(`${JSON.stringify(kid)} finds nothing`, async () =>
      assertRefused(await withHeader(`,"kid":${JSON.stringify(kid)}`), "no_matching_key"));
  }
  test("of 257 characters is refused", async () => assertRefused(await withHeader(`,"kid":"${"k".repeat(257)}"`), "key_id_too_long"));
  test("of 256 characters is looked up", async () => assertRefused(await withHeader(`,"kid":"${"k".repeat(256)}"`), "no_matching_key"));
  for (const kid of ["1", "null", "true", "[]", `["${published.kid}"]`, "{}"]) {
    test(`that is ${kid} is refused`, async () => assertRefused(await withHeader(`,"kid":${kid}`), "header_member_not_string"));
  }
  test("that stands twice is refused", async () =>
    assertRefused(await withHeader(`,"kid":"x","kid":"${published.kid}"`), "header_duplicate_name"));
});

describe("A4: keys and addresses in the header do not count", () => {
  test("an embedded key does not verify what it signed", async () => {
    const other = await freshKey("ES256");
    const token = await signed(other.secret, "{}", { kid: published.kid, jwk: other.published });
    await assertRefused(token, "signature_mismatch");
  });
  test("nobody fetches jku or x5u", async (context) => {
    const fetched = context.mock.method(globalThis, "fetch", () => Promise.reject(new Error("no egress")));
    const members = ',"jku":"https://evil.example/jwks","x5u":"https://evil.example/x5u","x5c":["AA"],"jwk":{}';
    assert.ok((await verifyCompact(await withHeader(members), set)).ok, "they are ignored, not refused");
    assert.equal(fetched.mock.callCount(), 0);
  });
});

describe("A5: extensions and other forms", () => {
  const members: [string, string][] = [
    [',"crit":["x"],"x":1', "critical_header"],
    [',"crit":[]', "critical_header"],
    [',"crit":null', "critical_header"],
    [',"crit":"exp"', "critical_header"],
    [',"crit":["alg"]', "critical_header"],
    [',"crit":["b64"],"b64":true', "critical_header"],
    [',"b64":false', "unencoded_payload"],
    [',"b64":true', "unencoded_payload"],
    [',"zip":"DEF"', "compressed"],
    [',"enc":"A256GCM"', "encrypted"],
    [',"typ":1', "header_member_not_string"],
    [',"cty":null', "header_member_not_string"],
  ];
  for (const [text, reason] of members) {
    test(`the header has ${text.slice(1)}`, async () => assertRefused(await withHeader(text), reason));
  }
  test("crit by an escape", async () => assertRefused(await withHeader(',"cr\\u0069t":["x"]'), "critical_header"));
  test("five parts, as an encrypted token has", async () => assertRefused(`${await withHeader("")}.AA.AA`, "not_three_parts"));
  test("JSON serialisation", async () => {
    const [header, payload, signature] = (await withHeader("")).split(".");
    await assertRefused(JSON.stringify({ protected: header, payload, signature }), "not_three_parts");
  });
  test("a payload taken out", async () => {
    const [header, , signature] = (await withHeader("")).split(".");
    await assertRefused(`${header}..${signature}`, "signature_mismatch");
  });
});

describe("A6: a name that stands twice", () => {
  const texts = [',"alg":"ES256"', ',"a":1,"a":1', ',"a":1,"\\u0061":2', ',"x":{"a":1,"a":2}', ',"x":[{"y":{"a":1,"a":2}}]', ',"":1,"":2', ',"é":1,"\\u00e9":2'];
  for (const text of texts) {
    test(text.slice(1), async () => assertRefused(await withHeader(text), "header_duplicate_name"));
  }
  test("names that only look alike are two names", async () =>
    assert.ok((await verifyCompact(await withHeader(',"é":1,"e\u0301":2'), set)).ok));
});

describe("A7: octets that have two readings", () => {
  const raw = (...octets: number[]): Uint8Array => Uint8Array.from([...Buffer.from('{"alg":"ES256","x":"'), ...octets, ...Buffer.from('"}')]);
  const headers: [string, string | Uint8Array][] = [
    ["a lone surrogate", raw(0xed, 0xa0, 0x80)],
    ["an overlong NUL", raw(0xc0, 0x80)],
    ["an overlong slash", raw(0xe0, 0x80, 0xaf)],
    ["beyond Unicode", raw(0xf5, 0x80, 0x80, 0x80)],
    ["a raw NUL", raw(0)],
    ["a lone surrogate by an escape", '{"alg":"ES256","x":"\\udc00"}'],
    ["a byte order mark", '\ufeff{"alg":"ES256"}'],
    ["UTF-16", Buffer.from('{"alg":"ES256"}', "utf16le")],
  ];
  for (const [name, header] of headers) {
    test(name, async () => assertRefused(await signedVerbatim(secret, header, "{}"), "header_not_json"));
  }
});

describe("A8: sizes", () => {
  const ofLength = async (length: number): Promise<string> => {
    const overhead = (await signedVerbatim(secret, '{"alg":"ES256"}', "")).length;
    const payload = "x".repeat(Math.floor(((length - overhead) * 3) / 4));
    const token = await signedVerbatim(secret, '{"alg":"ES256"}', payload);
    assert.ok(Math.abs(token.length - length) <= 1, `${token.length}`);
    return token;
  };
  test("8,190 characters verify", async () => assert.ok((await verifyCompact(await ofLength(8_190), set)).ok));
  test("8,194 characters do not", async () => assertRefused(await ofLength(8_194), "token_too_long"));
  test("eight levels are read", async () => {
    const deep = `,"x":${"[".repeat(7)}${"]".repeat(7)}`;
    assert.ok((await verifyCompact(await withHeader(deep), set)).ok);
  });
  test("nine levels are not", async () =>
    assertRefused(await withHeader(`,"x":${"[".repeat(8)}${"]".repeat(8)}`), "header_too_deep"));
});

describe("A9: other spellings of base64url", () => {
  const header = encoded('{"alg":"ES256"}');
  // Three octets end on a full group, so what follows it is all padding or junk; one octet leaves four unused bits.
  const payload = encoded("x");
  test("as it should be", async () => assert.ok((await verifyCompact(await ofParts(header, payload), set)).ok));
  const spellings: [string, string, string, string][] = [
    ["a padded header", `${header}=`, payload, "header_encoding"],
    ["a padded payload", header, `${payload}==`, "payload_encoding"],
    ["a space in the payload", header, `${payload} `, "payload_encoding"],
    ["a line feed in the payload", header, `e\n30`, "payload_encoding"],
    ["unused bits in the payload", header, "eB", "payload_encoding"],
    ["a single character as payload", header, "e", "payload_encoding"],
    ["the alphabet of base64", header, encoded(new Uint8Array([0xfb, 0xff, 0xbf])).replaceAll("-", "+").replaceAll("_", "/"), "payload_encoding"],
  ];
  for (const [name, first, second, reason] of spellings) {
    test(name, async () => assertRefused(await ofParts(first, second), reason));
  }
  test("a padded signature", async () => assertRefused(`${await ofParts(header, payload)}==`, "signature_encoding"));
  test("unused bits in the signature", async () => {
    const token = await ofParts(header, payload);
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(token.at(-1) ?? "");
    const other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[last + 1] ?? "";
    await assertRefused(`${token.slice(0, -1)}${other}`, "signature_encoding");
  });
});

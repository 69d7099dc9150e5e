/** Vectors that others published: RFC 7515 appendix A, RFC 7520 section 4, RFC 8037 appendix A. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyCompact } from "audgate";

/** RFC 7515: the claims that most of its examples sign. */
const JOE = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const JOE_TEXT = '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}';
/** RFC 7520: the text that its examples sign. */
const FRODO =
  "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
const FRODO_TEXT =
  "It\u2019s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your feet, there\u2019s no knowing where you might be swept off to.";
const BILBO = "bilbo.baggins@hobbiton.example";

const KEYS: Record<string, JsonWebKey & { kid?: string }> = {
  a1: { kty: "oct", k: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow" },
  a2: {
    kty: "RSA",
    n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    e: "AQAB",
  },
  a3: { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" },
  a4: {
    kty: "EC",
    crv: "P-521",
    x: "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",
    y: "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2",
  },
  bilboRsa: {
    kty: "RSA",
    kid: BILBO,
    use: "sig",
    n: "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
    e: "AQAB",
  },
  shared: {
    kty: "oct",
    kid: "018c0ae5-4d9b-471b-bfd6-eef314bc7037",
    use: "sig",
    alg: "HS256",
    k: "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
  },
  okp: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
};

interface Vector {
  name: string;
  key: string;
  header: string;
  payload: string;
  text: string;
  signature: string;
}

const GOOD: Vector[] = [
  {
    name: "RFC 7515 A.1, HS256",
    key: "a1",
    header: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
    payload: JOE,
    text: JOE_TEXT,
    signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  },
  {
    name: "RFC 7515 A.2, RS256",
    key: "a2",
    header: "eyJhbGciOiJSUzI1NiJ9",
    payload: JOE,
    text: JOE_TEXT,
    signature:
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
  },
  {
    name: "RFC 7515 A.3, ES256",
    key: "a3",
    header: "eyJhbGciOiJFUzI1NiJ9",
    payload: JOE,
    text: JOE_TEXT,
    signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
  },
  {
    name: "RFC 7520 section 4.1, RS256",
    key: "bilboRsa",
    header: "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
    payload: FRODO,
    text: FRODO_TEXT,
    signature:
      "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg",
  },
  {
    name: "RFC 7520 section 4.4, HS256",
    key: "shared",
    header: "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9",
    payload: FRODO,
    text: FRODO_TEXT,
    signature: "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
  },
  {
    name: "RFC 8037 A.4, EdDSA",
    key: "okp",
    header: "eyJhbGciOiJFZERTQSJ9",
    payload: "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    text: "Example of Ed25519 signing",
    signature: "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  },
];

const keysOf = (...names: string[]): { keys: JsonWebKey[] } => ({ keys: names.map((name) => KEYS[name] as JsonWebKey) });

for (const { name, key, header, payload, text, signature } of GOOD) {
  describe(name, () => {
    test("verifies, with its payload octet for octet", async () => {
      const outcome = await verifyCompact(`${header}.${payload}.${signature}`, keysOf(key));
      assert.ok(outcome.ok, JSON.stringify(outcome));
      assert.equal(Buffer.from(outcome.payload).toString(), text);
      assert.deepEqual(outcome.header, JSON.parse(Buffer.from(header, "base64url").toString()));
    });
    test("verifies among the keys of the other vectors", async () =>
      assert.ok((await verifyCompact(`${header}.${payload}.${signature}`, keysOf(...Object.keys(KEYS)))).ok));
    test("does not verify by the keys of the other vectors alone", async () => {
      const others = Object.keys(KEYS).filter((other) => other !== key);
      assert.equal((await verifyCompact(`${header}.${payload}.${signature}`, keysOf(...others))).ok, false);
    });
    test("does not verify with a changed payload", async () => {
      const changed = `${payload.startsWith("A") ? "B" : "A"}${payload.slice(1)}`;
      assert.deepEqual(await verifyCompact(`${header}.${changed}.${signature}`, keysOf(key)), { ok: false, reason: "signature_mismatch" });
    });
    test("does not verify with a changed signature", async () => {
      const changed = `${signature.slice(0, 20)}${signature[20] === "A" ? "B" : "A"}${signature.slice(21)}`;
      assert.equal((await verifyCompact(`${header}.${payload}.${changed}`, keysOf(key))).ok, false);
    });
  });
}

describe("what the RFCs show and Audgate does not do is refused by name", () => {
  const refused: [string, string, string, string][] = [
    ["RFC 7515 A.4, ES512", "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn", "a4", "algorithm_unknown"],
    ["RFC 7515 A.5, unsecured", `eyJhbGciOiJub25lIn0.${JOE}.`, "a1", "signature_missing"],
    ["RFC 7515 A.7, JSON serialisation", `{"protected":"eyJhbGciOiJFUzI1NiJ9","payload":"${JOE}","signature":"x"}`, "a3", "not_three_parts"],
    ["RFC 7515 appendix E, a critical header", `eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA.`, "a1", "signature_missing"],
    ["RFC 7520 section 4.5, detached content", `${GOOD[4]?.header}..${GOOD[4]?.signature}`, "shared", "signature_mismatch"],
  ];
  for (const [name, token, key, reason] of refused) {
    test(name, async () => assert.deepEqual(await verifyCompact(token, keysOf(key)), { ok: false, reason }));
  }
});

#!/usr/bin/env python3
"""Writes signatures.json next to it: signatures that no library makes, each with the outcome that it must have.

Only the standard library, and the same output every time. The keys are in the file or beside it and protect nothing.
Outcomes: `valid`; `invalid`, well-formed and not by this key; else the code of the reason why its form is refused.
"""

import base64
import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).parent
MESSAGE = b"eyJhbGciOiJFeGFtcGxlIn0.dmVjdG9ycw"
KEYS, CASES = {}, []


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(octets, order="big"):
    return int.from_bytes(octets, order)


def case(name, key, algorithm, signature, outcome, message=MESSAGE):
    CASES.append({"name": name, "key": key, "alg": algorithm, "message": message.decode(),
                  "signature": b64(signature), "outcome": outcome})


# RSA, RFC 8017

def der_numbers(octets):
    found = []
    while octets:
        tag, length, octets = octets[0], octets[1], octets[2:]
        if length & 0x80:
            count = length & 0x7F
            length, octets = number(octets[:count]), octets[count:]
        content, octets = octets[:length], octets[length:]
        if tag == 0x02:
            found.append(number(content))
        elif tag in (0x30, 0x04) and len(content) > 100:
            found += der_numbers(content)
    return found


def rsa():
    pem = (HERE / "rsa_test_key.pem").read_text().splitlines()
    body = pem[pem.index("-----BEGIN PRIVATE KEY-----") + 1:pem.index("-----END PRIVATE KEY-----")]
    _, _, n, e, d, *_ = der_numbers(base64.b64decode("".join(body)))
    size = 256
    KEYS["rsa"] = {"kty": "RSA", "n": b64(n.to_bytes(size, "big")), "e": b64(e.to_bytes(3, "big"))}
    KEYS["rsa_e3"] = {"kty": "RSA", "n": b64(n.to_bytes(size, "big")), "e": b64(b"\x03")}
    hashed = hashlib.sha256(MESSAGE).digest()
    info = bytes.fromhex("3031300d060960864801650304020105000420")

    def sign(encoded):
        return pow(number(encoded), d, n).to_bytes(size, "big")

    def block(content, kind=b"\x01", fill=b"\xff"):
        return b"\x00" + kind + fill * (size - 3 - len(content)) + b"\x00" + content

    good = sign(block(info + hashed))
    case("pkcs1", "rsa", "RS256", good, "valid")
    case("pkcs1_taken_for_pss", "rsa", "PS256", good, "invalid")
    short = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info + hashed
    case("pkcs1_short_padding_and_garbage", "rsa", "RS256", sign(short.ljust(size, b"\x42")), "invalid")
    # Bleichenbacher's forgery of 2006 needs no private key: a cube root of the block whose end nobody reads.
    target = number(short.ljust(size, b"\x00"))
    root = 1 << ((target.bit_length() + 2) // 3)
    while (better := (2 * root + target // (root * root)) // 3) < root:
        root = better
    root += 1
    assert (root ** 3).to_bytes(size, "big").startswith(short)
    case("pkcs1_forged_cube_root", "rsa_e3", "RS256", root.to_bytes(size, "big"), "invalid")
    no_null = bytes.fromhex("302f300b0609608648016503040201") + bytes.fromhex("0420")
    case("pkcs1_digest_info_without_null", "rsa", "RS256", sign(block(no_null + hashed)), "invalid")
    long_length = bytes.fromhex("308131300d060960864801650304020105000420")
    case("pkcs1_digest_info_with_long_length", "rsa", "RS256", sign(block(long_length + hashed)), "invalid")
    parameters = bytes.fromhex("3041301d06096086480165030402010510") + bytes(16) + bytes.fromhex("0420")
    case("pkcs1_garbage_in_parameters", "rsa", "RS256", sign(block(parameters + hashed)), "invalid")
    case("pkcs1_bare_hash", "rsa", "RS256", sign(block(hashed)), "invalid")
    case("pkcs1_block_type_2", "rsa", "RS256", sign(block(info + hashed, b"\x02", b"\x42")), "invalid")
    case("pkcs1_block_type_0", "rsa", "RS256", sign(block(info + hashed, b"\x00", b"\x00")), "invalid")
    case("pkcs1_padding_of_other_octets", "rsa", "RS256", sign(block(info + hashed, fill=b"\xfe")), "invalid")
    sha1 = bytes.fromhex("3021300906052b0e03021a05000414") + hashlib.sha1(MESSAGE).digest()
    case("pkcs1_sha1", "rsa", "RS256", sign(block(sha1)), "invalid")
    sha512 = bytes.fromhex("3051300d060960864801650304020305000440") + hashlib.sha512(MESSAGE).digest()
    case("pkcs1_sha512", "rsa", "RS256", sign(block(sha512)), "invalid")
    wrong = hashlib.sha256(b"another message").digest()
    case("pkcs1_other_message", "rsa", "RS256", sign(block(info + wrong)), "invalid")

    def pss(salt, mask_hash="sha256", trailer=0xBC, top=0):
        digest = hashlib.sha256(bytes(8) + hashed + salt).digest()
        data = bytes(size - 34 - len(salt)) + b"\x01" + salt
        stream = b"".join(hashlib.new(mask_hash, digest + i.to_bytes(4, "big")).digest() for i in range(16))
        masked = bytearray(a ^ b for a, b in zip(data, stream))
        masked[0] = masked[0] & 0x7F | top
        return bytes(masked) + digest + bytes([trailer])

    salt = hashlib.sha256(b"salt").digest()
    good_pss = sign(pss(salt))
    case("pss", "rsa", "PS256", good_pss, "valid")
    case("pss_taken_for_pkcs1", "rsa", "RS256", good_pss, "invalid")
    case("pss_without_salt", "rsa", "PS256", sign(pss(b"")), "invalid")
    case("pss_salt_of_20_octets", "rsa", "PS256", sign(pss(salt[:20])), "invalid")
    case("pss_longest_salt", "rsa", "PS256", sign(pss((salt * 7)[:222])), "invalid")
    case("pss_mask_by_sha1", "rsa", "PS256", sign(pss(salt, "sha1")), "invalid")
    case("pss_other_trailer", "rsa", "PS256", sign(pss(salt, trailer=0xCC)), "invalid")
    # Only a block below the modulus can be signed; the modulus starts with more than 0x80.
    case("pss_top_bit_set", "rsa", "PS256", sign(pss_below(pss, n)), "invalid")

    for name, algorithm, signature in (("pkcs1", "RS256", good), ("pss", "PS256", good_pss)):
        case(f"{name}_with_leading_zero", "rsa", algorithm, b"\x00" + signature, "signature_length")
        case(f"{name}_truncated", "rsa", algorithm, signature[:-1], "signature_length")
        for label, value, outcome in (("zero", 0, "invalid"), ("one", 1, "invalid"),
                                      ("modulus_less_one", n - 1, "invalid"), ("modulus", n, "signature_out_of_range")):
            case(f"{name}_{label}", "rsa", algorithm, value.to_bytes(size, "big"), outcome)

    # The same residue again above the modulus: some implementations of PSS verify it.
    for counter in range(1000):
        high = number(sign(pss(hashlib.sha256(b"high %d" % counter).digest()))) + n
        if high < 1 << 8 * size:
            case("pss_plus_modulus", "rsa", "PS256", high.to_bytes(size, "big"), "signature_out_of_range")
            break
    for counter in range(1000):
        message = MESSAGE + b"%d" % counter
        high = number(sign(block(info + hashlib.sha256(message).digest()))) + n
        if high < 1 << 8 * size:
            case("pkcs1_plus_modulus", "rsa", "RS256", high.to_bytes(size, "big"), "signature_out_of_range", message)
            break


def pss_below(pss, n):
    for counter in range(1000):
        encoded = pss(hashlib.sha256(b"top %d" % counter).digest(), top=0x80)
        if number(encoded) < n:
            return encoded
    raise AssertionError


# ECDSA, FIPS 186-4

CURVES = {
    "P-256": (2**256 - 2**224 + 2**192 + 2**96 - 1,
              0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
              0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
              0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5),
    "P-384": (2**384 - 2**128 - 2**96 + 2**32 - 1,
              0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
              0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
              0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F),
}


def weierstrass_multiple(scalar, point, p):
    def add(a, b):
        if a is None or b is None:
            return a or b
        if a[0] == b[0] and (a[1] + b[1]) % p == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
        x = (slope * slope - a[0] - b[0]) % p
        return x, (slope * (a[0] - x) - a[1]) % p

    total = None
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def der(r, s):
    def integer(value):
        octets = value.to_bytes(value.bit_length() // 8 + 1, "big")
        return b"\x02" + bytes([len(octets)]) + octets
    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


def ecdsa(key, curve, algorithm, hashing, size, d):
    p, n, *base = CURVES[curve]
    x, y = weierstrass_multiple(d, tuple(base), p)
    KEYS[key] = {"kty": "EC", "crv": curve, "x": b64(x.to_bytes(size, "big")), "y": b64(y.to_bytes(size, "big"))}
    k = number(hashing(b"nonce of " + key.encode()).digest()) % n
    r = weierstrass_multiple(k, tuple(base), p)[0] % n
    s = pow(k, -1, n) * (number(hashing(MESSAGE).digest()) + r * d) % n
    low, high = min(s, n - s), max(s, n - s)

    def raw(r, s, r_size=size, s_size=size):
        return r.to_bytes(r_size, "big") + s.to_bytes(s_size, "big")

    name = algorithm.lower()
    case(f"{name}_low_s", key, algorithm, raw(r, low), "valid")
    case(f"{name}_high_s", key, algorithm, raw(r, high), "valid")
    case(f"{name}_swapped", key, algorithm, raw(low, r), "invalid")
    case(f"{name}_r_0", key, algorithm, raw(0, low), "signature_out_of_range")
    case(f"{name}_s_0", key, algorithm, raw(r, 0), "signature_out_of_range")
    case(f"{name}_both_0", key, algorithm, raw(0, 0), "signature_out_of_range")
    case(f"{name}_r_n", key, algorithm, raw(n, low), "signature_out_of_range")
    case(f"{name}_s_n", key, algorithm, raw(r, n), "signature_out_of_range")
    case(f"{name}_r_all_ones", key, algorithm, raw(2 ** (8 * size) - 1, low), "signature_out_of_range")
    case(f"{name}_s_all_ones", key, algorithm, raw(r, 2 ** (8 * size) - 1), "signature_out_of_range")
    case(f"{name}_r_n_less_one", key, algorithm, raw(n - 1, low), "invalid")
    case(f"{name}_s_n_less_one", key, algorithm, raw(r, n - 1), "invalid")
    case(f"{name}_r_1_s_1", key, algorithm, raw(1, 1), "invalid")
    case(f"{name}_der", key, algorithm, der(r, low), "signature_length")
    case(f"{name}_truncated", key, algorithm, raw(r, low)[:-1], "signature_length")
    case(f"{name}_with_leading_zeros", key, algorithm, raw(r, low, size + 1, size + 1), "signature_length")
    case(f"{name}_r_alone", key, algorithm, r.to_bytes(size, "big"), "signature_length")


# Ed25519, RFC 8032

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def edwards_add(a, b):
    product = D * a[0] * b[0] * a[1] * b[1] % P
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + product, -1, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P) % P)


def edwards_multiple(scalar, point):
    total = (0, 1)
    while scalar:
        if scalar & 1:
            total = edwards_add(total, point)
        point, scalar = edwards_add(point, point), scalar >> 1
    return total


def edwards_x(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def edwards_encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def ed25519():
    base_y = 4 * pow(5, -1, P) % P
    base = (edwards_x(base_y, 0), base_y)
    # The private key of RFC 8037 appendix A.1.
    seed = unb64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
    digest = hashlib.sha512(seed).digest()
    a = number(digest[:32], "little") & (1 << 254) - 8 | 1 << 254
    public = edwards_encode(edwards_multiple(a, base))
    KEYS["ed25519"] = {"kty": "OKP", "crv": "Ed25519", "x": b64(public)}

    def challenge(commitment):
        return number(hashlib.sha512(commitment + public + MESSAGE).digest(), "little")

    def response(nonce, commitment):
        return (nonce + challenge(commitment) * a) % L

    def scalar(value):
        return value.to_bytes(32, "little")

    nonce = number(hashlib.sha512(digest[32:] + MESSAGE).digest(), "little") % L
    commitment = edwards_encode(edwards_multiple(nonce, base))
    s = response(nonce, commitment)
    good = commitment + scalar(s)
    case("ed25519", "ed25519", "EdDSA", good, "valid")
    case("ed25519_name_of_rfc_9864", "ed25519", "Ed25519", good, "valid")
    case("ed25519_s_plus_order", "ed25519", "EdDSA", commitment + scalar(s + L), "signature_out_of_range")
    case("ed25519_s_is_order", "ed25519", "EdDSA", commitment + scalar(L), "signature_out_of_range")
    case("ed25519_s_all_ones", "ed25519", "EdDSA", commitment + b"\xff" * 32, "signature_out_of_range")
    case("ed25519_s_order_less_one", "ed25519", "EdDSA", commitment + scalar(L - 1), "invalid")
    case("ed25519_s_0", "ed25519", "EdDSA", commitment + scalar(0), "invalid")
    case("ed25519_truncated", "ed25519", "EdDSA", good[:-1], "signature_length")
    case("ed25519_with_trailing_zero", "ed25519", "EdDSA", good + b"\x00", "signature_length")
    case("ed25519_r_alone", "ed25519", "EdDSA", commitment, "signature_length")

    # The owner of a key can make these; a lax verifier takes them, a strict one does not.
    torsion = small_order_points()
    for index, point in enumerate(torsion):
        encoded = edwards_encode(point)
        case(f"ed25519_r_of_small_order_{index}", "ed25519", "EdDSA", encoded + scalar(response(0, encoded)),
             "signature_point")
    for name, octets in (("identity", scalar(P + 1)), ("zero", scalar(P)), ("largest", scalar(2**255 - 1)),
                         ("identity_negative", scalar(1 | 1 << 255))):
        case(f"ed25519_r_not_canonical_{name}", "ed25519", "EdDSA", octets + scalar(response(0, octets)),
             "signature_point")
    mixed = edwards_encode(edwards_add(edwards_multiple(nonce, base), torsion[1]))
    case("ed25519_r_of_mixed_order", "ed25519", "EdDSA", mixed + scalar(response(nonce, mixed)), "invalid")
    off_curve = next(y for y in range(2, 100) if edwards_x(y, 0) is None)
    case("ed25519_r_not_on_curve", "ed25519", "EdDSA", scalar(off_curve) + scalar(s), "invalid")

    return {
        "small_order": [b64(edwards_encode(point)) for point in torsion] + [b64(scalar(1 | 1 << 255)),
                                                                             b64(scalar(P - 1 | 1 << 255))],
        "not_canonical": [b64(scalar(y | sign << 255)) for y in range(P, 2**255) for sign in (0, 1)],
        "not_on_curve": [b64(scalar(y)) for y in range(2, 40) if edwards_x(y, 0) is None],
        "sound": [b64(edwards_encode(edwards_multiple(i, base))) for i in range(1, 20)],
    }


def small_order_points():
    for y in range(2, 100):
        x = edwards_x(y, 0)
        if x is not None:
            generator = edwards_multiple(L, (x, y))
            points = [edwards_multiple(i, generator) for i in range(8)]
            if len(set(points)) == 8:
                return points
    raise AssertionError


rsa()
ecdsa("p256", "P-256", "ES256", hashlib.sha256, 32, number(unb64("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI")))
ecdsa("p384", "P-384", "ES384", hashlib.sha384, 48, number(hashlib.sha384(b"a P-384 test key").digest()))
points = ed25519()
document = {"about": "written by generate.py", "keys": KEYS, "ed25519_points": points, "cases": CASES}
(HERE / "signatures.json").write_text(json.dumps(document, indent=1) + "\n")
print(len(CASES), "cases")

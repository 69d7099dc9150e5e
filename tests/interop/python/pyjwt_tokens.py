"""Verifies tokens by PyJWT and the JWK Set, as a resource server or a client that knows nothing of Audgate.

Reads a line, a JSON list of `{token, audience, algorithm, typ}` and prints a list of the same length: `{claims}` for a token that
is good, `{error}` with the name of PyJWT's exception for another. Arguments: the issuer and the URL of the JWK Set.
"""

import json
import sys

import jwt

REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


def verified(keys, issuer, token, audience, algorithm, typ):
    try:
        key = keys.get_signing_key_from_jwt(token)
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=audience,
            options={"require": REQUIRED, "strict_aud": True},
        )
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}
    if decoded["header"]["typ"] != typ:
        return {"error": "WrongType"}
    return {"claims": decoded["payload"]}


def main():
    issuer, jwks_uri = sys.argv[1:]
    keys = jwt.PyJWKClient(jwks_uri)
    print(json.dumps([verified(keys, issuer, **asked) for asked in json.loads(sys.stdin.readline())]))


main()

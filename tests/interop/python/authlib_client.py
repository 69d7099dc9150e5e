"""A client by Authlib: code + PKCE, an ID token checked, refreshes, introspection, revocation.

Speaks JSON, a line each: prints what it needs of the test or has found out, reads what the test answers.
Arguments: the issuer, how the client authenticates, its identifier, its secret or private JWK ("" for none), the scope,
the resource, and the algorithm of ID tokens.
"""

import json
import secrets
import sys
import time

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet


def tell(**members):
    print(json.dumps(members), flush=True)


def told():
    return json.loads(sys.stdin.readline())


class ShortLivedAssertion(PrivateKeyJWT):
    """Authlib's assertions live an hour, which is longer than Audgate remembers them; these live half a minute."""

    def sign(self, auth, token_endpoint):
        # Afresh each time: Authlib writes the identifier of the first into the dictionary that it is given.
        self.claims = {"exp": int(time.time()) + 30}
        self.headers = {"kid": auth.client_secret.kid}
        return super().sign(auth, token_endpoint)


class Client:
    def __init__(self, issuer, method, client_id, credential, scope, resource, algorithm):
        self.resource = resource
        self.algorithm = algorithm
        self.client_id = client_id
        self.session = OAuth2Session(
            client_id,
            credential or None,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            scope=scope,
            redirect_uri=f"{issuer}/demo/callback",
            code_challenge_method="S256",
        )
        document = self.session.get(f"{issuer}/.well-known/openid-configuration", withhold_token=True).json()
        self.metadata = OpenIDProviderMetadata(document)
        if method == "private_key_jwt":
            self.session.client_secret = ECKey.import_key(json.loads(credential))
            self.session.register_client_auth_method(ShortLivedAssertion(self.metadata["issuer"], alg="ES256"))

    def log_in(self):
        """From the authorization request to the tokens; the test plays the user."""
        nonce, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
        url, state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, resource=self.resource
        )
        tell(url=url)
        tokens = self.session.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=told()["answer"],
            code_verifier=verifier,
            state=state,
        )
        return tokens, self.id_token(tokens["id_token"], nonce, tokens["access_token"])

    def id_token(self, text, nonce=None, access_token=None):
        """The claims, verified by the JWK Set and by OpenID Connect Core 1.0 section 3.1.3.7."""
        keys = KeySet.import_key_set(self.session.get(self.metadata["jwks_uri"], withhold_token=True).json())
        decoded = jwt.decode(text, keys, algorithms=[self.algorithm])
        options = {
            "iss": {"essential": True, "value": self.metadata["issuer"]},
            "aud": {"essential": True, "value": self.client_id},
            "auth_time": {"essential": True},
        }
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options,
            {"nonce": nonce, "client_id": self.client_id, "access_token": access_token},
        )
        claims.validate(leeway=0)
        return dict(claims)

    def refreshed(self, token):
        return self.session.refresh_token(self.metadata["token_endpoint"], refresh_token=token)


def main():
    client = Client(*sys.argv[1:])
    client.metadata.validate()
    tell(metadata="valid")

    tokens, claims = client.log_in()
    tell(tokens=dict(tokens), claims=claims)

    for _ in range(2):
        refreshed = client.refreshed(tokens["refresh_token"])
        tell(tokens=dict(refreshed), claims=client.id_token(refreshed["id_token"]))
        tokens = refreshed

    if client.session.token_endpoint_auth_method != "none":
        told_of = client.session.introspect_token(client.metadata["introspection_endpoint"], token=tokens["refresh_token"])
        tell(introspection=told_of.json())
    revoked = client.session.revoke_token(
        client.metadata["revocation_endpoint"], token=tokens["refresh_token"], token_type_hint="refresh_token"
    )
    tell(revocation=revoked.status_code)
    try:
        client.refreshed(tokens["refresh_token"])
        tell(error=None)
    except OAuthError as error:
        tell(error=error.error)


main()

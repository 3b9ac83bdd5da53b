"""Tokens: short-lived signed access tokens, random refresh tokens and credentials of which only hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import jwt
import msgspec

_ALGORITHM = "HS256"
_ISSUER = "holdfast"
_SECRET_BYTES = 32


class AccessClaims(msgspec.Struct, frozen=True):
    """What an access token says: who, in which session, until when (seconds since 1970)."""

    sub: str
    sid: str
    exp: int


class InvalidToken(Exception):
    """Not a token of ours, altered, or past its time."""


class AccessTokens:
    """Makes and reads access tokens (JWT, RFC 7519, HMAC-SHA256)."""

    def __init__(self, key: str, seconds: int) -> None:
        self._key = key
        self.seconds = seconds

    def make(self, user_id: str, session_id: str, now_ms: int) -> str:
        """A token for a person in a session."""
        issued = now_ms // 1000
        claims: dict[str, Any] = {
            "iss": _ISSUER,
            "sub": user_id,
            "sid": session_id,
            "iat": issued,
            "exp": issued + self.seconds,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str, now_ms: int) -> AccessClaims:
        """What a token says. Raises InvalidToken."""
        try:
            # Time is compared here and not by the library, so that it is the server's one clock.
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                options={"require": ["sub", "sid", "exp"], "verify_exp": False, "verify_iat": False},
            )
            read = msgspec.convert(claims, AccessClaims)
        except (jwt.InvalidTokenError, msgspec.ValidationError) as problem:
            raise InvalidToken("not an access token of this server") from problem
        if read.exp * 1000 <= now_ms:
            raise InvalidToken("the access token has expired")
        return read


class RefreshTokens:
    """Makes the secrets of refresh tokens, and tells those that it once made from guesses.

    A secret is a random text and its HMAC (RFC 2104, SHA-256) for the session, both in hexadecimal.
    """

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def make(self, session_id: str) -> str:
        """A new secret for a session."""
        random = secrets.token_hex(_SECRET_BYTES)
        return f"{random}.{self._seal(session_id, random)}"

    def is_ours(self, session_id: str, secret: str) -> bool:
        """Whether this secret was made here for this session, however long ago."""
        random, _, seal = secret.partition(".")
        return hmac.compare_digest(self._seal(session_id, random).encode(), seal.encode())

    def _seal(self, session_id: str, random: str) -> str:
        # The first word keeps these apart from whatever else is signed with the same key.
        said = f"refresh\n{session_id}\n{random}"
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


def new_secret() -> str:
    """A random secret for a credential."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """What is stored of a random secret. It has 256 random bits, so a plain hash keeps it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_secret(stored_hash: str, secret: str) -> bool:
    """Whether a secret is the stored one, in a time that does not tell how nearly."""
    return hmac.compare_digest(stored_hash, hash_secret(secret))

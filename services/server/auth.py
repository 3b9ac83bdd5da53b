"""Sign-in of people: a password gives a session, a session gives short-lived access tokens until it is revoked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from services.domain.permissions import permissions_of, roles_of
from services.domain.refusals import violation
from services.server.clock import Clock, new_id
from services.server.committer import Committer
from services.server.database import Database
from services.server.errors import ApiError
from services.server.passwords import Passwords
from services.server.server_tables import Credential, Session
from services.server.sign_in_limits import SignInLimits, TooManyTries
from services.server.tokens import AccessTokens, InvalidToken, RefreshTokens, hash_secret, same_secret
from services.server.transaction import Transaction
from services.storage.tables import Site, User
from services.storage.unit_of_work import UnitOfWork


class Person(msgspec.Struct, frozen=True):
    """Who is signed in, and in which session."""

    user: User
    session_id: str

    @property
    def id(self) -> str:
        """The user's id, which is the actor of what they do."""
        return self.user.id

    def may(self, permission: str) -> bool:
        """Whether one of their roles carries a permission."""
        return permission in permissions_of(self.user.roles)

    def need(self, permission: str) -> None:
        """Raises RuleViolation ``not_permitted``."""
        if not self.may(permission):
            details = [{"actor_id": self.id, "permission": permission}]
            raise violation("not_permitted", actor=self.user.name, permission=permission, details=details)


class Grant(msgspec.Struct, frozen=True):
    """What signing in or renewing gives. ``expires_in`` is in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: dict[str, Any]


def shown(user: User) -> dict[str, Any]:
    """A person as answers show them."""
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "roles": sorted(roles_of(user.roles)),
        "permissions": sorted(permissions_of(user.roles)),
    }


def unauthorized(error: str, code: str) -> ApiError:
    """A request by nobody we know."""
    return ApiError(401, error, code, headers={"WWW-Authenticate": "Bearer"})


_WRONG = "The name or the password is not right."
_ENDED = "This sign-in has ended. Sign in again."


class SignIn:
    """Passwords, sessions and access tokens. Everything here blocks: call it from a thread."""

    def __init__(
        self,
        database: Database,
        committer: Committer,
        clock: Clock,
        passwords: Passwords,
        access: AccessTokens,
        refreshing: RefreshTokens,
        limits: SignInLimits,
        *,
        refresh_seconds: int,
        grace_seconds: int,
    ) -> None:
        self._database = database
        self._committer = committer
        self._clock = clock
        self._passwords = passwords
        self._access = access
        self._refreshing = refreshing
        self._limits = limits
        self._refresh_ms = refresh_seconds * 1000
        self._grace_ms = grace_seconds * 1000

    def login(self, username: str, password: str, address: str) -> Grant:
        """A session for whoever knows the password. Raises ApiError 401, or 429 after too many failures."""
        self._limited(self._limits.check, username, address)
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            user = next(iter(unit.find(User, username=username)), None)
            credential = unit.get(Credential, user.id) if user is not None and user.active else None
            sites = [{"id": site.id, "name": site.name} for site in unit.find(Site, active=1)]
        stored = credential.password_hash if credential is not None and credential.password_hash else None
        is_right = self._passwords.verify(stored, password)
        # Of tries sent all at once, those that are answered after too many failures learn nothing.
        if not is_right or user is None:
            self._limited(self._limits.failed, username, address)
            raise unauthorized(_WRONG, "wrong_credentials")
        self._limited(self._limits.check, username, address)
        self._limits.succeeded(username)
        if stored is not None and self._passwords.needs_rehash(stored):
            self._store(user.id, self._passwords.hash(password, of_any_length=True), end_sessions=False)
        grant = self._begin(user)
        return msgspec.structs.replace(grant, user={**grant.user, "sites": sites})

    def _limited(self, step: Callable[[str, str], None], username: str, address: str) -> None:
        """Raises ApiError 429 after too many failures."""
        try:
            step(username, address)
        except TooManyTries as problem:
            error = f"Too many failed sign-ins. Try again in {problem.seconds} seconds."
            raise ApiError(
                429, error, "too_many_tries", headers={"Retry-After": str(problem.seconds)}
            ) from problem

    def _begin(self, user: User) -> Grant:
        session_id = new_id()
        secret = self._refreshing.make(session_id)

        def work(transaction: Transaction) -> None:
            now = transaction.received_at
            transaction.unit.put(
                Session(session_id, user.id, hash_secret(secret), "", now, now, now + self._refresh_ms)
            )

        self._committer.run((), work)
        return self._grant(user, session_id, secret)

    def _grant(self, user: User, session_id: str, secret: str) -> Grant:
        return Grant(
            access_token=self._access.make(user.id, session_id, self._clock()),
            refresh_token=f"{session_id}.{secret}",
            expires_in=self._access.seconds,
            user=shown(user),
        )

    def refresh(self, refresh_token: str) -> Grant:
        """New tokens for a refresh token, which is then spent. Raises ApiError 401.

        A spent one that comes again, however old, shows that two hold it: the whole session ends. Within a moment of
        its renewal it is taken for a retry of somebody who did not get the answer.
        """
        session_id, _, secret = refresh_token.partition(".")
        fresh = self._refreshing.make(session_id)

        def work(transaction: Transaction) -> User | None:
            session = transaction.unit.get(Session, session_id)
            now = transaction.received_at
            if session is None or session.revoked_at is not None or session.expires_at <= now:
                return None
            is_current = same_secret(session.token_hash, secret)
            is_retry = (
                bool(session.previous_hash)
                and same_secret(session.previous_hash, secret)
                and now - session.rotated_at <= self._grace_ms
            )
            if not (is_current or is_retry):
                # A guess is none of ours: it must not sign anybody out.
                if self._refreshing.is_ours(session_id, secret):
                    transaction.unit.put(replace(session, revoked_at=now))
                return None
            user = transaction.unit.get(User, session.user_id)
            if user is None or not user.active:
                transaction.unit.put(replace(session, revoked_at=now))
                return None
            # A retry leaves the spent token as the previous one, so that it can be retried once more.
            previous = session.token_hash if is_current else session.previous_hash
            rotated_at = now if is_current else session.rotated_at
            transaction.unit.put(
                replace(
                    session,
                    token_hash=hash_secret(fresh),
                    previous_hash=previous,
                    rotated_at=rotated_at,
                    expires_at=now + self._refresh_ms,
                )
            )
            return user

        user = self._committer.run((), work, locks=(f"session:{session_id}",))
        if user is None:
            raise unauthorized(_ENDED, "session_ended")
        return self._grant(user, session_id, fresh)

    def logout(self, person: Person) -> None:
        """End a session: neither its access tokens nor its refresh token work any more."""
        self.revoke(person.session_id)

    def revoke(self, session_id: str) -> None:
        """End a session by its id."""

        def work(transaction: Transaction) -> None:
            session = transaction.unit.get(Session, session_id)
            if session is not None and session.revoked_at is None:
                transaction.unit.put(replace(session, revoked_at=transaction.received_at))

        self._committer.run((), work, locks=(f"session:{session_id}",))

    def person(self, authorization: str) -> Person:
        """Who sends this Authorization header. Raises ApiError 401."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthorized("Sign in first.", "sign_in_required")
        return self.person_of_token(token.strip())

    def person_of_token(self, token: str) -> Person:
        """Who an access token speaks for, now. Raises ApiError 401."""
        try:
            claims = self._access.read(token, self._clock())
        except InvalidToken as problem:
            raise unauthorized(_ENDED, "token_invalid") from problem
        with self._database.reading() as connection:
            unit = UnitOfWork(connection)
            session = unit.get(Session, claims.sid)
            user = unit.get(User, claims.sub)
        if session is None or session.revoked_at is not None or session.user_id != claims.sub:
            raise unauthorized(_ENDED, "session_ended")
        if user is None or not user.active:
            raise unauthorized("This person may no longer sign in.", "actor_inactive")
        return Person(user, session.id)

    def knows_password(self, user_id: str, password: str) -> bool:
        """Whether this is the person's password."""
        with self._database.reading() as connection:
            credential = UnitOfWork(connection).get(Credential, user_id)
        return self._passwords.verify(credential.password_hash or None if credential else None, password)

    def set_password(self, user_id: str, password: str, *, end_sessions: bool = False) -> None:
        """Give a person a password. Raises ValueError for one that is too short."""
        self._store(user_id, self._passwords.hash(password), end_sessions=end_sessions)

    def _store(self, user_id: str, hashed: str, *, end_sessions: bool) -> None:
        def work(transaction: Transaction) -> None:
            store_password(transaction, user_id, hashed)
            if end_sessions:
                for session in transaction.unit.find(Session, user_id=user_id):
                    if session.revoked_at is None:
                        transaction.unit.put(replace(session, revoked_at=transaction.received_at))

        self._committer.run((), work, locks=(f"user:{user_id}",))


def store_password(transaction: Transaction, user_id: str, hashed: str) -> None:
    """Keep a password's hash; a PIN that was set stays."""
    known = transaction.unit.get(Credential, user_id)
    pin_hash = known.pin_hash if known is not None else ""
    transaction.unit.put(Credential(user_id, hashed, pin_hash, transaction.received_at))

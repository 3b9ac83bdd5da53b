"""Who may work at this desk: signing in with the server, without it during an outage, and staying signed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from desktop_app.kept_session import (
    OFFLINE_HOURS,
    SESSION,
    KeptSession,
    is_too_long_ago,
    read_session,
    write_session,
)
from services.domain.organisation_settings import read_setting
from services.storage.tables import Setting, User

if TYPE_CHECKING:
    from local_db.desk import Desk
    from services.sync.port import Tokens

_KNOWN = "known-people"


class NotSignedIn(Exception):
    """Somebody could not be signed in; the text says why and what to do."""


class _Known(msgspec.Struct, frozen=True):
    """What this desk keeps of a person who signed in here with the server: enough to know them again without it.

    ``verifier`` is the Argon2id hash of the password, made here. Instants in ms UTC.
    """

    user_id: str
    verifier: str
    seen_at: int


def _now() -> int:
    return time.time_ns() // 1_000_000


class People:
    """Signing in and out at one desk. Everything here may block; call it off the UI thread."""

    def __init__(self, desk: Desk, clock: Callable[[], int] = _now) -> None:
        self._desk = desk
        self._clock = clock

    def resume(self) -> User | None:
        """The person who was signed in when the desk was closed or crashed, if they still may work here."""
        session = read_session(self._desk.secret(SESSION))
        if session is None:
            return None
        user = self._user(session.user_id)
        if user is None or not user.active or self._is_too_long_ago(session.seen_at):
            return None
        self._desk.as_user(user.id)
        return user

    def sign_in(self, username: str, password: str) -> User:
        """Sign a person in: with the server where there is a link, else by what this desk knows of them.

        Raises NotSignedIn.
        """
        from services.sync.errors import Offline, Refused, SyncError

        try:
            tokens = self._desk.transport.login(username, password)
        except Offline:
            return self._sign_in_offline(username, password)
        except Refused as refused:
            raise NotSignedIn(str(refused) or "That user name and password do not match.") from refused
        except SyncError as problem:
            raise NotSignedIn(f"The server did not answer as it should: {problem}") from problem
        return self._signed_in_online(username, password, tokens)

    def known_usernames(self) -> list[str]:
        """Who has signed in here before, for choosing instead of typing."""
        return sorted(self._known())

    def offline_words(self) -> str:
        """What to tell people who come to sign in while there is no link; empty while there is one."""
        if self._desk.link.state != "offline":
            return ""
        hours = self._offline_hours()
        return f"There is no link. Whoever signed in here in the last {hours:g} hours still can."

    def lock(self) -> None:
        """Whoever works here has to sign in again, also after a restart."""
        session = read_session(self._desk.secret(SESSION))
        if session is not None:
            locked = KeptSession(session.user_id, session.username, session.seen_at, locked=True)
            self._desk.keep_secret(SESSION, write_session(locked))

    def sign_out(self) -> None:
        """Nobody works here now. The desk goes on syncing."""
        # First, so that nobody acts in their name where the keyring is locked and the session cannot be forgotten.
        self._desk.as_user("")
        self._desk.keep_secret(SESSION, "")

    def _signed_in_online(self, username: str, password: str, tokens: Tokens) -> User:
        user_id = str(tokens.user.get("id", ""))
        user = self._user(user_id)
        if user is None:
            # Somebody new: their row comes with the next pull, and they cannot act before it is here.
            self._desk.sync()
            user = self._user(user_id)
        if user is None:
            raise NotSignedIn(
                "The server knows you, but this desk has not heard of you yet. Try again in a moment."
            )
        self._keep(username, user, _hash(password))
        return user

    def _sign_in_offline(self, username: str, password: str) -> User:
        known = self._known().get(username)
        if known is None:
            raise NotSignedIn(
                "There is no link, and you have not signed in at this desk before. Try again when the badge says Live."
            )
        if self._is_too_long_ago(known.seen_at):
            raise NotSignedIn(
                f"There is no link, and you last signed in with the server more than {self._offline_hours():g} hours "
                "ago. Try again when the badge says Live."
            )
        if not _verify(known.verifier, password):
            raise NotSignedIn("That user name and password do not match.")
        user = self._user(known.user_id)
        if user is None or not user.active:
            raise NotSignedIn("You may no longer sign in here. Ask an administrator.")
        self._start_session(user, username, known.seen_at)
        return user

    def _keep(self, username: str, user: User, verifier: str) -> None:
        now = self._clock()
        self._write_known({**self._known(), username: _Known(user.id, verifier, now)})
        self._start_session(user, username, now)

    def _start_session(self, user: User, username: str, seen_at: int) -> None:
        session = KeptSession(user.id, username, seen_at)
        self._desk.keep_secret(SESSION, write_session(session))
        self._desk.as_user(user.id)

    def _known(self) -> dict[str, _Known]:
        text = self._desk.secret(_KNOWN)
        return msgspec.json.decode(text, type=dict[str, _Known]) if text else {}

    def _write_known(self, known: dict[str, _Known]) -> None:
        self._desk.keep_secret(_KNOWN, msgspec.json.encode(known).decode())

    def _user(self, user_id: str) -> User | None:
        return self._desk.read.get(User, user_id)

    def _offline_hours(self) -> float:
        row = self._desk.read.get(Setting, OFFLINE_HOURS)
        return read_setting(OFFLINE_HOURS, row.value if row else None)

    def _is_too_long_ago(self, seen_at: int) -> bool:
        return is_too_long_ago(seen_at, now=self._clock(), hours=self._offline_hours())


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _verify(verifier: str, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    try:
        return PasswordHasher().verify(verifier, password)
    except VerificationError:
        return False

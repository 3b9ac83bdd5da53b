"""Who was signed in when the desk was closed or crashed, and whether they may go on without signing in."""

from __future__ import annotations

from typing import Final

import msgspec

SESSION: Final = "session"
"""The name of the secret under which it is kept."""
OFFLINE_HOURS: Final = "sign_in.offline_hours"
"""The organisation's setting that bounds it."""

_HOUR_MS: Final = 3_600_000


class KeptSession(msgspec.Struct, frozen=True):
    """A person, their user name, when (ms UTC) the server last said who they are, and whether the desk is locked."""

    user_id: str
    username: str
    seen_at: int
    locked: bool = False


def read_session(text: str) -> KeptSession | None:
    """A session as the desk keeps it; None where nobody is signed in, or the desk was locked."""
    session = msgspec.json.decode(text, type=KeptSession) if text else None
    return None if session is None or session.locked else session


def write_session(session: KeptSession) -> str:
    """The session as the desk keeps it."""
    return msgspec.json.encode(session).decode()


def is_too_long_ago(seen_at: int, *, now: int, hours: float) -> bool:
    """Whether too many hours have passed since; instants in ms UTC."""
    # A clock set back would stretch the time; one set back beyond the sign-in itself is not believed.
    return not -_HOUR_MS <= now - seen_at <= hours * _HOUR_MS

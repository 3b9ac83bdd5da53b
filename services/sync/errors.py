"""What can go wrong between a terminal and its server, each in words for the person at the desk.

None of these loses work: what is queued stays queued, and the engine tries again.
"""

from __future__ import annotations

import errno


class SyncError(Exception):
    """Base of all of them. ``words`` says what happened, for people; it never holds a secret."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Offline(SyncError):
    """The server was not reached, or the link broke before its whole answer was here."""


class TookTooLong(Offline):
    """The time given for a whole round was over first."""


class Untrusted(Offline):
    """Something answered at the server's address that could not prove to be the server."""


class Busy(SyncError):
    """The server asks for a pause. ``retry_after_s`` is its own figure in seconds, if it gave one."""

    def __init__(self, words: str, retry_after_s: float | None = None) -> None:
        super().__init__(words)
        self.retry_after_s = retry_after_s


class Refused(SyncError):
    """The server does not let this terminal or person in. ``code`` is the server's word for programs, if any."""

    def __init__(self, words: str, status: int, code: str = "") -> None:
        super().__init__(words)
        self.status = status
        self.code = code


class ProtocolError(SyncError):
    """The answer was not one that the protocol knows, or contradicts what is known."""


class TooLarge(ProtocolError):
    """Something on the way took the request for too large."""


class DamagedSnapshot(ProtocolError):
    """What arrived is not what the server says it sent; it has been dropped."""


class NoSnapshot(ProtocolError):
    """The server has no image to give: the rows have to come by pulling."""


class UpgradeRequired(SyncError):
    """This program and the server no longer understand each other."""


class NotEnrolled(SyncError):
    """This terminal has no identity at the server yet."""


class LocalTrouble(SyncError):
    """This computer's own storage failed: disk full, file busy. Never a word of the server."""


class InternalFault(SyncError):
    """A fault of this program; the log has the details."""


class Stopped(SyncError):
    """The engine was told to stop meanwhile."""


_KEPT = "Nothing is lost; it is tried again."
_SAID_OF_A_FULL_DISK = ("disk is full", "no space left", "quota exceeded")
_SAID_OF_A_BUSY_FILE = ("is locked", "is busy", "being used by another")


def local_trouble(doing: str, problem: Exception) -> LocalTrouble:
    """A failure of the terminal's storage, in words. ``doing``: what was being done, as in "reading the outbox"."""
    text = str(problem).lower()
    number = problem.errno if isinstance(problem, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT) or any(said in text for said in _SAID_OF_A_FULL_DISK):
        cause = "This computer's disk is full. Free some space."
    elif number == errno.EROFS or "readonly" in text or "read-only" in text:
        cause = "This computer's disk takes no writing."
    elif any(said in text for said in _SAID_OF_A_BUSY_FILE):
        cause = "Another program is holding this terminal's files."
    else:
        cause = f"This computer's storage failed ({type(problem).__name__})."
    return LocalTrouble(f"{cause} It happened while {doing}. {_KEPT}")

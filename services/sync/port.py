"""What the sync engine needs of the network: a port, so that the engine knows no HTTP and tests can stand in for it.

Every call ends within ``within_s`` seconds, give or take one read, and raises only errors of services.sync.errors:
Offline, Busy, Refused, ProtocolError and their kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from services.protocol.messages import (
    EnrollRequest,
    EnrollResponse,
    PullRequest,
    PullResponse,
    PushRequest,
    PushResponse,
)

SnapshotProgress = Callable[[int, int | None], None]
"""Called with the compressed bytes that are here and their number in all, if known."""


class DeviceCredential(Struct, frozen=True):
    """How a terminal proves who it is. ``secret`` is never shown or logged."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"DeviceCredential({self.client_id})"


class Tokens(Struct, frozen=True):
    """A signed-in person's tokens. ``expires_in`` is the access token's life in seconds."""

    access_token: str
    refresh_token: str = ""
    token_type: str = "bearer"
    expires_in: int = 0
    user: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"Tokens(expires_in={self.expires_in})"


class SnapshotInfo(Struct, frozen=True):
    """A verified image: the scopes and versions it stands at, its size as it was sent, in bytes."""

    cursors: dict[str, int]
    compressed_bytes: int


class Transport(Protocol):
    """The server, as a terminal reaches it."""

    def present(self, credential: DeviceCredential | None) -> None:
        """Speak as this terminal from now on."""
        ...

    def login(self, username: str, password: str, *, within_s: float = ...) -> Tokens:
        """Sign a person in. Raises Refused for a wrong name or password."""
        ...

    def refresh(self, refresh_token: str, *, within_s: float = ...) -> Tokens:
        """New tokens for an old refresh token. Raises Refused when it is spent or revoked."""
        ...

    def set_password(self, token: str, user_id: str, password: str, *, within_s: float = ...) -> None:
        """Give somebody a password, with an administrator's access token.

        Raises Refused where that person may not, ProtocolError with the reason where the password cannot be used.
        """
        ...

    def enroll(self, token: str, request: EnrollRequest, *, within_s: float = ...) -> EnrollResponse:
        """Make this a terminal of a site, with an administrator's access token."""
        ...

    def re_enroll(self, credential: DeviceCredential, *, within_s: float = ...) -> EnrollResponse:
        """A new identity for a terminal whose file turned out to be a copy; its old credential vouches for it."""
        ...

    def push(self, request: PushRequest, *, within_s: float = ...) -> PushResponse:
        """Send commands. Sending the same ones again changes nothing."""
        ...

    def pull(self, request: PullRequest, *, within_s: float = ...) -> PullResponse:
        """Fetch one page of what changed."""
        ...

    def snapshot(
        self, scopes: Sequence[str], into: Path, progress: SnapshotProgress, *, within_s: float = ...
    ) -> SnapshotInfo:
        """Fetch a whole image into a file, compressed as it is sent, and check it. No scopes: all that this terminal may see.

        What has arrived of a broken transfer is kept beside ``into`` and used by the next try. Raises NoSnapshot,
        DamagedSnapshot, and OSError when this computer's disk fails.
        """
        ...

    def health(self, *, within_s: float = ...) -> bool:
        """Whether the server answers, and says that it is well."""
        ...

    def abort(self) -> None:
        """From any thread: break off what is in flight, which then raises Offline. Later calls work again."""
        ...

    def close(self) -> None:
        """Give connections back. No calls after this."""
        ...

"""An image of the server's rows on its way into a file: kept if the transfer breaks, and checked when it is whole."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from services.sync.errors import DamagedSnapshot, ProtocolError

_PIECE = 1024 * 1024


class ImageFacts(Struct, frozen=True):
    """What the server says of an image: versions it stands at, its ETag, hash and size of the compressed bytes."""

    cursors: dict[str, int]
    etag: str
    sha256: str
    size: int


class SnapshotFile:
    """The compressed bytes that have arrived for ``target``, in ``target.part``, with what is known of them beside.

    Business rows lie in it unencrypted, so only this user may read it.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(target.name + ".part")
        self._about = target.with_name(target.name + ".part.json")
        self._hash = hashlib.sha256()
        self.size = 0
        self.facts: ImageFacts | None = None
        self._pick_up()

    @property
    def can_go_on(self) -> bool:
        """Whether bytes of an image that can be asked for again are here."""
        return self.facts is not None and self.facts.etag != "" and self.size > 0

    @property
    def is_whole(self) -> bool:
        """Whether all bytes are here; they have not been checked yet."""
        return self.facts is not None and self.size == self.facts.size

    def begin(self, facts: ImageFacts) -> None:
        """Start anew with this image."""
        self.drop()
        self._about.write_bytes(msgspec.json.encode(facts))
        _create(self._part)
        self.facts = facts

    def append(self, chunk: bytes) -> None:
        """Add what has arrived. Raises ProtocolError when it is more than the server announced."""
        assert self.facts is not None
        if self.size + len(chunk) > self.facts.size:
            self.drop()
            raise ProtocolError("The server sent more of the image than it announced.")
        with self._part.open("ab") as file:
            file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """Check the whole image and make it the target, as it was sent.

        Raises DamagedSnapshot, having removed it all.
        """
        assert self.facts is not None
        if self._hash.hexdigest() != self.facts.sha256.lower():
            self.drop()
            raise DamagedSnapshot("The image from the server was damaged on its way; it is fetched again.")
        self._part.replace(self._target)
        self.drop()

    def drop(self) -> None:
        """Forget what has arrived."""
        self._part.unlink(missing_ok=True)
        self._about.unlink(missing_ok=True)
        self._hash = hashlib.sha256()
        self.size = 0
        self.facts = None

    def _pick_up(self) -> None:
        """Go on with what an earlier try left, if both files of it are there and fit together."""
        try:
            facts = msgspec.json.decode(self._about.read_bytes(), type=ImageFacts)
            with self._part.open("rb") as file:
                while piece := file.read(_PIECE):
                    self._hash.update(piece)
                    self.size += len(piece)
        except (FileNotFoundError, msgspec.MsgspecError):
            self.drop()
            return
        if self.size > facts.size:
            self.drop()
            return
        self.facts = facts


def _create(path: Path) -> None:
    """An empty file that only this user may read."""
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))

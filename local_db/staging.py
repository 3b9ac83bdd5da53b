"""Pages of a pull, put aside as they came until the last one is here: few in memory, many in the cache's own file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from local_db.files import Connection
from services.protocol.messages import NO_PATCHES, TablePatch, unpack
from services.sync.errors import ProtocolError

# A pull of a busy minute stays in memory; a first sync without an image does not. A row is some 200 bytes.
_BYTES_IN_MEMORY = 1_000_000
_SMALL_BYTES = 400_000


class Staging:
    """Staged pages, in order. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pages: list[bytes] = []
        # A crash may have left some.
        self._may_be_in_file = True
        self.size = 0
        """Bytes of all that is put aside; 0 where no row changes."""

    @property
    def is_small(self) -> bool:
        """Whether it is so little that looking at each row on its own costs nobody a wait."""
        return self.size <= _SMALL_BYTES

    def add(self, patches: msgspec.Raw) -> None:
        """Put a page aside."""
        if patches == NO_PATCHES:
            return
        if not self.size:
            # Nothing of a pull that broke off belongs to this one: what has gone away since would come back with it.
            self._empty_file()
        page = bytes(patches)
        self._pages.append(page)
        self.size += len(page)
        if self.size > _BYTES_IN_MEMORY:
            # Into the keyed file, not into a temporary one: what is staged is as secret as what is stored.
            self._may_be_in_file = True
            self._connection.executemany(
                "INSERT INTO staged (patches) VALUES (?)", [(page,) for page in self._pages]
            )
            self._pages = []

    def over(self, connection: Connection) -> Staging:
        """The same pages, for a copy of the cache."""
        same = Staging(connection)
        same._pages, same.size = self._pages, self.size
        return same

    def pages(self) -> Iterator[list[TablePatch]]:
        """Every page in the order in which it came; one at a time is unpacked. Raises ProtocolError for what is none."""
        for (page,) in self._connection.execute("SELECT patches FROM staged ORDER BY seq"):
            yield _unpacked(page)
        for page in self._pages:
            yield _unpacked(page)

    def clear(self) -> None:
        """Drop all pages, also those that a crash has left. Where the disk fails, the next pull does it."""
        self._pages = []
        self.size = 0
        self._empty_file()

    def _empty_file(self) -> None:
        if self._may_be_in_file:
            self._connection.execute("DELETE FROM staged")
            self._may_be_in_file = False


def _unpacked(page: bytes) -> list[TablePatch]:
    try:
        return unpack(page)
    except msgspec.MsgspecError as problem:
        raise ProtocolError("The server sent rows that this program cannot read.") from problem

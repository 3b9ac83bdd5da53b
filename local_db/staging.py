"""Pages of a pull, put aside as they came until the last one is here: few in memory, many in the cache's own file."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from local_db.files import Connection, remember_few_pages
from local_db.look_ahead import LookAhead
from services.protocol.messages import NO_PATCHES, TablePatch, unpack
from services.sync.errors import ProtocolError

# What came of a long outage stays in memory, a first sync without an image does not. A row is some 200 bytes.
_BYTES_IN_MEMORY = 40_000_000
_SMALL_BYTES = 400_000


class Staging:
    """Staged pages, in order. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pages: list[bytes] = []
        self._in_file = 0
        # A crash may have left some.
        self._may_be_in_file = True
        self.size = 0
        """Bytes of all that is put aside; 0 where no row changes."""
        self.ahead: LookAhead | None = None
        """What came of comparing these pages already, in the file that they were put aside for."""

    @property
    def is_small(self) -> bool:
        """Whether it is so little that looking at each row on its own costs nobody a wait."""
        return self.size <= _SMALL_BYTES

    @property
    def count(self) -> int:
        """How many pages are put aside."""
        return self._in_file + len(self._pages)

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
            numbered = list(enumerate(self._pages, self._in_file))
            self._connection.executemany("INSERT INTO staged (seq, patches) VALUES (?, ?)", numbered)
            self._in_file += len(numbered)
            self._pages = []

    def over(self, connection: Connection) -> Staging:
        """The same pages, for a copy of the cache."""
        same = Staging(connection)
        same._pages, same._in_file, same.size = self._pages, self._in_file, self.size
        return same

    def pages(self) -> Iterator[list[TablePatch]]:
        """Every page in the order in which it came; one at a time is unpacked. Raises ProtocolError for what is none."""
        return map(self.page, range(self.count))

    def page(self, position: int) -> list[TablePatch]:
        """One page, counted from 0. Raises ProtocolError for what is none."""
        if position >= self._in_file:
            packed = self._pages[position - self._in_file]
        else:
            found = self._connection.execute("SELECT patches FROM staged WHERE seq = ?", (position,))
            (packed,) = found.fetchone()
        try:
            return unpack(packed)
        except msgspec.MsgspecError as problem:
            raise ProtocolError("The server sent rows that this program cannot read.") from problem

    def clear(self) -> None:
        """Drop all pages, also those that a crash has left, and what the connection remembers beyond its measure. Where the
        disk fails, the next pull does it."""
        self._pages = []
        self._in_file = self.size = 0
        self.ahead = None
        remember_few_pages(self._connection)
        self._empty_file()

    def _empty_file(self) -> None:
        if self._may_be_in_file:
            self._connection.execute("DELETE FROM staged")
            self._may_be_in_file = False

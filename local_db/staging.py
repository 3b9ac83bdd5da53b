"""Pages of a pull, put aside until the last one is here: a few in memory, many in the cache's own file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from local_db.files import Connection
from services.protocol.messages import TablePatch

# A pull of a busy minute stays in memory; a first sync without an image does not.
_ROWS_IN_MEMORY = 4000

_decode = msgspec.msgpack.Decoder(list[TablePatch]).decode


class Staging:
    """Staged pages, in order. All methods run under the owner's write lock."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pages: list[Sequence[TablePatch]] = []
        # A crash may have left some.
        self._may_be_in_file = True
        self.rows = 0
        """How many rows are put aside, those to delete included."""

    def add(self, patches: Sequence[TablePatch]) -> None:
        """Put a page aside."""
        if not self.rows:
            # Nothing of a pull that broke off belongs to this one: what has gone away since would come back with it.
            self._empty_file()
        self._pages.append(patches)
        self.rows += sum(len(patch.puts) + len(patch.deletes) for patch in patches)
        if self.rows > _ROWS_IN_MEMORY:
            # Into the keyed file, not into a temporary one: what is staged is as secret as what is stored.
            self._may_be_in_file = True
            self._connection.executemany(
                "INSERT INTO staged (patches) VALUES (?)",
                [(msgspec.msgpack.encode(page),) for page in self._pages],
            )
            self._pages = []

    def over(self, connection: Connection) -> Staging:
        """The same pages, for a copy of the cache."""
        same = Staging(connection)
        same._pages, same.rows = self._pages, self.rows
        return same

    def pages(self) -> Iterator[Sequence[TablePatch]]:
        """Every page in the order in which it came; one at a time is in memory."""
        for (patches,) in self._connection.execute("SELECT patches FROM staged ORDER BY seq"):
            yield _decode(patches)
        yield from self._pages

    def clear(self) -> None:
        """Drop all pages, also those that a crash has left. Where the disk fails, the next pull does it."""
        self._pages = []
        self.rows = 0
        self._empty_file()

    def _empty_file(self) -> None:
        if self._may_be_in_file:
            self._connection.execute("DELETE FROM staged")
            self._may_be_in_file = False

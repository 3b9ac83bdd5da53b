"""Space held back on the disk, so that a full one still has room for the outcomes of what is already queued."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from local_db.errors import OutboxFull

SIZE = 4 * 1024 * 1024
"""How many bytes are held back: some thousand outcomes and a checkpoint."""
_BLOCK = 64 * 1024


class Ballast:
    """A file of real bytes that is given up when the disk is full."""

    def __init__(self, folder: Path, *, allocate: Callable[[Path, int], None] | None = None) -> None:
        """``allocate(path, size)`` makes a file of so many bytes that really are on the disk; OSError where it
        cannot."""
        self._folder = folder
        self._path = folder / "ballast"
        self._allocate = allocate or _write_zeros
        self._held = self._path.exists() and self._path.stat().st_size >= SIZE

    def hold(self) -> None:
        """Make sure that the space is held; raises OutboxFull where the disk has none left."""
        if self._held:
            return
        try:
            self._allocate(self._path, SIZE)
        except OSError:
            self.give_up()
            raise OutboxFull(self._folder) from None
        self._held = True

    def give_up(self) -> None:
        """Free the space for what is already queued. New commands are refused until it can be held again."""
        self._held = False
        self._path.unlink(missing_ok=True)


def _write_zeros(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for _ in range(size // _BLOCK):
            file.write(bytes(_BLOCK))

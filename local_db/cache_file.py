"""Where the cache lies: a file that is never written over by another one, but followed by the next.

Whoever still reads the old file when it is followed, another program even, reads on undisturbed. With one name for all of
them, SQLite's log of the new file could be taken for the old one's, and removed with it.
"""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"cache(?:\.([0-9]+))?\.db")
FIRST = "cache.db"


def present(folder: Path) -> Path:
    """The cache's file: the last of them, for each is whole when it gets its name; where the first would be if there is
    none."""
    return max(_all(folder), key=_number, default=folder / FIRST)


def following(file: Path) -> Path:
    """The name of the file that takes this one's place."""
    return file.with_name(f"cache.{_number(file) + 1}.db")


def remove(file: Path) -> None:
    """Remove a cache with its log."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def remove_all(folder: Path, *, but: Path | None = None) -> None:
    """Remove every cache, or every other one, with its log; no connection of this program may be open to it."""
    for file in _all(folder):
        if file != but:
            remove(file)


def _all(folder: Path) -> list[Path]:
    return [file for file in folder.glob("cache*.db") if _NAME.fullmatch(file.name)]


def _number(file: Path) -> int:
    named = _NAME.fullmatch(file.name)
    assert named is not None, file
    return int(named[1] or 0)

"""The folders of simulated terminals: their databases in memory, and beside them the real files of a first sync."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from local_db import cache_file, files, next_cache
from local_db.ballast import SIZE
from tests.simulator.disk import Database, Machine, SimConnection

_SIGNS = (files.OUTBOX_FILE, cache_file.FIRST, f"{cache_file.FIRST}-wal")
"""Files at which the program looks as such too, before it opens them."""


_CONNECT: Callable[..., Any] = files._connect
"""Opens a real file; a stage puts its shelf in the place of it."""


class Shelf:
    """Which database lies at which path (see local_db.files._connect). Whatever else is opened is a real file."""

    def __init__(self) -> None:
        self._machines: dict[Path, Machine] = {}
        self._at: dict[Path, Database] = {}
        self._taken_in: dict[Path, tuple[int, int]] = {}
        self._spare: list[Database] = []
        self.empty: Database | None = None
        """A cache without rows."""

    def give(self, folder: Path, machine: Machine) -> None:
        """This machine has a folder from now on."""
        self._machines[folder] = machine

    def put(self, path: Path, database: Database) -> None:
        """Lay a database at a path."""
        self._at[path] = database

    def at(self, path: Path) -> Database:
        """What lies there."""
        return self._at[path]

    def forget(self, path: Path) -> None:
        """A file is removed."""
        database = self._at.pop(path, None)
        if database is not None and self._taken_in.pop(path, None) and database.is_set:
            self._spare.append(database)

    def connect(self, path: Path, *, must_exist: bool = False) -> SimConnection:
        """Open what lies there. A cache that takes the place of another one is taken into memory, where that is."""
        machine = self._machines[path.parent]
        found = path.stat() if path.exists() else None
        which = (found.st_ino, found.st_mtime_ns) if found is not None else (0, 0)
        # Where an exchange failed, another file gets the same name the next time.
        if path in self._at and self._taken_in.get(path, which) == which:
            return machine.connect(self._at[path])
        real = _CONNECT(path, must_exist=must_exist)
        if path.name == next_cache.FILE or not path.name.startswith("cache."):
            return machine.connect(Database(path.name, raw=real))
        try:
            database = self._taken(real)
        finally:
            real.close()
        self._at[path] = database
        self._taken_in[path] = which
        path.with_name(f"{path.name}-wal").write_bytes(b"in memory")
        return machine.connect(database)

    def _taken(self, real: Any) -> Database:
        """A cache with the content of a real file. One that was used before knows all the statements already."""
        assert self.empty is not None
        if self._spare:
            database = self._spare.pop()
            database.reset()
        else:
            database = Database("cache", loses_commits=True)
            database.copy_from(self.empty)
            database.set_beginning()
        database.take_over(real)
        return database


class Seat:
    """The files of one terminal, as they are when a schedule begins."""

    def __init__(self, shelf: Shelf, folder: Path, cache: Database, outbox: Database) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._shelf = shelf
        self.folder = folder
        self.first_cache = cache
        self.outbox = outbox
        shelf.put(folder / cache_file.FIRST, cache)
        shelf.put(folder / files.OUTBOX_FILE, outbox)
        self._lay_signs()

    @property
    def cache(self) -> Database:
        """The present one."""
        return self._shelf.at(cache_file.present(self.folder))

    def lay_out(self, machine: Machine) -> None:
        """These files lie on this machine's disk now."""
        self._shelf.give(self.folder, machine)

    def copy_cache(self, target: Database) -> None:
        """Make an empty file a copy of the present cache. SQLite does not copy what is in the midst of a transaction, which
        everything here is: the rows are copied."""
        assert self._shelf.empty is not None
        target.copy_from(self._shelf.empty)
        target.raw.execute("BEGIN")
        target.take_over(self.cache.raw)
        target.raw.execute("COMMIT")

    def set_beginning(self) -> None:
        """What is here now is where every schedule begins."""
        if self.cache is not self.first_cache:
            self.first_cache.take_over(self.cache.raw)
            self._clear()
        self.first_cache.set_beginning()
        self.outbox.set_beginning()

    def reset(self) -> None:
        """As at the beginning."""
        self.first_cache.reset()
        self.outbox.reset()
        self._clear()
        ballast = self.folder / "ballast"
        if not ballast.exists():
            allocate(ballast, SIZE)

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.name.startswith(("cache.", "first-sync.")) and path.name not in _SIGNS:
                path.unlink()
                self._shelf.forget(path)
        self._lay_signs()

    def _lay_signs(self) -> None:
        for name in _SIGNS:
            sign = self.folder / name
            if not sign.exists():
                sign.write_bytes(b"in memory")


def allocate(path: Path, size: int) -> None:
    """Room on a disk that never really fills up: full ones are simulated statement by statement."""
    with path.open("wb") as file:
        file.truncate(size)

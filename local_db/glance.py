"""What a desk's files show before the desk is opened: rows as they were left, for the first paint of the window.

Nothing here imports more than the first rows need: no commands, no sync. It only reads, and only files that the desk
itself would take as they are: there must be nothing to migrate, to bring up, or to make anew.
"""

from __future__ import annotations

import json
from pathlib import Path

from local_db import cache_file
from local_db.errors import LocalError
from local_db.files import OUTBOX_FILE, DatabaseError, open_reader
from local_db.keys import PROFILE_FILE, FileKey, find_key, storage_of
from local_db.reader import Reader, ReaderPool


class Glance:
    """A profile's rows to read; close it before the desk is opened. Use ``look_in``."""

    def __init__(self, folder: Path, key: FileKey) -> None:
        self._key = key
        self._pool = ReaderPool(lambda: open_reader(folder, key.key))
        self.reader = Reader(self._pool)

    @property
    def is_settled(self) -> bool:
        """Whether the terminal is enrolled, and its rows are what its outbox says."""
        facts = dict(self.reader.tuples("SELECT key, value FROM outbox.meta"))
        cache = self.reader.tuples("SELECT outbox_id, client_id, applied_through FROM cache_meta")
        last_n = self.reader.value("SELECT max(n) FROM outbox.command")
        last_n = int(facts.get("last_n") or 0) if last_n is None else last_n
        client_id = facts.get("client_id", "")
        return (
            bool(client_id)
            and not facts.get("cache_in_doubt")
            and cache == [(facts.get("outbox_id"), client_id, last_n)]
        )

    @property
    def site_id(self) -> str:
        """The site that this terminal stands at; empty where it is not known yet."""
        scopes = json.loads(self.reader.value("SELECT value FROM outbox.meta WHERE key = 'scopes'") or "[]")
        sites = [str(scope).removeprefix("site:") for scope in scopes if str(scope).startswith("site:")]
        return sites[0] if sites else ""

    def secret(self, name: str) -> str:
        """A secret that the desk kept under this name, or an empty text."""
        if self._key.keyring is not None:
            return self._key.keyring.secret(name)
        return str(self.reader.value("SELECT value FROM outbox.secret WHERE name = ?", (name,)) or "")

    def close(self) -> None:
        """Close the files."""
        self._pool.close()


def look_in(folder: Path, *, allow_plain: bool) -> Glance | None:
    """A glance into a profile; None where there is none to be had without asking anybody: no profile yet, a passphrase,
    files that are in doubt."""
    needed = (folder / PROFILE_FILE, cache_file.present(folder), folder / OUTBOX_FILE)
    if not all(file.exists() for file in needed):
        return None
    if storage_of(folder) == "passphrase":
        return None
    try:
        glance = Glance(folder, find_key(folder, allow_plain=allow_plain, passphrase=None))
    except LocalError:
        # Opening the desk says it in full.
        return None
    try:
        settled = glance.is_settled
    except (DatabaseError, LocalError):
        settled = False
    if not settled:
        glance.close()
        return None
    return glance

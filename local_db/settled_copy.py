"""Settles a pull on a copy of the cache, while people go on working in the present one; then the copy takes its place."""

from __future__ import annotations

import os

from local_db import cache_file, next_cache
from local_db.cache import Cache
from local_db.files import Connection
from local_db.outbox import OutboxSeen, Superseded
from local_db.provisional import Provisional
from local_db.rebase import Rebase
from local_db.replay import Replay
from local_db.staging import Staging
from local_db.store import Store
from services.protocol.messages import PullResponse

# So many commands can be replayed when the copy takes its place: whoever works then waits for no more than these.
_FEW_COMMANDS = 5
_MOST_ROUNDS = 20


def settle_on_copy(
    store: Store, staging: Staging, last: PullResponse, code: str, identity: tuple[str, str]
) -> set[str]:
    """Apply staged pages as Rebase.settle does, without holding the write lock. Answers the tables that may have changed.

    Outcomes must be kept already. Commands that are given meanwhile are replayed over it. Raises Superseded, OSError
    where the disk has no room for a copy, and what the files raise; then nothing has happened.
    """
    file = store.folder / next_cache.FILE
    cache_file.remove(file)
    try:
        next_cache.must_have_room(store.folder, _size(store))
        reader = store.readers.take()
        try:
            seen = OutboxSeen(reader, identity)
            with next_cache.opened(file, store.key) as copy:
                _copy(reader, copy)
                touched = _settle(copy, seen, staging, last, store.clock(), code)
        finally:
            store.readers.give(reader)
        next_cache.flush(file)

        def check() -> None:
            if store.identity != identity:
                raise Superseded

        return touched | store.exchange_cache(file, check)
    finally:
        cache_file.remove(file)


def _size(store: Store) -> int:
    """Bytes that a copy may have."""
    file = cache_file.present(store.folder)
    return sum(os.stat(f"{file}{suffix}").st_size for suffix in ("", "-wal"))


def _copy(reader: Connection, copy: Connection) -> None:
    """All that is committed. Writers are not held up, and what they write meanwhile is not in it."""
    reader.backup(copy)
    # The header that was copied asks for a log.
    copy.execute("PRAGMA journal_mode = OFF").fetchall()
    copy.execute("PRAGMA temp_store = MEMORY")
    copy.execute("PRAGMA recursive_triggers = ON")


def _settle(
    copy: Connection, seen: OutboxSeen, staging: Staging, last: PullResponse, now: int, code: str
) -> set[str]:
    cache = Cache(copy)
    rebase = Rebase(cache, seen, Replay(cache, seen, Provisional(cache)))
    seen.look()
    touched = rebase.settle(staging.over(copy), last, now, code)
    for _ in range(_MOST_ROUNDS):
        seen.look()
        if seen.last_n - cache.applied_through <= _FEW_COMMANDS:
            break
        touched |= rebase.catch_up(code)
    return touched

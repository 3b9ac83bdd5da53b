"""Unfinished input that survives a crash: whatever a panel wants back, under a key of its own."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from local_db.store import Store

T = TypeVar("T")


class Drafts:
    """Drafts in the outbox's file, durable when ``save`` returns. Any thread; the caller decides how often it saves."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def save(self, key: str, value: Any) -> None:
        """Keep ``value`` (plain data or a msgspec Struct) under ``key``, in place of what was there."""
        content = msgspec.json.encode(value)
        with self._store.writing():
            self._store.outbox.connection.execute(
                "INSERT INTO draft (key, value, saved_at) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at",
                (key, content, self._store.clock()),
            )

    def load(self, key: str, type: type[T]) -> T | None:
        """The draft under ``key`` as ``type``, or None. One that no longer fits the type counts as none."""
        content = self._store.read.value("SELECT value FROM outbox.draft WHERE key = ?", (key,))
        if content is None:
            return None
        try:
            return msgspec.json.decode(content, type=type)
        except msgspec.MsgspecError:
            return None

    def keys(self, prefix: str = "") -> list[str]:
        """The keys that begin with ``prefix``, the latest saved first."""
        return self._store.read.values(
            "SELECT key FROM outbox.draft WHERE substr(key, 1, ?) = ? ORDER BY saved_at DESC, key",
            (len(prefix), prefix),
        )

    def drop(self, key: str) -> None:
        """The draft is done with."""
        with self._store.writing():
            self._store.outbox.connection.execute("DELETE FROM draft WHERE key = ?", (key,))

"""How the two files meet a newer program: the outbox is taken along step by step, the cache is made anew."""

from __future__ import annotations

import hashlib
import inspect
from functools import lru_cache

from local_db.client_tables import CACHE_TABLES, OUTBOX_STEPS
from local_db.errors import FileUnreadable
from local_db.files import Connection, transaction
from services.protocol.messages import SCHEMA
from services.storage.row import columns_of
from services.storage.tables import TABLES

# Raised when triggers, indexes or search tables change in a way that their texts below do not show.
CACHE_VERSION = 3


def migrate_outbox(outbox: Connection) -> None:
    """Bring the outbox to the present schema; each step holds whole or not at all.

    Raises FileUnreadable where a newer program has written it: an older one must not guess.
    """
    (version,) = outbox.execute("PRAGMA user_version").fetchone()
    if version > len(OUTBOX_STEPS):
        raise FileUnreadable(
            f"The outbox was written by a newer version of this program (its format is {version}, this one knows "
            f"{len(OUTBOX_STEPS)}). It was left as it is. Update this program."
        )
    for number, step in enumerate(OUTBOX_STEPS[version:], start=version + 1):
        with transaction(outbox):
            for statement in step:
                outbox.execute(statement)
            outbox.execute(f"PRAGMA user_version = {number}")


@lru_cache(maxsize=1)
def cache_schema() -> str:
    """A fingerprint of everything that decides how the cache looks. A cache with another one is dropped."""
    digest = hashlib.sha256(f"{CACHE_VERSION} {SCHEMA}".encode())
    for statement in CACHE_TABLES:
        digest.update(statement.encode())
    for cls in TABLES:
        annotations: dict[str, object] = {}
        for base in reversed(cls.__mro__):
            annotations |= inspect.get_annotations(base)
        columns = [(name, str(annotations[name])) for name in columns_of(cls)]
        digest.update(repr((cls.table.name, cls.table.indexes, columns)).encode())
    return digest.hexdigest()[:32]

"""Makes an empty cache: the business tables, their shadows, the search indexes and the terminal's own tables."""

from __future__ import annotations

from local_db.before_images import shadow_tables
from local_db.client_tables import CACHE_TABLES
from local_db.files import Connection, transaction
from local_db.migrations import cache_schema
from services.storage.cache_tables import business_statements
from services.storage.search_tables import search_indexes, search_triggers


def create_cache(cache: Connection, outbox_id: str) -> None:
    """Fill an empty file with the present schema."""
    tables, indexes = business_statements()
    with transaction(cache):
        for statement in [*tables, *indexes, *search_indexes()]:
            cache.execute(statement)
        make_own(cache, outbox_id)


def make_own(cache: Connection, outbox_id: str) -> None:
    """Add what a terminal has beside the rows and their indexes: triggers, shadows, and where the rows stand."""
    for statement in [*search_triggers(), *shadow_tables(), *CACHE_TABLES]:
        cache.execute(statement)
    cache.execute(
        "INSERT INTO cache_meta (one, schema, outbox_id) VALUES (1, ?, ?)", (cache_schema(), outbox_id)
    )


def fits(cache: Connection, outbox_id: str) -> bool:
    """Whether a cache has the present schema, belongs to this outbox and was made whole."""
    known = cache.execute("SELECT count(*) FROM sqlite_master WHERE name = 'cache_meta'").fetchone()[0]
    if not known:
        return False
    row = cache.execute("SELECT schema, outbox_id FROM cache_meta").fetchone()
    return row is not None and tuple(row) == (cache_schema(), outbox_id)

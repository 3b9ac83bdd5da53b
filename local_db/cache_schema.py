"""Makes an empty cache: the business tables, their shadows, the search indexes and the terminal's own tables."""

from __future__ import annotations

from local_db.before_images import shadow_tables
from local_db.client_tables import CACHE_TABLES
from local_db.files import Connection, transaction
from local_db.migrations import cache_schema
from local_db.search_index import search_tables

# What lists are ordered by; handlers, which run on both sides, do without these.
_READ_INDEXES = (
    'CREATE INDEX ix_read_order_placed ON "order" (placed_at, id)',
    "CREATE INDEX ix_read_product_sku ON product (sku, id)",
    "CREATE INDEX ix_read_product_gtin ON product (gtin)",
    "CREATE INDEX ix_read_product_category ON product (category, sku, id)",
    "CREATE INDEX ix_read_product_reorder ON product (reorder_point)",
    "CREATE INDEX ix_read_level_available ON stock_level (site_id, on_hand - reserved - held - leased, product_id)",
    "CREATE INDEX ix_read_level_held ON stock_level (site_id, product_id) WHERE held > 0",
    "CREATE INDEX ix_read_level_backordered ON stock_level (site_id, product_id) WHERE backordered > 0",
    # What the dashboard counts by the hour, without touching the rows themselves.
    "CREATE INDEX ix_read_event_kind ON event (site_id, kind, at)",
    "CREATE INDEX ix_read_pick_done ON pick_task (site_id, picked_at, created_at)",
)


def business_statements() -> tuple[list[str], list[str]]:
    """The statements that make the business tables, and those that make their indexes.

    No column but the id is unique: uniqueness is the authority's, and a cache must take whatever it says.
    """
    # Imported late: only a new cache needs it, and a window that opens an old one must not wait for the import.
    from sqlalchemy import MetaData
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from services.storage.schema import business_tables

    metadata = MetaData()
    tables = business_tables(metadata, unique=False)
    dialect = sqlite.dialect()
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables.values()]
    indexes = [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in tables.values()
        for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]
    return made, [*indexes, *_READ_INDEXES]


def create_cache(cache: Connection, outbox_id: str) -> None:
    """Fill an empty file with the present schema."""
    tables, indexes = business_statements()
    with transaction(cache):
        for statement in [*tables, *indexes, *search_tables(), *shadow_tables(), *CACHE_TABLES]:
            cache.execute(statement)
        start_meta(cache, outbox_id)


def start_meta(cache: Connection, outbox_id: str) -> None:
    """Write down which schema the cache has, and to which outbox it belongs."""
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

"""How business rows lie in a terminal's cache, and so in the images that a server gives terminals to begin with.

An image of this layout is taken as it is: the terminal only encrypts its pages and adds what is its own.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

from services.storage.search_tables import search_indexes

PAGE_BYTES = 4096
"""Each page is encrypted and sealed for itself. With half of it a command, which touches many pages here and there, takes
a fortieth less, and a first sync a third more."""
RESERVED_BYTES = 48
"""What every page of an image leaves free at its end, where a keyed cache keeps a page's vector and checksum."""

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


@lru_cache(maxsize=1)
def business_statements() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements that make the business tables, in the order of TABLES, and those that make their indexes.

    No column but the id is unique: uniqueness is the authority's, and a cache must take whatever it says.
    """
    # Imported late: only a new cache needs it, and a window that opens an old one must not wait for the import.
    from sqlalchemy import MetaData
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from services.storage.schema import business_tables

    tables = business_tables(MetaData(), unique=False)
    dialect = sqlite.dialect()
    made = (str(CreateTable(table).compile(dialect=dialect)) for table in tables.values())
    indexes = (
        str(CreateIndex(index).compile(dialect=dialect))
        for table in tables.values()
        for index in sorted(table.indexes, key=lambda index: str(index.name))
    )
    return tuple(made), (*indexes, *_READ_INDEXES)


@lru_cache(maxsize=1)
def layout() -> int:
    """A fingerprint of pages, tables, indexes and search. An image carries it as its ``application_id``: one with
    another fingerprint came from a server of another version, and gives its rows only."""
    tables, indexes = business_statements()
    text = "\n".join([f"{PAGE_BYTES} {RESERVED_BYTES}", *tables, *indexes, *search_indexes()])
    return zlib.crc32(text.encode()) & 0x7FFFFFFF or 1

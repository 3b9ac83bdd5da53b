"""The full-text indexes of a terminal's cache: words by their beginnings, and pieces of codes.

Both sides make them: the server fills those of the images that it gives away, terminals keep theirs right by triggers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_WORDS_OPTIONS = "prefix='2 3', tokenize='unicode61 remove_diacritics 2'"
_PIECES_OPTIONS = "tokenize='trigram'"
# (table, kind of index, columns, options)
_INDEXES = (
    ("product", "words", ("sku", "name", "category", "gtin"), _WORDS_OPTIONS),
    ("customer", "words", ("code", "name", "city", "postcode"), _WORDS_OPTIONS),
    ("product", "pieces", ("sku", "name", "gtin"), _PIECES_OPTIONS),
)


def search_indexes() -> list[str]:
    """The statements that make the indexes. Their rows are those of their table by row number; they store no text."""
    return [
        # detail=none: which columns and places a word stands in is not kept, which makes a look-up sixty times quicker.
        f"CREATE VIRTUAL TABLE {table}_{kind} USING fts5 "
        f"({', '.join(columns)}, content='{table}', detail=none, columnsize=0, {options})"
        for table, kind, columns, options in _INDEXES
    ]


def search_triggers() -> list[str]:
    """The statements that make the triggers which keep the indexes."""
    return [
        statement for table, kind, columns, _ in _INDEXES for statement in _triggers(table, kind, columns)
    ]


def _triggers(table: str, kind: str, columns: tuple[str, ...]) -> Iterator[str]:
    index = f"{table}_{kind}"
    listed = ", ".join(columns)
    new = ", ".join(f"NEW.{name}" for name in columns)
    old = ", ".join(f"OLD.{name}" for name in columns)
    forget = f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', OLD.rowid, {old});"
    learn = f"INSERT INTO {index} (rowid, {listed}) VALUES (NEW.rowid, {new});"
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
    yield f'CREATE TRIGGER {index}_insert AFTER INSERT ON "{table}" BEGIN {learn} END'
    yield f'CREATE TRIGGER {index}_delete AFTER DELETE ON "{table}" BEGIN {forget} END'
    yield f'CREATE TRIGGER {index}_update AFTER UPDATE ON "{table}" WHEN {changed} BEGIN {forget} {learn} END'


def fill_search(connection: Any) -> None:
    """Fill the indexes from their tables, after rows were put there past the triggers."""
    for table, kind, _, _ in _INDEXES:
        connection.execute(f"INSERT INTO {table}_{kind} ({table}_{kind}) VALUES ('rebuild')")


def check_search(connection: Any) -> None:
    """Compare the indexes with their tables; raises the driver's DatabaseError where they differ."""
    for table, kind, _, _ in _INDEXES:
        connection.execute(f"INSERT INTO {table}_{kind} ({table}_{kind}, rank) VALUES ('integrity-check', 1)")

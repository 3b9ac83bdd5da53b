"""What rows were before pending commands touched them, so that provisional work can be taken back exactly.

Each business table has a shadow table, filled by triggers while ``capture`` is on: the first provisional change of a
row keeps what was there (or that nothing was), later ones find it kept already. A row is provisional exactly while it
has a shadow row. Shadows are kept by row number: that is one look-up by an integer, new rows are kept one after the
other, and the search index, which names rows by their numbers, stays right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache as cache_by_arguments

from local_db.files import Connection
from services.storage.row import Row, columns_of
from services.storage.tables import TABLES


def shadow_name(cls: type[Row]) -> str:
    """The name of a class's shadow table. Queries use the view ``before_<table>``: the ids of its provisional rows."""
    return f"shadow_{cls.table.name}"


def shadow_tables(classes: Iterable[type[Row]] = TABLES) -> list[str]:
    """The statements that make the shadow tables, their triggers and their views."""
    return [statement for cls in classes for statement in _shadow(cls)]


def _shadow(cls: type[Row]) -> list[str]:
    table, shadow = cls.table.name, shadow_name(cls)
    columns = [f'"{name}"' for name in columns_of(cls)]
    old = ", ".join(f"OLD.{column}" for column in columns)
    listed = ", ".join(columns)
    # Never OR IGNORE instead of NOT EXISTS: the conflict clause of the statement that fired the trigger overrides it.
    keep_old = f"""
        WHEN (SELECT is_on FROM capture) = 1
         AND NOT EXISTS (SELECT 1 FROM "{shadow}" WHERE row_number = OLD.rowid)
        BEGIN
            INSERT INTO "{shadow}" (row_number, existed, {listed}) VALUES (OLD.rowid, 1, {old});
        END"""
    return [
        # Columns without a type, so that every value is kept exactly as it was stored.
        f'CREATE TABLE "{shadow}" (row_number INTEGER PRIMARY KEY, existed INTEGER NOT NULL, {listed})',
        f"""CREATE TRIGGER "{shadow}_insert" AFTER INSERT ON "{table}"
        WHEN (SELECT is_on FROM capture) = 1
         AND NOT EXISTS (SELECT 1 FROM "{shadow}" WHERE row_number = NEW.rowid)
        BEGIN
            INSERT INTO "{shadow}" (row_number, existed) VALUES (NEW.rowid, 0);
        END""",
        f'CREATE TRIGGER "{shadow}_update" BEFORE UPDATE ON "{table}" {keep_old}',
        f'CREATE TRIGGER "{shadow}_delete" BEFORE DELETE ON "{table}" {keep_old}',
        f"""CREATE VIEW "before_{table}" AS
        SELECT t."id" AS id FROM "{table}" AS t JOIN "{shadow}" AS s ON s.row_number = t.rowid""",
    ]


def rewind(cache: Connection, classes: Sequence[type[Row]] = TABLES) -> set[str]:
    """Take back every provisional change, within the caller's transaction, and answer the tables it touched.

    Afterwards every row is what it was, byte for byte and under its old row number, and the shadow tables are empty.
    """
    touched = set(provisional_tables(cache, classes))
    cache.execute("UPDATE capture SET is_on = 0")
    for cls in classes:
        if cls.table.name in touched:
            for statement in _rewinding(cls):
                cache.execute(statement)
    cache.execute("UPDATE capture SET is_on = 1")
    return touched


@cache_by_arguments
def _rewinding(cls: type[Row]) -> tuple[str, ...]:
    table, shadow = cls.table.name, shadow_name(cls)
    columns = [f'"{name}"' for name in columns_of(cls)]
    listed = ", ".join(columns)
    updates = ", ".join(f"{column} = s.{column}" for column in columns[1:])
    return (
        # First what is new, and what took over the number of a deleted row: then every id and number is free for its owner.
        f'DELETE FROM "{table}" WHERE rowid IN (SELECT row_number FROM "{shadow}" WHERE existed = 0)',
        f'DELETE FROM "{table}" WHERE rowid IN (SELECT s.row_number FROM "{shadow}" AS s '
        f'JOIN "{table}" AS t ON t.rowid = s.row_number WHERE s.existed = 1 AND s."id" IS NOT t."id")',
        f'UPDATE "{table}" SET {updates} FROM "{shadow}" AS s '
        f'WHERE s.row_number = "{table}".rowid AND s.existed = 1',
        f'INSERT INTO "{table}" (rowid, {listed}) SELECT row_number, {listed} FROM "{shadow}" AS s '
        f'WHERE s.existed = 1 AND NOT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t.rowid = s.row_number)',
        f'DELETE FROM "{shadow}"',
    )


def provisional_tables(cache: Connection, classes: Sequence[type[Row]] = TABLES) -> list[str]:
    """The tables that hold provisional rows, or did before these were deleted."""
    return [table for (table,) in cache.execute(_which_are_shadowed(tuple(classes))).fetchall()]


@cache_by_arguments
def _which_are_shadowed(classes: tuple[type[Row], ...]) -> str:
    return " UNION ALL ".join(
        f"SELECT '{cls.table.name}' WHERE EXISTS (SELECT 1 FROM \"{shadow_name(cls)}\")" for cls in classes
    )

"""What rows were before pending commands touched them, so that provisional work can be taken back exactly.

Each business table has a shadow table, filled by triggers while ``capture`` is on: the first provisional change of a
row keeps what was there (or that nothing was), later ones find it kept already. A row is provisional exactly while
it has a shadow row.
"""

from __future__ import annotations

from collections.abc import Iterable

from local_db.files import Connection
from services.storage.row import Row, columns_of
from services.storage.tables import TABLES


def shadow_name(cls: type[Row]) -> str:
    """The name of a class's shadow table."""
    return f"before_{cls.table.name}"


def shadow_tables(classes: Iterable[type[Row]] = TABLES) -> list[str]:
    """The statements that make the shadow tables and their triggers."""
    return [statement for cls in classes for statement in _shadow(cls)]


def _shadow(cls: type[Row]) -> list[str]:
    table, shadow = cls.table.name, shadow_name(cls)
    names = columns_of(cls)
    rest = [f'"{name}"' for name in names[1:]]
    old = [f'OLD."{name}"' for name in names[1:]]
    # Never OR IGNORE instead of NOT EXISTS: the conflict clause of the statement that fired the trigger would override
    # it.
    keep_old = f"""
        WHEN (SELECT is_on FROM capture) = 1
         AND NOT EXISTS (SELECT 1 FROM "{shadow}" WHERE "id" = OLD."id")
        BEGIN
            INSERT INTO "{shadow}" ("id", existed, row_number, {", ".join(rest)})
            VALUES (OLD."id", 1, OLD.rowid, {", ".join(old)});
        END"""
    return [
        # Columns without a type, so that every value is kept exactly as it was stored. No second tree for the id.
        f"""CREATE TABLE "{shadow}" (
            "id" TEXT PRIMARY KEY, existed INTEGER NOT NULL, row_number INTEGER, {", ".join(rest)}
        ) WITHOUT ROWID""",
        f"""CREATE TRIGGER "{shadow}_insert" AFTER INSERT ON "{table}"
        WHEN (SELECT is_on FROM capture) = 1
         AND NOT EXISTS (SELECT 1 FROM "{shadow}" WHERE "id" = NEW."id")
        BEGIN
            INSERT INTO "{shadow}" ("id", existed) VALUES (NEW."id", 0);
        END""",
        f'CREATE TRIGGER "{shadow}_update" BEFORE UPDATE ON "{table}" {keep_old}',
        f'CREATE TRIGGER "{shadow}_delete" BEFORE DELETE ON "{table}" {keep_old}',
    ]


def rewind(cache: Connection, classes: Iterable[type[Row]] = TABLES) -> set[str]:
    """Take back every provisional change, within the caller's transaction, and answer the tables it touched.

    Rows come back byte for byte and under their old row numbers, by which the search index names them.
    """
    touched: set[str] = set()
    cache.execute("UPDATE capture SET is_on = 0")
    for cls in classes:
        table, shadow = cls.table.name, shadow_name(cls)
        if cache.execute(f'SELECT 1 FROM "{shadow}" LIMIT 1').fetchone() is None:
            continue
        touched.add(table)
        columns = [f'"{name}"' for name in columns_of(cls)]
        updates = ", ".join(f"{name} = b.{name}" for name in columns[1:])
        listed = ", ".join(columns)
        # First what was new, so that its row numbers are free for the rows that had them.
        cache.execute(f'DELETE FROM "{table}" WHERE "id" IN (SELECT "id" FROM "{shadow}" WHERE existed = 0)')
        cache.execute(
            f'UPDATE "{table}" SET {updates} FROM "{shadow}" AS b WHERE b."id" = "{table}"."id" AND b.existed = 1'
        )
        cache.execute(
            f'INSERT INTO "{table}" (rowid, {listed}) SELECT row_number, {listed} FROM "{shadow}" AS b '
            f'WHERE b.existed = 1 AND NOT EXISTS (SELECT 1 FROM "{table}" AS t WHERE t."id" = b."id")'
        )
        cache.execute(f'DELETE FROM "{shadow}"')
    cache.execute("UPDATE capture SET is_on = 1")
    return touched


def provisional_tables(cache: Connection, classes: Iterable[type[Row]] = TABLES) -> list[str]:
    """The tables that hold provisional rows."""
    return [
        cls.table.name
        for cls in classes
        if cache.execute(f'SELECT 1 FROM "{shadow_name(cls)}" LIMIT 1').fetchone() is not None
    ]

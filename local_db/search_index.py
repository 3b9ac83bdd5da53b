"""The full-text indexes of the cache: words by their beginnings, and pieces of codes, kept right by triggers."""

from __future__ import annotations

from collections.abc import Iterable

from local_db.files import Connection

_WORDS = {"product": ("sku", "name", "category", "gtin"), "customer": ("code", "name", "city", "postcode")}
_PIECES = {"product": ("sku", "name", "gtin")}


def _index(table: str, suffix: str, columns: tuple[str, ...], options: str) -> list[str]:
    """One index whose rows are those of ``table`` by row number; it stores no text of its own."""
    index = f"{table}_{suffix}"
    listed = ", ".join(columns)
    new = ", ".join(f"NEW.{name}" for name in columns)
    old = ", ".join(f"OLD.{name}" for name in columns)
    forget = f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', OLD.rowid, {old});"
    learn = f"INSERT INTO {index} (rowid, {listed}) VALUES (NEW.rowid, {new});"
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in columns)
    return [
        # detail=none: which columns and places a word stands in is not kept, which makes a look-up sixty times quicker.
        f"CREATE VIRTUAL TABLE {index} USING fts5 "
        f"({listed}, content='{table}', detail=none, columnsize=0, {options})",
        f'CREATE TRIGGER {index}_insert AFTER INSERT ON "{table}" BEGIN {learn} END',
        f'CREATE TRIGGER {index}_delete AFTER DELETE ON "{table}" BEGIN {forget} END',
        f'CREATE TRIGGER {index}_update AFTER UPDATE ON "{table}" WHEN {changed} BEGIN {forget} {learn} END',
    ]


def search_tables() -> list[str]:
    """The statements that make the indexes and the triggers that keep them."""
    words = "prefix='2 3', tokenize='unicode61 remove_diacritics 2'"
    pieces = "tokenize='trigram'"
    return [
        *(
            statement
            for table, columns in _WORDS.items()
            for statement in _index(table, "words", columns, words)
        ),
        *(
            statement
            for table, columns in _PIECES.items()
            for statement in _index(table, "pieces", columns, pieces)
        ),
    ]


def rebuild(cache: Connection, schema: str = "main") -> None:
    """Fill the indexes from the tables, after rows were copied past the triggers."""
    for table in _WORDS:
        cache.execute(f"INSERT INTO {schema}.{table}_words ({table}_words) VALUES ('rebuild')")
    for table in _PIECES:
        cache.execute(f"INSERT INTO {schema}.{table}_pieces ({table}_pieces) VALUES ('rebuild')")


def check(cache: Connection) -> None:
    """Compare the indexes with their tables; raises a DatabaseError where they differ."""
    for table in _WORDS:
        cache.execute(f"INSERT INTO {table}_words ({table}_words, rank) VALUES ('integrity-check', 1)")
    for table in _PIECES:
        cache.execute(f"INSERT INTO {table}_pieces ({table}_pieces, rank) VALUES ('integrity-check', 1)")


def words_of(text: str) -> list[str]:
    """The words in what a person typed; marks divide them."""
    return "".join(c if c.isalnum() else " " for c in text).split()


def words_query(text: str) -> str:
    """What a person typed as an FTS5 query: every word by its beginning, in any order; empty where no word is in it."""
    return begins_query(words_of(text))


def begins_query(words: Iterable[str]) -> str:
    """Words by their beginnings, in any order, as an FTS5 query."""
    return " ".join(f'"{word}"*' for word in words)


def pieces_query(text: str) -> str:
    """A piece of a code as an FTS5 query over trigrams; empty where it is shorter than three characters.

    Without positions in the index a query only says that every trigram occurs; the caller checks with LIKE.
    """
    text = text.strip()
    found = [text[i : i + 3].replace('"', '""') for i in range(len(text) - 2)]
    return " ".join(f'"{piece}"' for piece in dict.fromkeys(found))


def like_pattern(text: str) -> str:
    """A LIKE pattern (with ESCAPE '\\') for text anywhere."""
    escaped = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

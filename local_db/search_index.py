"""What people type in search boxes, as queries of the cache's full-text indexes (services.storage.search_tables)."""

from __future__ import annotations

from collections.abc import Iterable


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

"""What a desk says of itself: the name of its terminal and the size of its rows."""

from __future__ import annotations

import msgspec

from local_db.reader import Reader


class DeskFacts(msgspec.Struct, frozen=True):
    """``terminal_name`` is empty where the terminal is not known by a name; the size is that of the cache's file."""

    terminal_name: str
    database_bytes: int


def desk_facts(reader: Reader, terminal_code: str) -> DeskFacts:
    """What is known of this desk."""
    name = reader.value("SELECT name FROM terminal WHERE code = ?", (terminal_code,))
    return DeskFacts(str(name or ""), database_bytes(reader))


def database_bytes(reader: Reader) -> int:
    """The size of the cache's file."""
    return int(
        reader.value("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()") or 0
    )

"""What is true of this desk, in a few words for the strip at the bottom of its window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app import __version__, formats
from local_db.queries.desk_queries import desk_facts

if TYPE_CHECKING:
    from local_db.desk import Desk


def desk_in_words(desk: Desk) -> tuple[str, str]:
    """(terminal, size of its rows and program's version; the same at more length). Reads: not for the UI thread."""
    known = desk.identity
    facts = desk_facts(desk.read, known.terminal_code if known is not None else "")
    if known is None:
        terminal = "Terminal not enrolled"
    else:
        terminal = " ".join(part for part in ("Terminal", known.terminal_code, facts.terminal_name) if part)
    size = formats.size(facts.database_bytes)
    return (
        f"{terminal}  ·  {size} of rows here  ·  Holdfast {__version__}",
        f"{terminal}. {size} of rows are kept on this desk and open without a link. Holdfast {__version__}.",
    )

"""Where terminals work, and where they have worked."""

from __future__ import annotations

import msgspec

from local_db.reader import Reader

_SITES = """
SELECT h.id, h.held_site_id, coalesce(s.name, ''), h.since, h.until, h.reason,
       EXISTS (SELECT 1 FROM before_terminal_site AS b WHERE b.id = h.id)
FROM terminal_site AS h LEFT JOIN site AS s ON s.id = h.held_site_id
"""


class HeldSite(msgspec.Struct, frozen=True):
    """A terminal works at a site, or has worked there until ``until``. Instants in ms UTC.

    ``reason``: why it was given the site or, once it is past, why it was taken.
    """

    id: str
    site_id: str
    name: str
    since: int
    until: int | None
    reason: str
    provisional: bool


def sites_of_terminal(reader: Reader, terminal_id: str) -> list[HeldSite]:
    """The sites of a terminal, present and past, in the order in which it got them."""
    return reader.rows(f"{_SITES} WHERE h.terminal_id = ? ORDER BY h.since, h.id", (terminal_id,), HeldSite)


def sites_of_desk(reader: Reader, terminal_code: str) -> list[HeldSite]:
    """The same, for the terminal with this code."""
    found = reader.value("SELECT id FROM terminal WHERE code = ?", (terminal_code,))
    return sites_of_terminal(reader, str(found)) if found else []

"""What a form on stock offers and says while it is filled in: products, bins, and what the books have there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop_app.panels.inventory.deeds import in_bin
from local_db.queries.search import location_by_code, search_locations, search_products
from local_db.queries.stock import StockRow, stock, stock_levels
from local_db.queries.stock_story_queries import product_of
from local_db.reader import Reader

_MOST = 12


class Facts(NamedTuple):
    """In words what the books say of what is entered so far; whether a lot or a day has to be given."""

    words: str
    tracked: bool


def offered_products(reader: Reader, text: str) -> list[tuple[str, str]]:
    """Products as (sku, name) for what was typed."""
    return [(row.sku, row.name) for row in search_products(reader, text, limit=_MOST)]


def offered_bins(reader: Reader, site_id: str, product: str, text: str, which: str) -> list[tuple[str, str]]:
    """Bins as (code, words): first where the product lies, then others by their code."""
    with reader.snapshot():
        found = product_of(reader, product) if product else None
        rows = stock(reader, site_id=site_id, product_id=found[0].id) if found is not None else []
        typed = text.upper()
        offers: dict[str, list[StockRow]] = {}
        for row in rows:
            if typed in row.location_code and (which != "held" or row.status == "held"):
                offers.setdefault(row.location_code, []).append(row)
        made = [(code, _there(offers[code])) for code in sorted(offers)]
        if typed and len(made) < _MOST:
            others = search_locations(reader, typed, site_id=site_id, limit=_MOST)
            made += [(place.code, place.kind) for place in others if place.code not in offers]
    return made[:_MOST]


def facts_of(reader: Reader, site_id: str, product: str, bins: Sequence[tuple[str, str]]) -> Facts:
    """What the books say of a product in the bins that are entered."""
    with reader.snapshot():
        found = product_of(reader, product) if product else None
        if found is None:
            return Facts("", False)
        level = next(iter(stock_levels(reader, site_id=site_id, product_id=found[0].id)), None)
        known = (
            f"{level.on_hand:,} on hand, {level.available:,} available"
            if level is not None
            else "none here yet"
        )
        sentences = [f"{found[0].name}: {known}"]
        for _name, code in bins:
            place = location_by_code(reader, code, site_id=site_id) if code else None
            if place is not None:
                sentences.append(
                    f"{place.code} has {_there(in_bin(reader, found[0].id, place.id)) or 'none of it'}"
                )
    return Facts(". ".join(sentences) + ".", found[0].lot_tracked or found[0].expiry_tracked)


def _there(rows: Sequence[StockRow]) -> str:
    """`40 good, 2 on hold`."""
    words = {"good": "good", "held": "on hold", "suspect": "not found"}
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.status] = sums.get(row.status, 0) + row.on_hand
    promised = sum(row.allocated for row in rows)
    parts = [f"{units:,} {words.get(status, status)}" for status, units in sums.items() if units]
    return ", ".join([*parts, *([f"{promised:,} of them promised"] if promised else [])])

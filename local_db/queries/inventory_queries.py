"""The Inventory panel's list: products with their totals at a site, filtered, ordered and paged by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from local_db.queries.paging import Where
from local_db.reader import Reader
from services.domain.days import DAY_MS
from services.domain.stock_rules import GREEN_ABOVE, RED_BELOW, Band, band

TREND_DAYS: Final = 30
"""How many days back the trend of a product goes; movements are kept that long."""

_MOST_FOUND: Final = 500
# From here on, finding the key at a place in an index is quicker than walking the list there.
_FAR: Final = 1_000


class InventoryFilter(msgspec.Struct, frozen=True):
    """What the list shows. Empty fields ask for nothing. ``shows`` are any of low, out, held, backordered: a product
    must be all of them; ``bands`` and ``categories`` are alternatives."""

    site_id: str
    text: str = ""
    shows: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


class InventoryRow(msgspec.Struct, frozen=True):
    """A product and its totals at a site, in units; ``id`` is the product's.

    ``trend`` is on_hand at the end of each of the last days, the oldest first; empty where nothing moved.
    """

    id: str
    sku: str
    name: str
    category: str
    uom: str
    on_hand: int
    reserved: int
    held: int
    leased: int
    available: int
    in_transit: int
    backordered: int
    reorder_point: int
    reorder_quantity: int
    lot_tracked: bool
    expiry_tracked: bool
    active: bool
    provisional: bool
    trend: tuple[int, ...] = ()

    @property
    def band(self) -> Band:
        """How much is left, as a colour."""
        return band(self.available, self.reorder_point)


_AVAILABLE: Final = "v.on_hand - v.reserved - v.held - v.leased"
_LOW: Final = f"p.reorder_point > 0 AND {_AVAILABLE} <= p.reorder_point"

SELECT_ROW: Final = f"""
SELECT p.id, p.sku, p.name, p.category, p.uom, coalesce(v.on_hand, 0), coalesce(v.reserved, 0), coalesce(v.held, 0),
       coalesce(v.leased, 0), coalesce({_AVAILABLE}, 0), coalesce(v.in_transit, 0), coalesce(v.backordered, 0),
       p.reorder_point, p.reorder_quantity, p.lot_tracked, p.expiry_tracked, p.active,
       EXISTS (SELECT 1 FROM before_stock_level AS b WHERE b.id = v.id)
"""
"""The columns of an InventoryRow but its trend, of a product `p` and its level `v`."""

# The page is chosen by a narrow query first; what costs a look-up a row is asked only for what is shown.
_PAGE: Final = f"""
{SELECT_ROW}
FROM ({{page}}) AS page JOIN product AS p ON p.rowid = page.product_row
LEFT JOIN stock_level AS v ON v.rowid = page.level_row
ORDER BY {{order}}
"""
# How a list begins: along the products' index, along a site's levels, or from what a search has found. CROSS JOIN keeps
# the planner to it. What was never stocked here has no level: only a search shows it.
_BY_PRODUCT: Final = (
    "product AS p CROSS JOIN stock_level AS v INDEXED BY ix_stock_level_site_id_product_id "
    "ON v.site_id = ? AND v.product_id = p.id"
)
_BY_LEVEL: Final = "stock_level AS v INDEXED BY {index} CROSS JOIN product AS p ON p.id = v.product_id"
_BY_SEARCH: Final = (
    "json_each(?) AS found CROSS JOIN product AS p ON p.id = found.value "
    "LEFT JOIN stock_level AS v INDEXED BY ix_stock_level_site_id_product_id ON v.site_id = ? AND v.product_id = p.id"
)
_ORDERS: Final[dict[str, tuple[str, str, tuple[str, str]]]] = {
    "sku": ("p.sku", "p.id", ("sku", "id")),
    "name": ("p.name", "p.id", ("name", "id")),
    "available": (_AVAILABLE, "v.product_id", ("available", "id")),
}
ORDERS: Final = tuple(_ORDERS)
"""The columns by which the list can be ordered, each along an index."""


def inventory_page(
    reader: Reader,
    wanted: InventoryFilter,
    *,
    limit: int = 200,
    offset: int = 0,
    after: InventoryRow | None = None,
    order: str = "sku",
    descending: bool = False,
    now: int | None = None,
) -> list[InventoryRow]:
    """One page. ``after`` is the last row of the page before where it is known, else ``offset`` is used. With ``now``
    (ms UTC) the rows carry their trend. An order that is not one of ORDERS falls back to the sku."""
    with reader.snapshot():
        key = None
        if after is None and offset >= _FAR and wanted == InventoryFilter(wanted.site_id):
            key = _key_before(reader, wanted.site_id, offset, order, descending)
        sql, params = page_statement(
            reader,
            wanted,
            limit=limit,
            offset=offset,
            after=after,
            order=order,
            descending=descending,
            key=key,
        )
        rows = reader.rows(sql, params, InventoryRow)
        return rows if now is None else with_trends(reader, wanted.site_id, rows, now)


def inventory_count(reader: Reader, wanted: InventoryFilter) -> int:
    """How many products the filter lets through."""
    with reader.snapshot():
        if wanted == InventoryFilter(wanted.site_id):
            sql, params = "SELECT count(*) FROM stock_level WHERE site_id = ?", [wanted.site_id]
        elif wanted == InventoryFilter(wanted.site_id, bands=wanted.bands) and Band.GREEN in wanted.bands:
            return _count_with_green(reader, wanted)
        else:
            source, where, params = _source(reader, wanted, "available")
            sql = f"SELECT count(*) FROM {source} {where}"
        return int(reader.value(sql, params) or 0)


def _count_with_green(reader: Reader, wanted: InventoryFilter) -> int:
    """Above every reorder point all is green: that part, the largest by far, is counted by the index alone."""
    most = max(GREEN_ABOVE, _highest_reorder_point(reader))
    plenty = f"SELECT count(*) FROM stock_level AS v WHERE v.site_id = ? AND {_AVAILABLE} > ?"
    source, where, params = _source(reader, wanted, "available")
    where.also(f"{_AVAILABLE} <= ?")
    rest = f"SELECT count(*) FROM {source} {where}"
    return int(reader.value(plenty, (wanted.site_id, most))) + int(reader.value(rest, [*params, most]))


def page_statement(
    reader: Reader,
    wanted: InventoryFilter,
    *,
    limit: int,
    offset: int = 0,
    after: InventoryRow | None = None,
    order: str = "sku",
    descending: bool = False,
    key: tuple[Any, Any] | None = None,
) -> tuple[str, list[Any]]:
    """The query of one page with its parameters. ``key`` stands for ``after`` where only its key is known."""
    first, second, fields = _ORDERS.get(order, _ORDERS["sku"])
    if wanted.text.strip() and order == "available":
        first, second = f"coalesce({_AVAILABLE}, 0)", "p.id"
    source, where, params = _source(reader, wanted, order)
    if after is not None:
        key = (getattr(after, fields[0]), getattr(after, fields[1]))
    if key is not None:
        # The plain condition lets the index of an expression begin at the right place.
        where.also(f"{first} {'<=' if descending else '>='} ?", key[0])
        where.after(f"{first}, {second}", key, descending=descending)
        params, offset = [*params, key[0], *key], 0
    way = "DESC" if descending else "ASC"
    ordered = f"{first} {way}, {second} {way}"
    inner = (
        f"SELECT p.rowid AS product_row, v.rowid AS level_row FROM {source} {where} "
        f"ORDER BY {ordered} LIMIT ? OFFSET ?"
    )
    return _PAGE.format(page=inner, order=ordered), [*params, limit, offset]


def _key_before(
    reader: Reader, site_id: str, offset: int, order: str, descending: bool
) -> tuple[Any, Any] | None:
    """The key of the row before the one at ``offset`` in the unfiltered list, read from one index alone; None where
    that cannot be, because the catalogue has products that are not stocked here."""
    way = "DESC" if descending else "ASC"
    if order == "available":
        sql = (
            f"SELECT {_AVAILABLE}, v.product_id FROM stock_level AS v INDEXED BY ix_read_level_available "
            f"WHERE v.site_id = ? ORDER BY 1 {way}, 2 {way} LIMIT 1 OFFSET ?"
        )
        params: list[Any] = [site_id]
    else:
        stocked = reader.value("SELECT count(*) FROM stock_level WHERE site_id = ?", (site_id,))
        if stocked != reader.value("SELECT count(*) FROM product"):
            return None
        column = "name" if order == "name" else "sku"
        sql = f"SELECT {column}, id FROM product ORDER BY 1 {way}, 2 {way} LIMIT 1 OFFSET ?"
        params = []
    found = reader.tuples(sql, [*params, offset - 1])
    return (found[0][0], found[0][1]) if found else None


def _source(reader: Reader, wanted: InventoryFilter, order: str) -> tuple[str, Where, list[Any]]:
    """What the list is read from, its conditions, and the parameters of both in order."""
    where = Where().among("p.category", wanted.categories)
    narrow = _conditions(reader, wanted, where)
    text = wanted.text.strip()
    if text:
        # Imported late: only a search needs it, and the first rows of a window must not wait for it.
        from local_db.queries.search import search_products

        found = [row.id for row in search_products(reader, text, limit=_MOST_FOUND, active_only=False)]
        return _BY_SEARCH, where, [msgspec.json.encode(found).decode(), wanted.site_id, *where.params]
    index = (
        "ix_read_level_held"
        if "held" in wanted.shows
        else "ix_read_level_backordered"
        if "backordered" in wanted.shows
        else "ix_read_level_available"
        if narrow or (order == "available" and not wanted.categories)
        else ""
    )
    if not index:
        return _BY_PRODUCT, where, [wanted.site_id, *where.params]
    where.equal("v.site_id", wanted.site_id)
    return _BY_LEVEL.format(index=index), where, list(where.params)


def _conditions(reader: Reader, wanted: InventoryFilter, where: Where) -> bool:
    """Add the conditions on levels; answers whether they leave so few that a list had better begin with those."""
    narrow = False
    if "out" in wanted.shows:
        where.also(f"{_AVAILABLE} <= 0")
        narrow = True
    if "held" in wanted.shows:
        where.also("v.held > 0")
    if "backordered" in wanted.shows:
        where.also("v.backordered > 0")
    if "low" in wanted.shows:
        where.also(f"{_LOW} AND {_AVAILABLE} <= ?", _highest_reorder_point(reader))
        narrow = True
    if wanted.bands:
        red = f"({_AVAILABLE} < {RED_BELOW} OR ({_LOW}))"
        words = {
            Band.RED: red,
            Band.YELLOW: f"({_AVAILABLE} <= {GREEN_ABOVE} AND NOT {red})",
            Band.GREEN: f"({_AVAILABLE} > {GREEN_ABOVE} AND NOT {red})",
        }
        where.also(f"({' OR '.join(words[Band(each)] for each in wanted.bands)})")
        if Band.GREEN not in wanted.bands:
            most = GREEN_ABOVE if Band.YELLOW in wanted.bands else RED_BELOW
            if Band.RED in wanted.bands:
                most = max(most, _highest_reorder_point(reader))
            where.also(f"{_AVAILABLE} <= ?", most)
            narrow = True
    return narrow


def _highest_reorder_point(reader: Reader) -> int:
    return int(reader.value("SELECT max(reorder_point) FROM product") or 0)


# -- trends ----------------------------------------------------------------------------------------------------------

_DELTAS: Final = """
SELECT m.product_id, m.at / ?, sum(m.delta) FROM json_each(?) AS wanted
CROSS JOIN stock_movement AS m ON m.site_id = ? AND m.product_id = wanted.value AND m.at >= ?
GROUP BY 1, 2
"""


def with_trends(
    reader: Reader, site_id: str, rows: Sequence[InventoryRow], now: int, days: int = TREND_DAYS
) -> list[InventoryRow]:
    """The rows with their stock at the end of each UTC day up to ``now`` (ms UTC), from the movements that led there."""
    today = now // DAY_MS
    first = today - days + 1
    ids = msgspec.json.encode([row.id for row in rows]).decode()
    deltas: dict[str, dict[int, int]] = {}
    for product_id, day, delta in reader.tuples(_DELTAS, (DAY_MS, ids, site_id, first * DAY_MS)):
        deltas.setdefault(product_id, {})[day] = delta
    return [
        replace(row, trend=_trend(row.on_hand, deltas[row.id], first, today)) if row.id in deltas else row
        for row in rows
    ]


def _trend(on_hand: int, deltas: dict[int, int], first: int, today: int) -> tuple[int, ...]:
    """Backwards from what is there now: the day before ended with what this day began with."""
    # A terminal's clock may run ahead: what is dated after today has happened all the same.
    level = on_hand - sum(delta for day, delta in deltas.items() if day > today)
    points = []
    for day in range(today, first - 1, -1):
        points.append(level)
        level -= deltas.get(day, 0)
    return tuple(reversed(points))


_CATEGORIES: Final = """
WITH RECURSIVE each (category) AS (
    SELECT min(category) FROM product
    UNION ALL SELECT (SELECT min(p.category) FROM product AS p WHERE p.category > each.category) FROM each
    WHERE each.category IS NOT NULL)
SELECT category FROM each WHERE category <> '' LIMIT ?
"""


def categories(reader: Reader, *, limit: int = 200) -> list[str]:
    """The categories of the catalogue in order, found by skipping along their index."""
    return list(reader.values(_CATEGORIES, (limit,)))

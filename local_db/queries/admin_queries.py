"""The Admin panel's lists and records: what the organisation shares, searched, ordered and paged by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from local_db.queries.lookups import get, is_provisional
from local_db.queries.paging import Where
from local_db.queries.search import search_products
from local_db.queries.terminal_queries import HeldSite, sites_of_terminal
from local_db.reader import Reader
from local_db.search_index import like_pattern, words_query
from services.domain.organisation_settings import SETTINGS, read_setting
from services.storage.row import Row
from services.storage.tables import (
    Barcode,
    Customer,
    Driver,
    Location,
    Product,
    Setting,
    Site,
    Terminal,
    User,
    Vehicle,
)

_MOST_FOUND: Final = 500


class AdminRow(msgspec.Struct, frozen=True):
    """One record in a list. ``detail`` and ``extra`` are what tells it from others, by section."""

    id: str
    code: str
    name: str
    detail: str
    extra: str
    active: bool
    provisional: bool


class Record(msgspec.Struct, frozen=True):
    """A record as its form shows it. ``barcodes`` of a product, ``sites`` of a terminal, present and past; ``choices``:
    field -> (id, words) to choose from."""

    row: Row | None
    provisional: bool = False
    barcodes: tuple[Barcode, ...] = ()
    choices: Mapping[str, tuple[tuple[str, str], ...]] = {}
    sites: tuple[HeldSite, ...] = ()


class _List(msgspec.Struct, frozen=True):
    """How a section is listed: its table, the columns of an AdminRow over it as ``t``, and whether it is of a site."""

    cls: type[Row]
    code: str
    name: str
    detail: str
    extra: str
    of_site: bool = False


_LISTS: Final[Mapping[str, _List]] = {
    "product": _List(Product, "t.sku", "t.name", "t.category", "t.uom"),
    "customer": _List(Customer, "t.code", "t.name", "t.city", "t.postcode"),
    "location": _List(Location, "t.code", "t.zone", "t.kind", "CAST(t.pick_sequence AS TEXT)", True),
    "vehicle": _List(
        Vehicle, "t.code", "t.registration", "t.kind",
        "coalesce((SELECT d.name FROM driver AS d WHERE d.id = t.driver_id), '')", True,
    ),
    "driver": _List(Driver, "t.code", "t.name", "t.phone", "''", True),
    "user": _List(User, "t.username", "t.name", "t.roles", "CASE t.badge WHEN '' THEN '' ELSE 'yes' END"),
    "terminal": _List(
        Terminal, "t.code", "t.name",
        "coalesce((SELECT group_concat(s.name, ', ') FROM terminal_site AS h JOIN site AS s ON s.id = h.held_site_id "
        "WHERE h.terminal_id = t.id AND h.until IS NULL), "
        "(SELECT s.name FROM site AS s WHERE s.id = t.home_site_id), '')", "''",
    ),
    "site": _List(Site, "t.code", "t.name", "t.timezone", "t.currency"),
}  # fmt: skip
ORDERS: Final = ("code", "name")
"""The columns by which a list can be ordered."""


def admin_page(
    reader: Reader,
    section: str,
    site_id: str,
    text: str = "",
    *,
    limit: int = 200,
    offset: int = 0,
    after: AdminRow | None = None,
    order: str = "code",
    descending: bool = False,
) -> list[AdminRow]:
    """Records of a section, closed ones too, in the order of ``code`` or ``name``.

    ``after``: the last row of the page before; without it, ``offset`` rows are passed over. Only what belongs to the
    site is listed where the section's records do.
    """
    listed = _LISTS[section]
    column = listed.name if order == "name" else listed.code
    where = _where(reader, section, site_id, text)
    if after is not None:
        key = (after.name if order == "name" else after.code, after.id)
        where.after(f"{column}, t.id", key, descending=descending)
        offset = 0
    way = "DESC" if descending else "ASC"
    table = listed.cls.table.name
    sql = (
        f"SELECT t.id, {listed.code}, {listed.name}, {listed.detail}, {listed.extra}, t.active, "
        f'EXISTS (SELECT 1 FROM "before_{table}" AS b WHERE b.id = t.id) '
        f'FROM "{table}" AS t {where} ORDER BY {column} {way}, t.id {way} LIMIT ? OFFSET ?'
    )
    return reader.rows(sql, (*where.params, limit, offset), AdminRow)


def admin_count(reader: Reader, section: str, site_id: str, text: str = "") -> int:
    """How many records ``admin_page`` lists in all."""
    where = _where(reader, section, site_id, text)
    table = _LISTS[section].cls.table.name
    return int(reader.value(f'SELECT count(*) FROM "{table}" AS t {where}', where.params))


def record(reader: Reader, section: str, row_id: str, site_id: str) -> Record:
    """A record and what its form offers; without an id, only what a new one may choose from."""
    with reader.snapshot():
        choices = _choices(reader, section, site_id)
        row = get(reader, _LISTS[section].cls, row_id) if row_id else None
        if row is None:
            return Record(None, choices=choices)
        barcodes = _barcodes(reader, row_id) if section == "product" else ()
        sites = tuple(sites_of_terminal(reader, row_id)) if section == "terminal" else ()
        return Record(row, is_provisional(reader, type(row), row_id), barcodes, choices, sites)


def settings_page(reader: Reader) -> list[AdminRow]:
    """The organisation's settings: ``detail`` is the value that holds, ``extra`` whether somebody has set it."""
    found = []
    with reader.snapshot():
        for key, spec in SETTINGS.items():
            row = get(reader, Setting, key)
            value = read_setting(key, row.value if row else None)
            found.append(
                AdminRow(
                    key, key, spec.title, f"{value:g}", "set" if row else "as delivered", True,
                    is_provisional(reader, Setting, key),
                )
            )  # fmt: skip
    return found


def _barcodes(reader: Reader, product_id: str) -> tuple[Barcode, ...]:
    sql = "SELECT id, code, product_id, quantity FROM barcode WHERE product_id = ? ORDER BY quantity, code"
    return tuple(reader.rows(sql, (product_id,), Barcode))


def _choices(reader: Reader, section: str, site_id: str) -> dict[str, tuple[tuple[str, str], ...]]:
    if section == "vehicle":
        sql = "SELECT id, code || '  ' || name FROM driver WHERE site_id = ? AND active = 1 ORDER BY code, id"
        return {"driver_id": (("", "Nobody"), *_pairs(reader, sql, site_id))}
    if section == "driver":
        sql = "SELECT id, name || '  (' || username || ')' FROM user WHERE active = 1 ORDER BY name, id"
        return {"user_id": (("", "Does not sign in"), *_pairs(reader, sql))}
    if section == "terminal":
        return {"site": tuple(_pairs(reader, "SELECT id, name FROM site WHERE active = 1 ORDER BY name, id"))}
    return {}


def _pairs(reader: Reader, sql: str, *params: Any) -> list[tuple[str, str]]:
    return [(str(row_id), str(words)) for row_id, words in reader.tuples(sql, params)]


def _where(reader: Reader, section: str, site_id: str, text: str) -> Where:
    listed, where = _LISTS[section], Where()
    if listed.of_site:
        where.equal("t.site_id", site_id)
    text = text.strip()
    if not text:
        return where
    if section == "product":
        found = search_products(reader, text, limit=_MOST_FOUND, active_only=False)
        return where.also("t.id IN (SELECT value FROM json_each(?))", _json([row.id for row in found]))
    if section == "customer":
        return where.also(
            "(t.rowid IN (SELECT rowid FROM customer_words WHERE customer_words MATCH ? LIMIT ?) OR t.code = ?)",
            words_query(text) or '""', _MOST_FOUND, text,
        )  # fmt: skip
    if section == "location":
        code = text.upper()
        return where.also("t.code >= ? AND t.code < ?", code, code + "\U0010ffff")
    # These tables are short: they are read through.
    columns = f"{listed.code} || char(10) || {listed.name} || char(10) || {listed.detail}"
    return where.also(f"{columns} LIKE ? ESCAPE '\\'", like_pattern(text))


def _json(ids: list[str]) -> str:
    return msgspec.json.encode(ids).decode()

"""All business rows of a database as plain values, and where two sets of them differ."""

from __future__ import annotations

from typing import Any

from services.storage.retention import DAY_MS
from services.storage.row import ORG, Row, columns_of
from services.storage.statements import statements
from services.storage.tables import BY_NAME, TABLES

Key = tuple[str, str]
Rows = dict[Key, tuple[Any, ...]]
"""(table, id) -> the row's values in stored order."""

_SELECT = {
    cls.table.name: f'SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in columns_of(cls))} FROM "{cls.table.name}"'
    for cls in TABLES
}
_AGE = {
    cls.table.name: (
        columns_of(cls).index(cls.table.age_column) if cls.table.age_column else -1,
        cls.table.kept_days or 0,
    )
    for cls in TABLES
}
_SITE = {cls.table.name: columns_of(cls).index("site_id") for cls in TABLES if "site_id" in columns_of(cls)}
_MOST_SHOWN = 4


def all_rows(connection: Any) -> Rows:
    """Every row of every business table, over whatever has ``execute``."""
    found: Rows = {}
    for table, select in _SELECT.items():
        for row in connection.execute(select).fetchall():
            found[table, row[0]] = row
    return found


def base_rows(cache: Any) -> Rows:
    """The rows of a terminal's cache as they were before anything provisional, read without the code that rewinds."""
    found: Rows = {}
    for table, select in _SELECT.items():
        shadows = cache.execute(f'SELECT * FROM "shadow_{table}"').fetchall()
        if not shadows:
            for row in cache.execute(select).fetchall():
                found[table, row[0]] = row
            continue
        by_number = dict(_numbered(cache, table, select))
        for number, existed, *values in shadows:
            by_number.pop(number, None)
            if existed:
                by_number[number] = tuple(values)
        for row in by_number.values():
            found[table, row[0]] = row
    return found


def _numbered(cache: Any, table: str, select: str) -> Any:
    rows = cache.execute(select.replace("SELECT ", "SELECT rowid, ", 1)).fetchall()
    return ((number, tuple(values)) for number, *values in rows)


def values_of(row: Row) -> tuple[Any, ...]:
    """A row as it is stored."""
    return statements(type(row), "sqlite").dump(row)


def by_scope(rows: Rows) -> dict[str, Rows]:
    """The rows of each scope."""
    found: dict[str, Rows] = {}
    for key, values in rows.items():
        place = _SITE.get(key[0])
        site_id = "" if place is None else values[place]
        found.setdefault(f"site:{site_id}" if site_id else ORG, {})[key] = values
    return found


def kept(rows: Rows, now: int) -> Rows:
    """The rows that a terminal keeps at this time (ms UTC)."""
    gone = {key for key, row in rows.items() if _is_past(key[0], row, now)}
    if not gone:
        return rows
    for cls in TABLES:
        # Parents come before what belongs to them.
        places = [(table, columns_of(cls).index(f"{table}_id")) for table in cls.table.kept_with]
        if places:
            gone |= {
                key
                for key, row in rows.items()
                if key[0] == cls.table.name and any((table, row[at]) in gone for table, at in places)
            }
    return {key: row for key, row in rows.items() if key not in gone}


def _is_past(table: str, row: tuple[Any, ...], now: int) -> bool:
    place, days = _AGE[table]
    return place >= 0 and row[place] is not None and row[place] < now - days * DAY_MS


def differences(expected: Rows, found: Rows) -> list[str]:
    """In words, where rows are not what they should be; the first few."""
    if expected == found:
        return []
    said: list[str] = []
    for key in sorted(expected.keys() | found.keys()):
        if key not in found:
            said.append(f"{key[0]} {key[1]} is missing")
        elif key not in expected:
            said.append(f"{key[0]} {key[1]} is too much")
        elif expected[key] != found[key]:
            names = columns_of(BY_NAME[key[0]])
            changed = [
                f"{name} is {is_!r}, should be {should!r}"
                for name, should, is_ in zip(names, expected[key], found[key], strict=True)
                if should != is_
            ]
            said.append(f"{key[0]} {key[1]}: {'; '.join(changed)}")
    return said[:_MOST_SHOWN] + ([f"and {len(said) - _MOST_SHOWN} more"] if len(said) > _MOST_SHOWN else [])

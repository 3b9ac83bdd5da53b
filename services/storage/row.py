"""What a business row is: a frozen record that knows its table, its scope and what a terminal keeps of it."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import ClassVar

import msgspec

ORG = "org"


@dataclass(frozen=True, slots=True)
class TableSpec:
    """How the rows of one class are stored and replicated.

    ``indexes``: groups of columns that handlers look rows up by. ``unique``: groups that the authority alone keeps
    unique (a terminal's cache never refuses a row over them). ``kept_days``: how many days of rows a terminal holds,
    measured on ``age_column`` (milliseconds UTC); ``None`` means all of them. ``kept_with``: the tables whose rows this one's
    belong to, each named by the column ``<table>_id``; when such a row is past its days, what belongs to it is too.
    """

    name: str
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    kept_days: int | None = None
    age_column: str = ""
    kept_with: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Base of every business row. The first field is always ``id``.

    Rows travel as arrays in column order, and are stored in the same order in both databases. Instants are
    milliseconds since 1970 in UTC, days are ``YYYY-MM-DD``, money is integer minor units.
    """

    id: str

    table: ClassVar[TableSpec]


def columns_of(cls: type[Row]) -> tuple[str, ...]:
    """The column names of a class of rows, in stored order."""
    return cls.__struct_fields__


def column_types(cls: type[Row]) -> dict[str, tuple[type, bool]]:
    """Each column's Python type and whether it may be empty (None), in stored order."""
    hints = typing.get_type_hints(cls)
    found: dict[str, tuple[type, bool]] = {}
    for name in columns_of(cls):
        hint = hints[name]
        if isinstance(hint, types.UnionType):
            parts = typing.get_args(hint)
            found[name] = (next(part for part in parts if part is not type(None)), type(None) in parts)
        else:
            found[name] = (hint, False)
    return found


def scope_of(row: Row) -> str:
    """The feed that a row belongs to: ``site:<id>`` where it names a site, else ``org``."""
    site_id = getattr(row, "site_id", "")
    return f"site:{site_id}" if site_id else ORG

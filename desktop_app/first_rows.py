"""The first rows of a panel's list, read before the desk is open: what each panel's module `first_rows` answers.

The module has two functions of an `Asked`: `columns(asked)`, the columns of its list, and `rows(asked)`, its first rows
as the panel itself is about to show them, or None where it would show something else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from desktop_app.widgets.columns import Column
from local_db.reader import Reader


class Asked(NamedTuple):
    """For whom and how: ``state`` is what the panel remembers, ``order`` the column that orders and whether descending,
    ``now`` an instant in ms UTC, ``zone`` the site's, as `Europe/London`."""

    reader: Reader
    site_id: str
    zone: str
    actor_id: str
    state: Mapping[str, Any]
    order: tuple[str, bool] | None
    limit: int
    now: int


class FirstRows(Protocol):
    """A panel's module of that name."""

    def columns(self, asked: Asked) -> Sequence[Column]:
        """The columns of the list."""
        ...

    def rows(self, asked: Asked) -> Sequence[Any] | None:
        """At most ``limit`` rows from the first on; None where the panel would show another list."""
        ...


def first_rows_of(module: str) -> FirstRows | None:
    """The module that a panel's spec names; None where it names none."""
    return cast(FirstRows, import_module(module)) if module else None

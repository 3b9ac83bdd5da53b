"""What became of each row of a file: taken, merged with what was there, or refused, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

TAKEN: Final = "taken"
MERGED: Final = "merged"
REFUSED: Final = "refused"
_LONGEST_SHOWN: Final = 200


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row under our names, as text. ``problem`` says why it could not be read at all."""

    file: str = ""
    row: int = 0
    values: dict[str, str] = {}
    problem: str = ""


class RowOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """One row's fate. ``field`` and ``value`` are what a refusal is about; ``units`` and ``amount_minor`` what was
    taken."""

    file: str
    row: int
    outcome: str
    key: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""
    units: int = 0
    amount_minor: int = 0


class RowRefused(Exception):
    """One row cannot be taken: which field, what it says, and why."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


def refused(row: SheetRow, field: str, value: str, reason: str, key: str = "") -> RowOutcome:
    """The outcome of a row that was not taken."""
    return RowOutcome(
        file=row.file,
        row=row.row,
        outcome=REFUSED,
        key=key[:_LONGEST_SHOWN],
        field=field[:_LONGEST_SHOWN],
        value=value[:_LONGEST_SHOWN],
        reason=reason[: 2 * _LONGEST_SHOWN],
    )


class Tally(msgspec.Struct):
    """The outcomes of an import so far."""

    outcomes: list[RowOutcome] = []

    def add(self, outcomes: Iterable[RowOutcome]) -> None:
        """Note further rows."""
        self.outcomes.extend(outcomes)

    def counts(self) -> dict[str, int]:
        """How many rows there were, and how many had which fate."""
        found = Counter(each.outcome for each in self.outcomes)
        return {
            "rows": len(self.outcomes),
            "taken": found[TAKEN],
            "merged": found[MERGED],
            "refused": found[REFUSED],
        }

    def units(self) -> int:
        """Units of the rows that were not refused."""
        return sum(each.units for each in self.outcomes if each.outcome != REFUSED)

    def amount_minor(self) -> int:
        """The worth of the rows that were not refused, in minor units."""
        return sum(each.amount_minor for each in self.outcomes if each.outcome != REFUSED)

    def keys(self) -> int:
        """How many different things the rows that were not refused are about."""
        return len({each.key for each in self.outcomes if each.outcome != REFUSED})


def money_text(minor: int) -> str:
    """An amount in major units with two decimals."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def first_detail(details: Iterable[Mapping[str, Any]], name: str) -> str:
    """The first value under a name in a refusal's details."""
    return next((str(detail[name]) for detail in details if detail.get(name) not in (None, "")), "")

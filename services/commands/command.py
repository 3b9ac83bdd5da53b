"""What a command is: a named request to change state, as plain data with a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from msgspec import Meta, Struct

from services.domain.refusals import RuleViolation


class Kind(StrEnum):
    """How a command behaves offline and at the authority."""

    FACT = "fact"
    """Something that has happened in the warehouse: always queued, and always accepted."""
    PROMISE = "promise"
    """A claim on stock: provisional offline, decided by the order of arrival."""
    EDIT = "edit"
    """A change of what is recorded: provisional offline, compared field by field with what was seen."""


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """``permission``: what the actor needs. ``version``: of the arguments; older ones are upcast when decoded."""

    kind: Kind
    permission: str
    version: int = 1


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every command. A command that names a ``site_id`` changes that site's rows, any other the org's."""

    spec: ClassVar[CommandSpec]


Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*$")]
OptionalId = Annotated[str, Meta(max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*$")]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")]
Line = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Reason = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?$")]
Instant = Annotated[int, Meta(ge=0, le=253_402_300_799_999)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
QuantityOrNone = Annotated[int, Meta(ge=0, le=1_000_000)]
Delta = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]
Money = Annotated[int, Meta(ge=-1_000_000_000_00, le=1_000_000_000_00)]
Priority = Annotated[int, Meta(ge=1, le=9)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]


class NoSuchDay(RuleViolation, ValueError):
    """A day that is not in the calendar; a ValueError too, so that a decoder names the field it stands in."""


def check_day(day: str) -> None:
    """Raise NoSuchDay unless this is a day of the calendar, or empty: the pattern lets 30 February through."""
    try:
        if day:
            date.fromisoformat(day)
    except ValueError as problem:
        raise NoSuchDay(
            "invalid_value", f"There is no day {day}. Nothing was changed. Correct it."
        ) from problem


def scope_of_command(command: Command) -> str:
    """The feed whose rows a command changes."""
    site_id = getattr(command, "site_id", "")
    return f"site:{site_id}" if site_id else "org"

"""Edits: what somebody saw in a field is compared with what is there now, field by field, before it is changed."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from services.domain.refusals import refuse
from services.handlers.work import Work
from services.storage.row import Row

R = TypeVar("R", bound=Row)


def set_fields(fields: msgspec.Struct) -> dict[str, Any]:
    """The fields of an edit that are set."""
    found = {name: getattr(fields, name) for name in fields.__struct_fields__}
    return {name: value for name, value in found.items() if value is not msgspec.UNSET}


def apply_edit(work: Work, row: R, expected: msgspec.Struct, values: msgspec.Struct) -> R:
    """Change the fields that are set in ``values``, unless one of them is no longer what ``expected`` says.

    A field that already is as wanted does not clash: two people meant the same. Refuses with ``changed_meanwhile``.
    """
    seen = set_fields(expected)
    wanted = set_fields(values)
    details = [
        {"field": name, "expected": seen[name], "actual": getattr(row, name)}
        for name in wanted
        if name in seen and getattr(row, name) not in (seen[name], wanted[name])
    ]
    if details:
        refuse("changed_meanwhile", details=details, thing=row.table.name.replace("_", " "), **details[0])
    return work.change(row, **wanted) if wanted else row


def new_row(cls: type[R], row_id: str, defaults: dict[str, Any], values: msgspec.Struct, required: str) -> R:
    """A new row from an edit's values over defaults; refuses with ``missing_value`` naming a required field."""
    wanted = set_fields(values)
    for name in required.split():
        if not wanted.get(name):
            refuse("missing_value", field=name, details=[{"field": name, "error": "missing"}])
    return cls(id=row_id, **{**defaults, **wanted})


def refuse_duplicate(work: Work, cls: type[Row], row_id: str, thing: str, **equal: str) -> None:
    """Refuse a row whose code another row has already."""
    for other in work.find(cls, **equal):
        if other.id != row_id:
            refuse(
                "duplicate", thing=thing, name=next(iter(equal.values())), details=[{"id": other.id, **equal}]
            )

"""What a command was meant to do, in the words of the rows it names: its original intent, whatever became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from local_db.reader import Reader


class Meant(msgspec.Struct, frozen=True):
    """One thing that a command says: what it is called, and what was given."""

    title: str
    value: str


_NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "order_id": ("Order", 'SELECT number FROM "order" WHERE id = ?'),
    "customer_id": ("Customer", "SELECT name FROM customer WHERE id = ?"),
    "product_id": ("Product", "SELECT sku || ', ' || name FROM product WHERE id = ?"),
    "shipment_id": ("Shipment", "SELECT number FROM shipment WHERE id = ?"),
    "route_id": ("Route", "SELECT number FROM route WHERE id = ?"),
    "vehicle_id": ("Vehicle", "SELECT code FROM vehicle WHERE id = ?"),
    "driver_id": ("Driver", "SELECT name FROM driver WHERE id = ?"),
    "location_id": ("Bin", "SELECT code FROM location WHERE id = ?"),
    "from_location_id": ("From bin", "SELECT code FROM location WHERE id = ?"),
    "to_location_id": ("To bin", "SELECT code FROM location WHERE id = ?"),
    "user_id": ("Person", "SELECT name FROM user WHERE id = ?"),
}
"""Arguments that name a row, with what people call it."""

_PLAIN: Final[Mapping[str, str]] = {
    "number": "Number",
    "quantity": "Units",
    "expected_quantity": "Units before",
    "found": "Found",
    "counted": "Counted",
    "parcels": "Parcels",
    "lot": "Lot",
    "expires_on": "Expires",
    "due_on": "Due",
    "planned_on": "Day",
    "priority": "Priority",
    "reason": "Reason",
    "pod_name": "Taken by",
    "state": "State",
    "code": "Code",
    "key": "Setting",
    "value": "Value",
    "note": "Note",
}
"""Arguments that say it themselves."""

_COUNTED: Final[Mapping[str, tuple[str, str]]] = {
    "task_ids": ("Picks", "{}"),
    "order_ids": ("Orders", "{}"),
}
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})


def intent_of(reader: Reader, args: bytes) -> list[Meant]:
    """What a command's stored arguments say, in their order; ids of rows that are not here are left out."""
    return list(_said(reader, msgspec.json.decode(args, type=dict[str, Any])))


def _said(reader: Reader, fields: Mapping[str, Any]) -> Iterator[Meant]:
    for name, given in fields.items():
        if given in _NOTHING:
            continue
        if name in _NAMED:
            title, sql = _NAMED[name]
            if (found := reader.value(sql, (given,))) is not None:
                yield Meant(title, str(found))
        elif name in _PLAIN:
            yield Meant(_PLAIN[name], _words(given))
        elif name in _COUNTED:
            title, words = _COUNTED[name]
            yield Meant(title, words.format(len(given)))
        elif name == "lines":
            yield from _lines(reader, given)
        elif name == "ship_to":
            yield Meant("To", ", ".join(str(part) for part in given.values() if part not in _NOTHING))
        elif name == "values":
            yield from _changes(fields.get("expected") or {}, given)


def _lines(reader: Reader, lines: list[dict[str, Any]]) -> Iterator[Meant]:
    for line in lines:
        sku = reader.value("SELECT sku FROM product WHERE id = ?", (line.get("product_id"),))
        asked = int(line.get("quantity", 0))
        yield Meant(str(sku or "Product unknown here"), f"{asked:,} unit{'' if asked == 1 else 's'}")


def _changes(expected: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Meant]:
    """An edit, field by field: what was seen, and what it was to become."""
    for name, new in values.items():
        title = name.removesuffix("_minor").replace("_", " ").capitalize()
        seen = expected.get(name)
        yield Meant(title, _words(new) if seen in _NOTHING else f"{_words(seen)} → {_words(new)}")


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ") if value not in _NOTHING else "nothing"

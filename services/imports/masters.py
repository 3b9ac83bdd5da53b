"""Products, customers and bins from a file: each row becomes the command that saves it, new or changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from services.commands import (
    Command,
    CustomerFields,
    LocationFields,
    ProductFields,
    SaveCustomer,
    SaveLocation,
    SaveProduct,
)
from services.commands.codec import checked
from services.domain.identifiers import derive
from services.domain.refusals import RuleViolation
from services.handlers.edits import set_fields
from services.imports.counter import Counter, Group
from services.imports.fields import CUSTOMERS, LOCATIONS, PRODUCTS, FileKind
from services.imports.outcomes import (
    MERGED,
    TAKEN,
    RowOutcome,
    RowRefused,
    first_detail,
    refused,
)
from services.imports.values import read_values
from services.storage.tables import Customer, Location, Product, Row, Site

_OURS: Final = {"price": "price_minor"}
_THEIRS: Final = {ours: theirs for theirs, ours in _OURS.items()}


def import_masters(counter: Counter, kind: FileKind, site: Site, groups: list[Group]) -> list[RowOutcome]:
    """Save what the rows say; a later row of the same code changes what an earlier one said."""
    return [_save(counter, kind, site, row) for group in groups for row in group]


def _save(counter: Counter, kind: FileKind, site: Site, row: Any) -> RowOutcome:
    try:
        values = read_values(row, kind, site.currency)
        code = str(values[kind.key[0]])
        known = _known(counter, kind, site, code)
        if known is None and kind is not LOCATIONS and "name" not in values:
            raise RowRefused("name", "", "is missing, and there is none of this code yet")
        fields = {_OURS.get(name, name): value for name, value in values.items()}
        if kind is PRODUCTS and known is None:
            fields.setdefault("currency", site.currency)
        if known is not None and all(getattr(known, name) == value for name, value in fields.items()):
            return _outcome(row, MERGED, code, "is as it was")
        command, _ = checked(_COMMANDS[kind.name](site, code, known, fields))
        effect = counter.run(command)
    except RowRefused as problem:
        return refused(row, problem.field, problem.value, problem.reason, row.values.get(kind.key[0], ""))
    except RuleViolation as problem:
        return _refused_by_rule(row, kind, problem.message, problem.details)
    if effect.status == "rejected":
        return _refused_by_rule(row, kind, effect.message, effect.details)
    return _outcome(row, TAKEN if known is None else MERGED, code, "" if known is None else "changed")


def _known(counter: Counter, kind: FileKind, site: Site, code: str) -> Row | None:
    if kind is PRODUCTS:
        return next(iter(counter.unit.find(Product, sku=code)), None)
    if kind is CUSTOMERS:
        return next(iter(counter.unit.find(Customer, code=code)), None)
    found = counter.unit.find(Location, code=code)
    return next((location for location in found if location.site_id == site.id), None)


def _product(site: Site, code: str, known: Row | None, fields: dict[str, Any]) -> Command:
    values = ProductFields(**fields)
    return SaveProduct(
        product_id=known.id if known else derive("product", code),
        expected=_seen(known, values),
        values=values,
    )


def _customer(site: Site, code: str, known: Row | None, fields: dict[str, Any]) -> Command:
    values = CustomerFields(**fields)
    return SaveCustomer(
        customer_id=known.id if known else derive("customer", code),
        expected=_seen(known, values),
        values=values,
    )


def _location(site: Site, code: str, known: Row | None, fields: dict[str, Any]) -> Command:
    if known is None:
        # zone-aisle-bay-level is what a code usually is; whoever has columns for them says so instead.
        parts = code.split("-")
        if len(parts) == 4:
            fields = {**dict(zip(("zone", "aisle", "bay", "level"), parts, strict=True)), **fields}
    values = LocationFields(**fields)
    return SaveLocation(
        site_id=site.id,
        location_id=known.id if known else derive("location", site.id, code),
        expected=_seen(known, values),
        values=values,
    )


_COMMANDS: Final[dict[str, Callable[[Site, str, Row | None, dict[str, Any]], Command]]] = {
    "products": _product,
    "customers": _customer,
    "locations": _location,
}


def _seen(known: Row | None, values: Any) -> Any:
    """What the file's fields are now, as an edit expects them."""
    if known is None:
        return type(values)()
    return type(values)(**{name: getattr(known, name) for name in set_fields(values)})


def _outcome(row: Any, outcome: str, code: str, reason: str) -> RowOutcome:
    return RowOutcome(file=row.file, row=row.row, outcome=outcome, key=code, reason=reason)


def _refused_by_rule(row: Any, kind: FileKind, message: str, details: Any) -> RowOutcome:
    field = first_detail(details, "field").removeprefix("values.")
    field = _THEIRS.get(field, field) or kind.key[0]
    return refused(row, field, row.values.get(field, ""), message, row.values.get(kind.key[0], ""))

"""What can be done to stock: from the texts of a form to the command, its words and what takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from desktop_app.doing import Deed
from local_db.queries.search import location_by_code
from local_db.queries.stock import StockRow, stock
from local_db.queries.stock_story_queries import CountRow, open_count, product_of
from local_db.reader import Reader
from services.commands import (
    AdjustStock,
    ApproveCount,
    CancelStockTask,
    CountStock,
    HoldStock,
    MoveStock,
    ReceiveStock,
    RejectCount,
    ReleaseStock,
    RequestCount,
    RequestReplenishment,
)
from services.domain.refusals import CODES, RuleViolation
from services.storage.tables import Location, Product

Entries = Mapping[str, Any]


class FieldProblems(Exception):
    """What is wrong with a form, by the name of the field; "" is the form as a whole."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


# Which field of a form a refusal is about, where its details do not name it.
_FIELD_OF: Final = {
    "insufficient_in_bin": "quantity",
    "insufficient_stock": "quantity",
    "stock_not_held": "quantity",
    "stock_promised": "quantity",
    "quantity_not_positive": "quantity",
    "lot_required": "lot",
    "lot_expired": "expires_on",
    "location_blocked": "location",
    "location_kind": "location",
    "same_location": "to_location",
}
_ARGUMENTS: Final = {
    "product_id": "product",
    "location_id": "location",
    "from_location_id": "location",
    "to_location_id": "to_location",
    "delta": "quantity",
    "counted": "quantity",
}


def problems_of(error: Exception) -> FieldProblems | None:
    """A refusal by field, in the rule's own words; None for an error that is no refusal."""
    if isinstance(error, FieldProblems):
        return error
    if not isinstance(error, RuleViolation):
        return None
    named = next((str(detail["field"]) for detail in error.details if detail.get("field")), "")
    field = _ARGUMENTS.get(named, named) or _FIELD_OF.get(error.code, "")
    return FieldProblems({field: str(error)})


class Desk(NamedTuple):
    """What a deed is made with: the reader, the site, and where new ids come from."""

    read: Reader
    site_id: str
    new_id: Callable[[], str]


def receive(desk: Desk, entries: Entries) -> Deed:
    """Goods came in. A product kept by lot or by expiry needs it said."""
    product, place, quantity = _product(desk, entries), _bin(desk, entries), _quantity(entries)
    lot, expires_on = str(entries.get("lot", "")), str(entries.get("expires_on", ""))
    errors = {}
    if product.lot_tracked and not lot:
        errors["lot"] = CODES["lot_required"].words().format(sku=product.sku)
    if product.expiry_tracked and not expires_on:
        errors["expires_on"] = CODES["missing_value"].words().format(field="Use by")
    elif expires_on:
        _check_day(expires_on, errors)
    if errors:
        raise FieldProblems(errors)
    command = ReceiveStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, quantity=quantity, lot=lot,
        expires_on=expires_on, reference=str(entries.get("reference", "")),
    )  # fmt: skip
    undo = AdjustStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, delta=-quantity, lot=lot,
        reason="receipt taken back",
    )  # fmt: skip
    return Deed((command,), f"{quantity:,} {product.sku} received at {place.code}", undo)


def move(desk: Desk, entries: Entries) -> Deed:
    """Units were carried to another bin."""
    product, source, quantity = _product(desk, entries), _bin(desk, entries), _quantity(entries)
    target, lot = _bin(desk, entries, "to_location"), _lot(desk, entries, product, source)
    command = MoveStock(
        site_id=desk.site_id, product_id=product.id, from_location_id=source.id, to_location_id=target.id,
        quantity=quantity, lot=lot,
    )  # fmt: skip
    undo = MoveStock(
        site_id=desk.site_id, product_id=product.id, from_location_id=target.id, to_location_id=source.id,
        quantity=quantity, lot=lot,
    )  # fmt: skip
    return Deed((command,), f"{quantity:,} {product.sku} from {source.code} to {target.code}", undo)


def adjust(desk: Desk, entries: Entries) -> Deed:
    """A bin is set right by so many units, for a reason."""
    product, place = _product(desk, entries), _bin(desk, entries)
    delta, lot = int(entries.get("quantity") or 0), _lot(desk, entries, product, place)
    if delta == 0:
        raise FieldProblems(
            {"quantity": "By how many: say how many units more (12) or fewer (-12) there are."}
        )
    base = AdjustStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, delta=delta, lot=lot,
        reason=str(entries.get("reason", "")),
    )  # fmt: skip
    undo = AdjustStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, delta=-delta, lot=lot,
        reason="adjustment taken back",
    )  # fmt: skip
    return Deed((base,), f"{product.sku} at {place.code} adjusted by {delta:+,}", undo)


def hold(desk: Desk, entries: Entries) -> Deed:
    """Units are set aside where they lie."""
    product, place, quantity = _product(desk, entries), _bin(desk, entries), _quantity(entries)
    lot = _lot(desk, entries, product, place)
    command = HoldStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, quantity=quantity, lot=lot,
        reason=str(entries.get("reason", "")),
    )  # fmt: skip
    undo = ReleaseStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, quantity=quantity, lot=lot
    )
    return Deed((command,), f"{quantity:,} {product.sku} at {place.code} on hold", undo)


def release(desk: Desk, entries: Entries) -> Deed:
    """Held units are good again."""
    product, place, quantity = _product(desk, entries), _bin(desk, entries), _quantity(entries)
    lot = _lot(desk, entries, product, place, status="held")
    command = ReleaseStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, quantity=quantity, lot=lot
    )
    undo = HoldStock(
        site_id=desk.site_id, product_id=product.id, location_id=place.id, quantity=quantity, lot=lot,
        reason="release taken back",
    )  # fmt: skip
    return Deed((command,), f"{quantity:,} {product.sku} at {place.code} released", undo)


def count(desk: Desk, entries: Entries) -> Deed:
    """So many were counted in a bin; a count that was asked for is answered by it."""
    product, place = _product(desk, entries), _bin(desk, entries)
    lot, counted = _lot(desk, entries, product, place, status=""), int(entries.get("quantity") or 0)
    count_id = open_count(desk.read, place.id, product.id, lot) or desk.new_id()
    command = CountStock(
        site_id=desk.site_id,
        count_id=count_id,
        product_id=product.id,
        location_id=place.id,
        counted=counted,
        lot=lot,
    )
    return Deed((command,), f"{counted:,} {product.sku} counted at {place.code}")


def request_count(desk: Desk, entries: Entries) -> Deed:
    """Somebody is to count a product in a bin."""
    product, place = _product(desk, entries), _bin(desk, entries)
    lot, reason = _lot(desk, entries, product, place, status=""), str(entries.get("reference", ""))
    command = RequestCount(
        site_id=desk.site_id,
        product_id=product.id,
        location_id=place.id,
        lot=lot,
        reason=reason or "cycle count",
    )
    return Deed((command,), f"Count of {product.sku} at {place.code} asked for")


def replenish(desk: Desk, entries: Entries) -> Deed:
    """Somebody is to bring units from a reserve bin to a pick bin."""
    product, source, quantity = _product(desk, entries), _bin(desk, entries), _quantity(entries)
    target, lot = _bin(desk, entries, "to_location"), _lot(desk, entries, product, source)
    if source.id == target.id:
        raise FieldProblems({"to_location": CODES["same_location"].words().format(location=source.code)})
    task_id = desk.new_id()
    command = RequestReplenishment(
        site_id=desk.site_id, task_id=task_id, product_id=product.id, from_location_id=source.id,
        to_location_id=target.id, quantity=quantity, lot=lot,
    )  # fmt: skip
    undo = CancelStockTask(site_id=desk.site_id, task_id=task_id, reason="taken back")
    return Deed(
        (command,), f"{quantity:,} {product.sku} to be brought from {source.code} to {target.code}", undo
    )


def approve(site_id: str, counts: list[CountRow]) -> Deed:
    """Take counts as the truth."""
    words = (
        f"Count at {counts[0].location_code} approved"
        if len(counts) == 1
        else f"{len(counts)} counts approved"
    )
    return Deed(tuple(ApproveCount(site_id=site_id, count_id=each.id) for each in counts), words)


def reject(site_id: str, counts: list[CountRow], reason: str) -> Deed:
    """Have bins counted again."""
    words = (
        f"{counts[0].location_code} is to be counted again"
        if len(counts) == 1
        else f"{len(counts)} bins again"
    )
    return Deed(
        tuple(RejectCount(site_id=site_id, count_id=each.id, reason=reason) for each in counts), words
    )


# -- fields to rows --------------------------------------------------------------------------------------------------


def _product(desk: Desk, entries: Entries) -> Product:
    text = str(entries.get("product", ""))
    if not text:
        raise FieldProblems({"product": "Scan the product, or type its SKU, name or barcode."})
    found = product_of(desk.read, text)
    if found is None:
        raise FieldProblems({"product": CODES["not_found"].words().format(thing="product", name=text)})
    return found[0]


def _bin(desk: Desk, entries: Entries, field: str = "location") -> Location:
    text = str(entries.get(field, "")).upper()
    if not text:
        raise FieldProblems({field: "Scan it, or type its code."})
    found = location_by_code(desk.read, text, site_id=desk.site_id)
    if found is None:
        raise FieldProblems({field: CODES["not_found"].words().format(thing="bin", name=text)})
    if not found.active:
        raise FieldProblems({field: CODES["location_blocked"].words().format(location=found.code)})
    return found


def _quantity(entries: Entries) -> int:
    quantity = int(entries.get("quantity") or 0)
    if quantity <= 0:
        raise FieldProblems({"quantity": "Say how many, at least 1."})
    return quantity


def _lot(desk: Desk, entries: Entries, product: Product, place: Location, status: str = "good") -> str:
    """The lot that was entered; where none was, the only one that lies there."""
    lot = str(entries.get("lot", ""))
    if lot:
        return lot
    lots = sorted({row.lot for row in in_bin(desk.read, product.id, place.id) if status in ("", row.status)})
    if len(lots) > 1:
        there = ", ".join(each or "no lot" for each in lots)
        raise FieldProblems(
            {"lot": f"Several lots of {product.sku} lie at {place.code}: {there}. Say which lot."}
        )
    return lots[0] if lots else ""


def in_bin(reader: Reader, product_id: str, location_id: str) -> list[StockRow]:
    """What lies of a product in a bin."""
    return stock(reader, product_id=product_id, location_id=location_id)


def _check_day(text: str, errors: dict[str, str]) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        errors["expires_on"] = f"Use by: {text} is no day. Write it as 2027-03-31."

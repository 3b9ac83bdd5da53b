"""Scans that come in over HTTP: read, checked, added up, and turned into the commands that they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from services.commands import Command, ConfirmPick, CountStock, MoveStock, ReceiveStock
from services.domain.barcodes import BadScan, gtin_forms, is_gtin
from services.domain.gs1 import parse_scan
from services.domain.pick_states import OPEN as OPEN_TASKS
from services.domain.refusals import refuse
from services.handlers.stock_ledger import GOOD
from services.server.clock import new_id
from services.server.door import Answer, Desk
from services.storage.tables import Barcode, CycleCount, Location, PickTask, Product, Site, Stock, StockLevel


class ScanIn(BaseModel):
    """One scan: what was done, with what was read from the product's barcode, where, and how many."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["receiving", "picking", "count", "move"]
    barcode: str = Field(min_length=1, max_length=400)
    location: str = Field(min_length=1, max_length=64, description="the bin's code or id")
    to_location: str = Field(
        "", max_length=64, description="for a move: where to; for a pick: the staging place"
    )
    quantity: int = Field(1, ge=0, le=1_000_000)
    lot: str = Field("", max_length=200)
    expires_on: str = Field("", pattern=r"^(\d{4}-\d\d-\d\d)?$")
    order_id: str = Field("", max_length=64, description="for a pick: which order, where several want it")
    reference: str = Field("", max_length=200)


class Scans(BaseModel):
    """Scans of one site, taken together or not at all. Equal ones are added up."""

    model_config = ConfigDict(extra="forbid")

    scans: list[ScanIn] = Field(min_length=1, max_length=2000)
    site_id: str = Field("", max_length=64)


class Read(msgspec.Struct, frozen=True):
    """A scan whose codes have been looked up. ``quantity`` is in counting units: a pack's code stands for several."""

    action: str
    product: Product
    location: Location
    to_location: Location | None
    quantity: int
    lot: str
    expires_on: str
    order_id: str
    reference: str


def take_scans(desk: Desk, scans: Sequence[ScanIn], site: Site) -> Answer:
    """Run what the scans mean. Raises ApiError or RuleViolation naming the scan at fault; then none is taken."""
    today = datetime.fromtimestamp(desk.transaction.received_at / 1000, UTC).date().isoformat()
    added: dict[tuple[Any, ...], Read] = {}
    for position, scan in enumerate(scans):
        read = _read(desk, scan, site, today, position)
        key = (read.action, read.product.id, read.location.id, read.to_location, read.lot, read.order_id)
        known = added.get(key)
        # A count says how many there are, so a later one stands in for an earlier; all others add up.
        if known is not None and read.action != "count":
            read = msgspec.structs.replace(read, quantity=known.quantity + read.quantity)
        added[key] = read
    results = []
    for read in added.values():
        for command in MEANINGS[read.action](desk, read, site):
            effect = desk.must(command)
            results.append(
                {
                    "action": read.action,
                    "status": effect.status,
                    "message": effect.message,
                    **_stock(desk, read, site),
                }
            )
    return Answer(200, {"site_id": site.id, "results": results})


def _stock(desk: Desk, read: Read, site: Site) -> dict[str, Any]:
    """The product as it stands now, with this request's writes."""
    product_id = read.product.id
    levels = desk.unit.find(StockLevel, site_id=site.id, product_id=product_id)
    bins = [
        stock
        for stock in desk.unit.find(Stock, site_id=site.id, product_id=product_id)
        if stock.status == GOOD and stock.on_hand > 0
    ]
    places = desk.unit.get_many(Location, [stock.location_id for stock in bins])
    fullest = sorted(
        bins, key=lambda stock: (places[stock.location_id].kind == "pick", stock.on_hand), reverse=True
    )
    return {
        "product_id": product_id,
        "sku": read.product.sku,
        "quantity": read.quantity,
        "location_id": read.location.id,
        "location": read.location.code,
        "on_hand": sum(level.on_hand for level in levels),
        "available_quantity": sum(level.available for level in levels),
        "primary_location": places[fullest[0].location_id].code if fullest else "",
    }


def _read(desk: Desk, scan: ScanIn, site: Site, today: str, position: int) -> Read:
    code = parse_scan(scan.barcode, today)
    product, units = _product(desk, code.gtin or code.code, scan.barcode, position)
    location = _location(desk, scan.location, site, f"scans.{position}.location")
    target = (
        _location(desk, scan.to_location, site, f"scans.{position}.to_location") if scan.to_location else None
    )
    quantity = scan.quantity * units
    if quantity == 0 and scan.action != "count":
        details = [{"field": f"scans.{position}.quantity", "sku": product.sku}]
        refuse("quantity_not_positive", sku=product.sku, quantity=0, details=details)
    return Read(
        action=scan.action,
        product=product,
        location=location,
        to_location=target,
        quantity=quantity,
        lot=scan.lot or code.lot,
        expires_on=scan.expires_on or code.expires_on,
        order_id=scan.order_id,
        reference=scan.reference,
    )


def _product(desk: Desk, code: str, raw: str, position: int) -> tuple[Product, int]:
    """The product behind a code and how many units the code stands for."""
    codes = dict.fromkeys([*(gtin_forms(code) if is_gtin(code) else ()), code, raw.strip()])
    for each in codes:
        for barcode in desk.unit.find(Barcode, code=each):
            product = desk.unit.get(Product, barcode.product_id)
            if product is not None:
                return product, barcode.quantity
    for each in (raw.strip(), code):
        for product in desk.unit.find(Product, sku=each):
            return product, 1
    problem = BadScan("no product has this barcode", raw)
    problem.details = [{"field": f"scans.{position}.barcode", "raw": raw, "problem": problem.problem}]
    raise problem


def _location(desk: Desk, code: str, site: Site, field: str) -> Location:
    found = [
        place for place in desk.unit.find(Location, code=code.strip().upper()) if place.site_id == site.id
    ]
    found += [place for place in desk.unit.find(Location, code=code.strip()) if place.site_id == site.id]
    by_id = desk.unit.get(Location, code)
    if by_id is not None and by_id.site_id == site.id:
        found.append(by_id)
    if not found:
        refuse("not_found", thing="location", name=code, details=[{"field": field, "location": code}])
    return found[0]


def _receive(_desk: Desk, read: Read, site: Site) -> list[Command]:
    return [
        ReceiveStock(
            site_id=site.id,
            product_id=read.product.id,
            location_id=read.location.id,
            quantity=read.quantity,
            lot=read.lot,
            expires_on=read.expires_on,
            reference=read.reference,
        )
    ]


def _move(_desk: Desk, read: Read, site: Site) -> list[Command]:
    if read.to_location is None:
        refuse("missing_value", field="to_location", details=[{"field": "to_location"}])
    return [
        MoveStock(
            site_id=site.id,
            product_id=read.product.id,
            from_location_id=read.location.id,
            to_location_id=read.to_location.id,
            quantity=read.quantity,
            lot=read.lot,
        )
    ]


def _count(desk: Desk, read: Read, site: Site) -> list[Command]:
    asked = [
        row
        for row in desk.unit.find(CycleCount, location_id=read.location.id, product_id=read.product.id)
        if row.status not in ("approved", "rejected") and row.lot == read.lot
    ]
    return [
        CountStock(
            site_id=site.id,
            count_id=asked[0].id if asked else new_id(),
            product_id=read.product.id,
            location_id=read.location.id,
            counted=read.quantity,
            lot=read.lot,
        )
    ]


def _pick(desk: Desk, read: Read, site: Site) -> list[Command]:
    """The open tasks at this bin for this product, the most urgent first, until the scanned units are used up."""
    tasks = [
        task
        for state in OPEN_TASKS
        for task in desk.unit.find(PickTask, site_id=site.id, status=state.value)
        if task.location_id == read.location.id
        and task.product_id == read.product.id
        and (not read.order_id or task.order_id == read.order_id)
        and (not read.lot or task.lot == read.lot)
    ]
    tasks.sort(key=lambda task: (task.priority, task.pick_sequence, task.created_at, task.id))
    left = read.quantity
    picks: list[Command] = []
    for task in tasks:
        part = min(left, task.quantity - task.picked)
        if part <= 0:
            continue
        left -= part
        picks.append(
            ConfirmPick(
                site_id=site.id,
                task_id=task.id,
                order_id=task.order_id,
                line_id=task.line_id,
                product_id=task.product_id,
                location_id=task.location_id,
                lot=task.lot,
                quantity=part,
                to_location_id=read.to_location.id if read.to_location is not None else "",
            )
        )
    if left:
        tasked = read.quantity - left
        details = [{"sku": read.product.sku, "location": read.location.code, "tasked": tasked}]
        refuse("over_pick", tasked=tasked, sku=read.product.sku, would_be=read.quantity, details=details)
    return picks


Meaning = Callable[[Desk, Read, Site], list[Command]]

MEANINGS: Final[dict[str, Meaning]] = {
    "receiving": _receive,
    "picking": _pick,
    "count": _count,
    "move": _move,
}
"""What was done -> the commands that say so."""

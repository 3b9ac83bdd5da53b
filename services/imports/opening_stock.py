"""Stock from a file: how many of a product lie in a bin. What differs from the books is received or adjusted."""

from __future__ import annotations

from typing import Any, Final

from services.commands import AdjustStock, Command, ReceiveStock
from services.commands.codec import checked
from services.domain.refusals import RuleViolation
from services.imports.counter import Counter, Group
from services.imports.fields import STOCK
from services.imports.outcomes import (
    MERGED,
    TAKEN,
    RowOutcome,
    RowRefused,
    SheetRow,
    first_detail,
    refused,
)
from services.imports.values import read_values
from services.storage.tables import Location, Product, Site, Stock

_REFERENCE: Final = "opening stock"
_REASON: Final = "set to the imported stock list"
_MOST: Final = 1_000_000


def import_stock(counter: Counter, site: Site, groups: list[Group]) -> list[RowOutcome]:
    """Make each bin hold what the file says. Rows of the same product, bin and lot are added up first, so that the
    same file given twice changes nothing."""
    return [outcome for group in groups for outcome in _bin(counter, site, group)]


def _bin(counter: Counter, site: Site, group: Group) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    good: list[tuple[SheetRow, dict[str, Any]]] = []
    for row in group:
        try:
            values = read_values(row, STOCK, site.currency)
            if not 0 <= values["quantity"] <= _MOST:
                raise RowRefused("quantity", str(values["quantity"]), f"is not between 0 and {_MOST:,}")
            good.append((row, values))
        except RowRefused as problem:
            outcomes.append(refused(row, problem.field, problem.value, problem.reason, _key(row)))
    if not good:
        return outcomes
    try:
        product, location = _product(counter, good[0][1]), _location(counter, site, good[0][1])
        wanted = sum(values["quantity"] for _, values in good)
        lot = good[0][1].get("lot", "")
        expires_on = next((values["expires_on"] for _, values in good if "expires_on" in values), "")
        there = sum(
            stock.on_hand
            for stock in counter.unit.find(Stock, location_id=location.id)
            if stock.product_id == product.id and stock.lot == lot
        )
        command = _command(site, product, location, wanted, there, lot, expires_on)
        if command is not None:
            effect = counter.run(checked(command)[0])
            if effect.status == "rejected":
                raise RowRefused(first_detail(effect.details, "field") or "quantity", "", effect.message)
    except RowRefused as problem:
        return outcomes + [
            refused(row, problem.field, row.values.get(problem.field, ""), problem.reason, _key(row))
            for row, _ in good
        ]
    except RuleViolation as problem:
        field = first_detail(problem.details, "field") or "quantity"
        return outcomes + [
            refused(row, field, row.values.get(field, ""), problem.message, _key(row)) for row, _ in good
        ]
    fate = TAKEN if there == 0 and wanted else MERGED
    reason = "" if fate == TAKEN else "is as it was" if wanted == there else f"{there} before, {wanted} now"
    for position, (row, values) in enumerate(good):
        added = "added to an earlier row of the same bin" if position else reason
        outcomes.append(
            RowOutcome(
                file=row.file,
                row=row.row,
                outcome=MERGED if position else fate,
                key=_key(row),
                reason=added,
                units=values["quantity"],
            )
        )
    return outcomes


def _command(
    site: Site, product: Product, location: Location, wanted: int, there: int, lot: str, expires_on: str
) -> Command | None:
    if wanted == there:
        return None
    if there == 0:
        return ReceiveStock(
            site_id=site.id,
            product_id=product.id,
            location_id=location.id,
            quantity=wanted,
            lot=lot,
            expires_on=expires_on,
            reference=_REFERENCE,
        )
    return AdjustStock(
        site_id=site.id,
        product_id=product.id,
        location_id=location.id,
        delta=wanted - there,
        reason=_REASON,
        lot=lot,
        expires_on=expires_on,
    )


def _product(counter: Counter, values: dict[str, Any]) -> Product:
    product = next(iter(counter.unit.find(Product, sku=values["sku"])), None)
    if product is None:
        raise RowRefused("sku", values["sku"], "there is no such product; import the products first")
    if product.lot_tracked and not values.get("lot"):
        raise RowRefused("lot", "", f"{product.sku} is kept by lot, and no lot was given")
    return product


def _location(counter: Counter, site: Site, values: dict[str, Any]) -> Location:
    found = counter.unit.find(Location, code=values["location"])
    location = next((each for each in found if each.site_id == site.id), None)
    if location is None:
        raise RowRefused(
            "location", values["location"], f"there is no such bin at {site.code}; import the locations first"
        )
    return location


def _key(row: SheetRow) -> str:
    return " ".join(filter(None, (row.values.get(name, "") for name in STOCK.key)))

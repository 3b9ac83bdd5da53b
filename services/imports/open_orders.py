"""Orders from a file that are placed now: whole or not at all, and once, however often the file is given."""

from __future__ import annotations

from typing import Any, Final

from services.commands import NewLine, PlaceOrder
from services.commands.codec import checked
from services.domain.identifiers import derive
from services.domain.refusals import RuleViolation
from services.imports.counter import Counter, Group
from services.imports.fields import OPEN_ORDERS
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
from services.storage.tables import Customer, Order, Product, Site

CHANNEL: Final = "csv"


def import_open_orders(counter: Counter, site: Site, groups: list[Group]) -> list[RowOutcome]:
    """Place each order. Where one of its rows cannot be taken, none is, and each row says why."""
    return [outcome for group in groups for outcome in _order(counter, site, group)]


def _order(counter: Counter, site: Site, group: Group) -> list[RowOutcome]:
    number = group[0].values.get("order_number", "").strip()
    lines: list[tuple[SheetRow, dict[str, Any], Product]] = []
    wrong: dict[int, RowRefused] = {}
    customer: Customer | None = None
    for position, row in enumerate(group):
        try:
            values = read_values(row, OPEN_ORDERS, site.currency)
            if not 1 <= values["quantity"] <= 1_000_000:
                raise RowRefused("quantity", str(values["quantity"]), "is not a quantity that can be ordered")
            customer = _customer(counter, values, customer)
            lines.append((row, values, _product(counter, values)))
        except RowRefused as problem:
            wrong[position] = problem
    if wrong or customer is None:
        return [_not_placed(row, position, wrong, number, group) for position, row in enumerate(group)]
    known = [
        order
        for order in counter.unit.find(Order, channel=CHANNEL, external_id=number)
        if order.site_id == site.id
    ]
    if known:
        said = f"order {number} is here already"
        return [_line(row, values, product, MERGED, said) for row, values, product in lines]
    try:
        command, _ = checked(_place(site, number, customer, lines))
        effect = counter.run(command)
    except RuleViolation as problem:
        return _all_refused(group, number, problem.message, problem.details)
    if effect.status == "rejected":
        return _all_refused(group, number, effect.message, effect.details)
    return [_line(row, values, product, TAKEN, effect.message) for row, values, product in lines]


def _place(
    site: Site, number: str, customer: Customer, lines: list[tuple[SheetRow, dict[str, Any], Product]]
) -> PlaceOrder:
    order_id = derive("order", CHANNEL, site.id, number)
    first = lines[0][1]
    asked: dict[tuple[str, int], int] = {}
    for _, values, product in lines:
        price = values.get("unit_price", product.price_minor)
        asked[product.id, price] = asked.get((product.id, price), 0) + values["quantity"]
    return PlaceOrder(
        site_id=site.id,
        order_id=order_id,
        number=number,
        customer_id=customer.id,
        lines=tuple(
            NewLine(
                line_id=derive("line", order_id, position),
                product_id=product_id,
                quantity=quantity,
                price_minor=price,
            )
            for position, ((product_id, price), quantity) in enumerate(asked.items(), start=1)
        ),
        currency=first.get("currency", site.currency),
        priority=first.get("priority", customer.priority),
        due_on=first.get("due_on", ""),
        channel=CHANNEL,
        external_id=number,
        note=first.get("note", ""),
    )


def _customer(counter: Counter, values: dict[str, Any], before: Customer | None) -> Customer:
    code = values["customer_code"]
    found = next(iter(counter.unit.find(Customer, code=code)), None)
    if found is None:
        raise RowRefused("customer_code", code, "there is no such customer; import the customers first")
    if before is not None and found.id != before.id:
        raise RowRefused("customer_code", code, f"the order's earlier rows are of {before.code}")
    return found


def _product(counter: Counter, values: dict[str, Any]) -> Product:
    found = next(iter(counter.unit.find(Product, sku=values["sku"])), None)
    if found is None:
        raise RowRefused("sku", values["sku"], "there is no such product; import the products first")
    return found


def _not_placed(
    row: SheetRow, position: int, wrong: dict[int, RowRefused], number: str, group: Group
) -> RowOutcome:
    problem = wrong.get(position)
    if problem is not None:
        return refused(row, problem.field, problem.value, problem.reason, number)
    culprit = group[min(wrong)]
    reason = f"order {number} was not placed, because row {culprit.row} of it was refused"
    return refused(row, "order_number", number, reason, number)


def _all_refused(group: Group, number: str, message: str, details: Any) -> list[RowOutcome]:
    field = first_detail(details, "field") or "order_number"
    return [refused(row, field, row.values.get(field, ""), message, number) for row in group]


def _line(row: SheetRow, values: dict[str, Any], product: Product, outcome: str, reason: str) -> RowOutcome:
    price = values.get("unit_price", product.price_minor)
    return RowOutcome(
        file=row.file,
        row=row.row,
        outcome=outcome,
        key=values["order_number"],
        reason=reason,
        units=values["quantity"],
        amount_minor=price * values["quantity"],
    )

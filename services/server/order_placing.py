"""Orders that come in by the API: checked, numbered, placed, and answered with what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.commands import Address, NewLine, PlaceOrder
from services.domain.refusals import refuse
from services.server.api_desk import api_customer, api_terminal, collected_at, next_number
from services.server.clock import new_id
from services.server.door import Answer, Desk
from services.server.errors import ApiError, refused
from services.server.order_view import effects_of, order_view
from services.storage.tables import Customer, Order, Product, Site

_DAY = r"^(\d{4}-\d\d-\d\d)?$"


class OrderedProduct(BaseModel):
    """So many units of a product, named by its id or its sku."""

    model_config = ConfigDict(extra="forbid")

    product_id: str = Field("", max_length=64)
    sku: str = Field("", max_length=64)
    quantity: int = Field(ge=1, le=1_000_000)

    @field_validator("quantity", mode="before")
    @classmethod
    def _is_no_flag(cls, value: object) -> object:
        if isinstance(value, bool):
            raise ValueError("true and false are no quantity")
        return value


class ShipTo(BaseModel):
    """An address. Without a position the order cannot be put on a route until somebody gives one."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    street: str = Field("", max_length=200)
    city: str = Field("", max_length=200)
    postcode: str = Field("", max_length=200)
    country: str = Field("", max_length=200)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class NewOrder(BaseModel):
    """What is ordered, by whom, and what to do where stock does not suffice."""

    model_config = ConfigDict(extra="forbid")

    products: list[OrderedProduct] = Field(min_length=1, max_length=2000)
    customer_id: str = Field("", max_length=64)
    site_id: str = Field("", max_length=64)
    on_shortfall: Literal["refuse", "backorder"] = "refuse"
    priority: int | None = Field(None, ge=1, le=9)
    due_on: str = Field("", pattern=_DAY)
    external_id: str = Field("", max_length=64)
    note: str = Field("", max_length=2000)
    ship_to: ShipTo | None = None


def place(desk: Desk, order: NewOrder, site: Site) -> Answer:
    """Place an order. Raises ApiError 409 with every short product where it is to be refused on shortfall."""
    customer = (
        desk.unit.get(Customer, order.customer_id) if order.customer_id else api_customer(desk.transaction)
    )
    if customer is None:
        details = [{"customer_id": order.customer_id}]
        refuse("not_found", thing="customer", name=order.customer_id, details=details)
    terminal = api_terminal(desk.transaction, site)
    wanted = _wanted(desk, order.products)
    order_id = new_id()
    command = PlaceOrder(
        site_id=site.id,
        order_id=order_id,
        number=next_number(desk.transaction, terminal),
        customer_id=customer.id,
        lines=tuple(
            NewLine(
                line_id=new_id(),
                product_id=product.id,
                quantity=quantity,
                price_minor=product.price_minor,
            )
            for product, quantity in wanted
        ),
        currency=site.currency,
        priority=order.priority or customer.priority,
        due_on=order.due_on,
        on_shortfall=order.on_shortfall,
        channel="api",
        external_id=order.external_id,
        ship_to=_ship_to(order, site),
        note=order.note,
    )
    effect = desk.run(command, terminal.id)
    if effect.code == "insufficient_stock" and effect.status == "rejected":
        raise ApiError(409, "Insufficient inventory for one or more items", effect.code, effect.details)
    if effect.status == "rejected":
        raise refused(effect.code, effect.message, effect.details)
    view = order_view(desk.unit, desk.unit.get(Order, order_id))
    return Answer(
        201,
        {
            **view,
            "outcome": {"status": effect.status, "message": effect.message, "details": effect.details},
            "effects": effects_of(desk.unit, order_id),
        },
    )


def _wanted(desk: Desk, products: Sequence[OrderedProduct]) -> list[tuple[Product, int]]:
    """Products with their quantities, each once, in the order in which they were first named."""
    found: dict[str, tuple[Product, int]] = {}
    for position, each in enumerate(products):
        product = desk.unit.get(Product, each.product_id) if each.product_id else None
        if product is None and each.sku:
            product = next(iter(desk.unit.find(Product, sku=each.sku)), None)
        if product is None:
            named = each.product_id or each.sku
            details = [{"field": f"products.{position}", "product_id": each.product_id, "sku": each.sku}]
            refuse("not_found", thing="product", name=named or "(not named)", details=details)
        known = found.get(product.id, (product, 0))[1]
        found[product.id] = (product, known + each.quantity)
    return list(found.values())


def _ship_to(order: NewOrder, site: Site) -> Address | None:
    if order.ship_to is not None:
        return Address(**order.ship_to.model_dump())
    return None if order.customer_id else collected_at(site)

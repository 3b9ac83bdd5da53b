"""Commands of an order's life up to the warehouse's doors."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from services.commands.command import (
    Code,
    Command,
    CommandSpec,
    Day,
    Id,
    Kind,
    Latitude,
    Line,
    Longitude,
    Money,
    OptionalId,
    Priority,
    Quantity,
    QuantityOrNone,
    Reason,
    Text,
    check_day,
)


class NewLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product of a new order. ``price_minor`` is the price of one unit."""

    line_id: Id
    product_id: Id
    quantity: Quantity
    price_minor: Money


class Address(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an order is to go. Without a position it cannot be put on a route until somebody gives one."""

    name: Line
    street: Line
    city: Line
    postcode: Line
    country: Line
    latitude: Latitude | None = None
    longitude: Longitude | None = None


NewLines = Annotated[tuple[NewLine, ...], Meta(min_length=1, max_length=2000)]


class PlaceOrder(Command, frozen=True, kw_only=True):
    """Ask for goods.

    ``on_shortfall`` says what to do where stock does not suffice: refuse it all, or leave the rest to backorder.
    ``ship_to`` is only given where it differs from the customer's own address. ``draft`` saves the order without
    promising anything, until it is confirmed.
    """

    site_id: Id
    order_id: Id
    number: Code
    customer_id: Id
    lines: NewLines
    currency: Annotated[str, Meta(min_length=3, max_length=3)]
    priority: Priority = 5
    due_on: Day = ""
    on_shortfall: Literal["refuse", "backorder"] = "backorder"
    channel: Literal["desk", "csv", "shopify", "api"] = "desk"
    external_id: OptionalId = ""
    ship_to: Address | None = None
    note: Text = ""
    draft: bool = False

    spec: ClassVar = CommandSpec(Kind.PROMISE, "order.place")

    def __post_init__(self) -> None:
        check_day(self.due_on)


class Wanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Units of a product."""

    product_id: Id
    quantity: Quantity


class ConfirmOrder(Command, frozen=True, kw_only=True):
    """Make a draft binding: its lines are reserved, and the rest follows as if it had just been placed.

    ``draws``: what its lines ask for where it is confirmed, to be drawn from what is set aside for that terminal. It
    stands in the command, because the lines may be others by the time that it arrives.
    """

    site_id: Id
    order_id: Id
    draws: Annotated[tuple[Wanted, ...], Meta(max_length=2000)] = ()

    spec: ClassVar = CommandSpec(Kind.PROMISE, "order.place")


class OrderFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The fields of an order that may be changed after it was placed; those not set stay."""

    priority: Priority | UnsetType = UNSET
    due_on: Day | UnsetType = UNSET
    note: Text | UnsetType = UNSET
    ship_name: Line | UnsetType = UNSET
    ship_street: Line | UnsetType = UNSET
    ship_city: Line | UnsetType = UNSET
    ship_postcode: Line | UnsetType = UNSET
    ship_country: Line | UnsetType = UNSET
    latitude: Latitude | UnsetType | None = UNSET
    longitude: Longitude | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        if self.due_on is not UNSET:
            check_day(self.due_on)


class ChangeOrder(Command, frozen=True, kw_only=True):
    """Change fields of an order. ``expected`` holds what the person saw in each of them."""

    site_id: Id
    order_id: Id
    expected: OrderFields
    values: OrderFields

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.change")


class ChangeLine(Command, frozen=True, kw_only=True):
    """Change how many units a line asks for. Down to 0 cancels the line; more is reserved or backordered.

    Of a held order more is backordered, until it is resumed.
    """

    site_id: Id
    order_id: Id
    line_id: Id
    expected_quantity: QuantityOrNone
    quantity: QuantityOrNone

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.change")


class AddLines(Command, frozen=True, kw_only=True):
    """Add lines to an order that has not left yet.

    ``draws``: they draw on what is set aside for the terminal, for the order was binding where they were entered.
    """

    site_id: Id
    order_id: Id
    lines: NewLines
    draws: bool = False

    spec: ClassVar = CommandSpec(Kind.PROMISE, "order.change")


class HoldOrder(Command, frozen=True, kw_only=True):
    """Stop work on an order; what is reserved for it stays reserved."""

    site_id: Id
    order_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.hold")


class ResumeOrder(Command, frozen=True, kw_only=True):
    """Let work on a held order go on."""

    site_id: Id
    order_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.hold")


class CancelOrder(Command, frozen=True, kw_only=True):
    """Call an order off before it ships: what is reserved is given back, what was picked gets a put-back task."""

    site_id: Id
    order_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.cancel")


class RetryOrder(Command, frozen=True, kw_only=True):
    """Try again to reserve what an order is still waiting for."""

    site_id: Id
    order_id: Id

    spec: ClassVar = CommandSpec(Kind.PROMISE, "order.change")


class ReleaseOrders(Command, frozen=True, kw_only=True):
    """Send orders to the pickers together, as one wave."""

    site_id: Id
    wave_id: Id
    number: Code
    kind: Literal["wave", "batch", "cluster"] = "wave"
    order_ids: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=2000)]

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.release")


class CloseOrder(Command, frozen=True, kw_only=True):
    """Put a delivered order away: nothing more is expected of it."""

    site_id: Id
    order_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "order.change")

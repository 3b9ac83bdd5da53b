"""Commands of shipments and routes: from the dock to the customer's door, and back."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from services.commands.command import (
    Code,
    Command,
    CommandSpec,
    Day,
    Id,
    Instant,
    Kind,
    Line,
    OptionalId,
    Reason,
    Text,
    check_day,
)


class PlanRoute(Command, frozen=True, kw_only=True):
    """Open a route for a vehicle on a day, between two instants."""

    site_id: Id
    route_id: Id
    number: Code
    vehicle_id: Id
    driver_id: OptionalId = ""
    planned_on: Day
    starts_at: Instant
    ends_at: Instant

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.plan")

    def __post_init__(self) -> None:
        check_day(self.planned_on)


class CancelRoute(Command, frozen=True, kw_only=True):
    """Close an open route that will not be driven; its shipments wait for another."""

    site_id: Id
    route_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.plan")


class ReopenRoute(Command, frozen=True, kw_only=True):
    """A route was cancelled by mistake: it is driven after all, with those of its shipments that still wait.

    ``shipment_ids`` are those that it had, in driving order.
    """

    site_id: Id
    route_id: Id
    shipment_ids: Annotated[tuple[Id, ...], Meta(max_length=10_000)] = ()

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.plan")


class AssignShipment(Command, frozen=True, kw_only=True):
    """Put a shipment on a route at a position among its stops; without a position, where it costs least."""

    site_id: Id
    shipment_id: Id
    route_id: Id
    position: Annotated[int, Meta(ge=0, le=10_000)] | None = None

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.assign")


class UnassignShipment(Command, frozen=True, kw_only=True):
    """Take a shipment off its route before it departs."""

    site_id: Id
    shipment_id: Id

    spec: ClassVar = CommandSpec(Kind.EDIT, "fleet.assign")


class LoadShipment(Command, frozen=True, kw_only=True):
    """A shipment was scanned into its vehicle."""

    site_id: Id
    shipment_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "shipment.load")


class UnloadShipment(Command, frozen=True, kw_only=True):
    """A loaded shipment was taken out of its vehicle before departure."""

    site_id: Id
    shipment_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "shipment.load")


class DepartRoute(Command, frozen=True, kw_only=True):
    """A vehicle left with what was loaded: stock goes from on hand to in transit."""

    site_id: Id
    route_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")


class ArriveStop(Command, frozen=True, kw_only=True):
    """A vehicle has come to a stop."""

    site_id: Id
    stop_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")


class DeliverShipment(Command, frozen=True, kw_only=True):
    """A shipment was handed over; ``pod_name`` is who took it."""

    site_id: Id
    shipment_id: Id
    pod_name: Line
    pod_note: Text = ""

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")


class FailDelivery(Command, frozen=True, kw_only=True):
    """A shipment could not be handed over."""

    site_id: Id
    shipment_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")


class RetryDelivery(Command, frozen=True, kw_only=True):
    """A failed shipment is tried again on the same route."""

    site_id: Id
    shipment_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")


class ReturnShipment(Command, frozen=True, kw_only=True):
    """A failed shipment, or one the customer sends back after delivery, is on its way to the warehouse."""

    site_id: Id
    shipment_id: Id
    reason: Reason

    spec: ClassVar = CommandSpec(Kind.FACT, "shipment.return")


class ReceiveReturn(Command, frozen=True, kw_only=True):
    """A returning shipment is back: its goods lie in ``location_id``, held until they are inspected."""

    site_id: Id
    shipment_id: Id
    location_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "stock.receive")


class FinishRoute(Command, frozen=True, kw_only=True):
    """A vehicle is back at the depot and its route is over."""

    site_id: Id
    route_id: Id

    spec: ClassVar = CommandSpec(Kind.FACT, "route.drive")

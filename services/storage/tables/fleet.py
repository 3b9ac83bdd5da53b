"""Vehicles, drivers, the routes they drive, and what they carry to whom."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class Vehicle(Row, frozen=True):
    """A van or truck. Its coarse last position is in the feed; fine positions travel on the live channel.

    Capacity in grams and millilitres; heading in degrees clockwise from north; speed in km/h.
    """

    site_id: str
    code: str
    registration: str
    kind: str
    capacity_g: int
    capacity_ml: int
    state: str
    processing: str
    integration: str
    latitude: float | None
    longitude: float | None
    heading: float
    speed_kmh: float
    position_at: int | None
    driver_id: str
    active: bool = True

    table: ClassVar = TableSpec("vehicle", indexes=(("site_id",), ("code",)), unique=(("code",),))


class Driver(Row, frozen=True):
    """Who drives. ``user_id`` where the driver also signs in."""

    site_id: str
    code: str
    name: str
    phone: str
    user_id: str
    active: bool = True

    table: ClassVar = TableSpec("driver", indexes=(("site_id",),), unique=(("code",),))


class Route(Row, frozen=True):
    """One tour of one vehicle on one day. Loads in grams and millilitres, distance in metres."""

    site_id: str
    number: str
    planned_on: str
    vehicle_id: str
    driver_id: str
    status: str
    starts_at: int
    ends_at: int
    departed_at: int | None
    finished_at: int | None
    load_g: int
    load_ml: int
    distance_m: int

    table: ClassVar = TableSpec(
        "route",
        indexes=(("site_id", "status"), ("vehicle_id", "status")),
        kept_days=30,
        age_column="finished_at",
    )


class Stop(Row, frozen=True):
    """One call of a route: at a customer's address, for one shipment."""

    site_id: str
    route_id: str
    shipment_id: str
    position: int
    name: str
    latitude: float
    longitude: float
    load_g: int
    load_ml: int
    eta: int
    status: str
    arrived_at: int | None
    completed_at: int | None

    table: ClassVar = TableSpec(
        "stop",
        indexes=(("route_id",), ("shipment_id",)),
        kept_days=30,
        age_column="completed_at",
        kept_with=("route",),
    )


class Shipment(Row, frozen=True):
    """What leaves for one customer's address, and the evidence that it came.

    ``created_at``, like the instants that follow it, is when the person acted.
    """

    site_id: str
    order_id: str
    number: str
    status: str
    vehicle_id: str
    driver_id: str
    route_id: str
    stop_id: str
    eta: int | None
    load_g: int
    load_ml: int
    parcels: int
    attempt: int
    created_at: int
    departed_at: int | None
    delivered_at: int | None
    pod_name: str
    pod_note: str
    failure_reason: str

    table: ClassVar = TableSpec(
        "shipment",
        indexes=(("site_id", "status"), ("order_id",), ("route_id",)),
        kept_days=120,
        age_column="delivered_at",
        kept_with=("order",),
    )


class ShipmentLine(Row, frozen=True):
    """How many units of an order line are in a shipment's parcels; written when they are packed.

    ``stock_id`` is the stock that they are part of until they leave, and empty from then on.
    """

    site_id: str
    shipment_id: str
    order_id: str
    line_id: str
    product_id: str
    lot: str
    expires_on: str
    quantity: int
    stock_id: str

    table: ClassVar = TableSpec(
        "shipment_line", indexes=(("shipment_id",), ("order_id",)), kept_with=("shipment", "order")
    )

"""The tables of routes and stops, as data, for loading and for the road."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from desktop_app.themes.tokens import Tone
from desktop_app.widgets.columns import Column, mark_column

ROUTE_STATES: Final[dict[str, tuple[str, Tone]]] = {
    "open": ("Open", "neutral"),
    "locked": ("Locked", "info"),
    "under_way": ("Under way", "info"),
    "finished": ("Finished", "ok"),
    "cancelled": ("Cancelled", "danger"),
}
STOP_STATES: Final[dict[str, tuple[str, Tone]]] = {
    "created": ("No route", "warning"),
    "assigned": ("To pack", "neutral"),
    "loaded": ("Loaded", "ok"),
    "en_route": ("On the way", "info"),
    "arrived": ("Arrived", "info"),
    "delivered": ("Delivered", "ok"),
    "failed": ("Failed", "danger"),
    "returning": ("Coming back", "warning"),
    "returned": ("Returned", "neutral"),
    "cancelled": ("Cancelled", "danger"),
}
_MARK: Final = mark_column(lambda each: "provisional" if each.provisional else "")


def shipment_state(stop: Any) -> tuple[str, Tone]:
    """A shipment's state in words: one that is packed and waits says so."""
    if stop.shipment_status == "assigned" and stop.parcels:
        return "To load", "warning"
    return STOP_STATES.get(stop.shipment_status, (stop.shipment_status, "neutral"))


def _kg(grams: int) -> float:
    return grams / 1000


LOADING_ROUTES: Final = (
    _MARK,
    Column("number", "Route", lambda route: route.number, width=118, strong=True),
    Column("vehicle_code", "Van", lambda route: route.vehicle_code, width=74, stretch=True),
    Column("driver_name", "Driver", lambda route: route.driver_name, width=116, quiet=True, yields=3),
    Column("stops", "Stops", lambda route: route.stops, "number", width=62, yields=2),
    Column("packed", "To load", lambda route: route.packed or None, "number", width=74,
           tone=lambda route: "warning" if route.packed else None),
    Column("loaded", "Loaded", lambda route: route.loaded or None, "number", width=74, yields=1),
    Column("load", "Weight", lambda route: (_kg(route.load_g), _kg(route.capacity_g)), "bar", width=92, unit="kg",
           tip=lambda route: f"{_kg(route.load_g):,.0f} of {_kg(route.capacity_g):,.0f} kg, "
           f"{route.load_ml / 1e6:.1f} of {route.capacity_ml / 1e6:.1f} m3"),
)  # fmt: skip
ROAD_ROUTES: Final = (
    _MARK,
    Column("number", "Route", lambda route: route.number, width=118, strong=True),
    Column("vehicle_code", "Van", lambda route: route.vehicle_code, width=74),
    Column("driver_name", "Driver", lambda route: route.driver_name, width=116, quiet=True, yields=3),
    Column(
        "status",
        "State",
        lambda route: ROUTE_STATES.get(route.status, (route.status, "neutral")),
        "pill",
        width=118,
    ),
    Column("done", "Done", lambda route: (route.done, route.stops), "bar", width=80),
    Column("next_stop", "Next", lambda route: route.next_stop, width=90, stretch=True, yields=1),
    Column("next_eta", "Arrives", lambda route: route.next_eta, "age", width=84, yields=2),
)


def stop_columns(late: Callable[[Any], Tone | None]) -> tuple[Column, ...]:
    """The stops of a route; ``late`` colours an ETA that will not be kept."""
    return (
        _MARK,
        Column("position", "#", lambda stop: stop.position + 1, "number", width=44, quiet=True),
        Column("shipment_number", "Shipment", lambda stop: stop.shipment_number, width=142, strong=True),
        Column("name", "Where to", lambda stop: stop.name, width=170, stretch=True),
        Column("state", "State", shipment_state, "pill", width=118),
        Column("parcels", "Parcels", lambda stop: stop.parcels or None, "number", width=72, yields=1),
        Column(
            "load_g",
            "Weight",
            lambda stop: _kg(stop.load_g),
            "number",
            width=84,
            unit="kg",
            digits=1,
            yields=3,
        ),
        Column("eta", "Arrives", lambda stop: stop.eta or None, "age", width=84, tone=late, yields=2),
    )

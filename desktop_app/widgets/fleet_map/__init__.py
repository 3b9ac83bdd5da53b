"""The fleet map. Importing this package is light; numpy and the canvas come with the first use of `FleetMap`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desktop_app.widgets.fleet_map.marks import (
    DepotMark,
    RouteMark,
    StopMark,
    VehicleMark,
    VehicleRecords,
    vehicle_dtype,
)

if TYPE_CHECKING:
    from desktop_app.widgets.fleet_map.colours import MapColours, map_colours
    from desktop_app.widgets.fleet_map.fleet_map import FleetMap
    from desktop_app.widgets.fleet_map.trail_scrubber import TrailScrubber

__all__ = [
    "DepotMark",
    "FleetMap",
    "MapColours",
    "RouteMark",
    "StopMark",
    "TrailScrubber",
    "VehicleMark",
    "VehicleRecords",
    "map_colours",
    "vehicle_dtype",
]


def __getattr__(name: str) -> Any:
    if name == "FleetMap":
        from desktop_app.widgets.fleet_map.fleet_map import FleetMap

        return FleetMap
    if name in ("MapColours", "map_colours"):
        from desktop_app.widgets.fleet_map import colours

        return getattr(colours, name)
    if name == "TrailScrubber":
        from desktop_app.widgets.fleet_map.trail_scrubber import TrailScrubber

        return TrailScrubber
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

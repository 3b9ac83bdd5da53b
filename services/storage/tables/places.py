"""Sites and the bins in them."""

from __future__ import annotations

from typing import ClassVar

from services.storage.row import Row, TableSpec


class Site(Row, frozen=True):
    """A warehouse or plant: the scope of most data. Every terminal knows all sites, so it has no ``site_id``."""

    code: str
    name: str
    timezone: str
    currency: str
    latitude: float
    longitude: float
    removal_strategy: str
    active: bool = True

    table: ClassVar = TableSpec("site", unique=(("code",),))


class Location(Row, frozen=True):
    """A bin: the smallest addressable place, ``zone-aisle-bay-level``, with its position in metres."""

    site_id: str
    code: str
    zone: str
    aisle: str
    bay: str
    level: str
    kind: str
    x_m: float
    y_m: float
    pick_sequence: int
    active: bool = True

    table: ClassVar = TableSpec(
        "location", indexes=(("site_id", "kind"), ("code",)), unique=(("site_id", "code"),)
    )

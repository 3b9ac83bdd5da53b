"""Where picked goods go when nobody says otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from services.domain.identifiers import derive
from services.handlers.work import Work
from services.storage.tables import Location

_CODE = "STAGING"


def staging_place(work: Work, site_id: str) -> Location:
    """The site's first staging location in walking order.

    A site without one gets one with its first pick: the goods are in somebody's hands, and have to lie somewhere.
    """
    place = first_staging(work.find(Location, site_id=site_id, kind="staging"))
    if place is not None:
        return place
    of_this_name = [place for place in work.find(Location, code=_CODE) if place.site_id == site_id]
    return of_this_name[0] if of_this_name else _made(work, site_id)


def first_staging(places: Iterable[Location]) -> Location | None:
    """The first of a site's staging locations in walking order; None where none is open."""
    opened = [place for place in places if place.active]
    return min(opened, key=lambda place: (place.pick_sequence, place.id), default=None)


def _made(work: Work, site_id: str) -> Location:
    location = work.put(
        Location(
            id=derive("location", site_id, _CODE), site_id=site_id, code=_CODE, zone="", aisle="", bay="", level="",
            kind="staging", x_m=0.0, y_m=0.0, pick_sequence=0,
        )
    )  # fmt: skip
    work.record("location.saved", location, f"Bin {_CODE} added with the first pick")
    return location

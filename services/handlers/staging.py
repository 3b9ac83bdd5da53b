"""Where picked goods go when nobody says otherwise."""

from __future__ import annotations

from services.domain.refusals import refuse
from services.handlers.work import Work
from services.storage.tables import Location


def staging_place(work: Work, site_id: str) -> Location:
    """The site's first staging location in walking order. A site without one cannot pick."""
    places = [place for place in work.find(Location, site_id=site_id, kind="staging") if place.active]
    if not places:
        refuse("not_found", thing="staging location", name="at this site")
    return min(places, key=lambda place: (place.pick_sequence, place.id))

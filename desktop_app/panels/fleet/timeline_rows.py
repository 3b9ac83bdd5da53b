"""The day of each van as rows of the timeline."""

from __future__ import annotations

from desktop_app.panels.fleet.picture import Picture, StopView, VehicleView
from desktop_app.panels.fleet.stop_list import stop_in_words
from desktop_app.widgets.day_timeline import Block, DayRow


def timeline_rows(picture: Picture, zone: str) -> list[DayRow]:
    """A row for each van with a route: those on the road first, then by the hour at which they start."""
    driving = [view for view in picture.vehicles if view.route is not None and view.stops]
    driving.sort(key=lambda view: (_start(view), view.row.code))
    return [_row(view, picture.day.service_ms, zone) for view in driving]


def _start(view: VehicleView) -> tuple[bool, int]:
    assert view.route is not None
    return (view.route.departed_at is None, view.route.departed_at or view.route.starts_at)


def _row(view: VehicleView, service_ms: int, zone: str) -> DayRow:
    route = view.route
    assert route is not None
    blocks = [_block(stop, number, service_ms, zone) for number, stop in enumerate(view.stops, start=1)]
    begins = route.departed_at or route.starts_at
    ends = route.finished_at or max([begins, *(block.end for block in blocks)])
    return DayRow(view.id, view.row.code, route.number, (begins, ends), tuple(blocks))


def _block(stop: StopView, number: int, service_ms: int, zone: str) -> Block:
    done = stop.row.completed_at
    start = stop.row.arrived_at or (done - service_ms if done is not None else stop.row.eta)
    return Block(
        stop.row.id, start, max(done or 0, start + service_ms), stop.status, stop.late, stop_in_words(stop, number, zone)
    )  # fmt: skip

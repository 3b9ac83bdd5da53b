"""The hall with the path of the walk: bins, the line through the aisles, numbered stops, where one stands."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.picking.walk import Walk
from desktop_app.widgets.bin_map import BinMap, BinMark, PickStop, bin_map_colours
from local_db.queries.pick_tasks import PickTaskRow
from local_db.queries.picking_queries import BinRow, hall
from services.domain.hall_layout import derived_places
from services.domain.pick_path import walking_order
from services.domain.walking_floor import Floor, floor_of

_ENTRANCE_KINDS = ("staging", "dock")


def aisle_of(place: BinRow) -> str:
    """An aisle's name in the whole hall: zones count their aisles each for themselves. Empty where there is no aisle."""
    return f"{place.zone}{place.aisle}" if place.aisle else ""


def placed(bins: Sequence[BinRow]) -> list[BinRow]:
    """The bins with places to draw: where none in an aisle was measured, as their addresses count them."""
    if any(place.aisle and (place.x_m, place.y_m) != (0, 0) for place in bins):
        return list(bins)
    places = derived_places((place.id, aisle_of(place), place.bay) for place in bins)
    return [
        msgspec.structs.replace(place, x_m=places[place.id][0], y_m=places[place.id][1])
        if place.id in places
        else place
        for place in bins
    ]


class Hall:
    """The bins of a site and the floor they stand on: where aisles run, and where walks begin."""

    def __init__(self, bins: Sequence[BinRow]) -> None:
        bins = placed(bins)
        self.bins = {place.id: place for place in bins}
        shelved = [place for place in bins if place.aisle]
        self.floor: Floor | None = (
            floor_of((place.x_m, place.y_m, aisle_of(place)) for place in shelved) if shelved else None
        )
        doors = [place for place in bins if place.kind in _ENTRANCE_KINDS]
        count = max(1, len(doors))
        self.entrance = (sum(place.x_m for place in doors) / count, sum(place.y_m for place in doors) / count)

    def in_walking_order(self, tasks: Sequence[PickTaskRow]) -> list[PickTaskRow]:
        """Tasks in the order of the shortest walk; those whose bin is in no aisle come last."""
        by_bin: dict[str, list[PickTaskRow]] = {}
        for task in tasks:
            by_bin.setdefault(task.location_id, []).append(task)
        order, _line = self.path([place for place in by_bin if self._in_aisle(place)])
        rest = [place for place in by_bin if place not in set(order)]
        return [task for place in (*order, *rest) for task in by_bin[place]]

    def path(self, bin_ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]]:
        """The shortest walk over bins: their order, and its corners in metres."""
        found = [self.bins[bin_id] for bin_id in bin_ids if self._in_aisle(bin_id)]
        if not found or self.floor is None:
            return (), ()
        stops = [(place.id, place.x_m, place.y_m, aisle_of(place)) for place in found]
        walk = walking_order(stops, self.entrance, self.floor)
        return walk.order, walk.line

    def _in_aisle(self, bin_id: str) -> bool:
        place = self.bins.get(bin_id)
        return place is not None and bool(place.aisle)


class HallMap(QWidget):
    """Draws the bins of the site once, and the walk over them."""

    def __init__(self, context: PanelContext) -> None:
        super().__init__()
        self._context = context
        self.hall = Hall(())
        self._walk = Walk()
        self.map = BinMap(colours=bin_map_colours(context.theme.colours))
        self._drawn: tuple[BinRow, ...] = ()
        context.theme.changed.connect(lambda: self.map.set_colours(bin_map_colours(context.theme.colours)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.map)

    def load(self) -> None:
        """Read the bins of the site anew."""
        desk = self._context.desk
        site_id: str = self._context.session.site_id
        self._context.runner.run(
            lambda: Hall(hall(desk.read, site_id)),
            self._show_hall,
            self,
            key="hall",
            label="Drawing the hall",
        )

    def is_staging(self, code: str) -> bool:
        """Whether this is the code of a staging place."""
        return any(place.code == code and place.kind == "staging" for place in self.hall.bins.values())

    def show_walk(self, walk: Walk) -> None:
        """Draw the path of a walk, its stops numbered in its order, the next one standing out."""
        self._walk = walk
        bins = list(dict.fromkeys(task.location_id for task in walk.tasks))
        _order, line = self.hall.path(bins)
        here = walk.task.location_id if walk.task is not None else ""
        stops = []
        for number, bin_id in enumerate(bins, start=1):
            tasks = [task for task in walk.tasks if task.location_id == bin_id]
            done = all(task.id in walk.done for task in tasks)
            stops.append(
                PickStop(bin_id, number, "next" if bin_id == here else "done" if done else "planned")
            )
        last = next((task for task in reversed(walk.tasks) if task.id in walk.done), None)
        place = self.hall.bins.get(last.location_id) if last is not None else None
        self.map.set_path(stops, line, (place.x_m, place.y_m) if place is not None else self.hall.entrance)

    def _show_hall(self, found: Hall) -> None:
        bins = tuple(found.bins.values())
        if bins == self._drawn:
            return
        self.hall, self._drawn = found, bins
        self.map.set_bins(
            BinMark(place.id, place.code, place.x_m, place.y_m, place.kind, aisle_of(place))  # type: ignore[arg-type]
            for place in bins
        )
        self.show_walk(self._walk)

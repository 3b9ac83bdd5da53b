"""The vehicles of the map as arrays changed in place: where each is shown, which are drawn, which is under a point.

Nothing here paints. Positions glide from where a vehicle is shown to where it was last reported. Where many vehicles
are in sight, one of each 10-pixel cell is drawn; all of them can still be hit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.marks import LINKS, STATES, VehicleMark, VehicleRecords, vehicle_dtype
from desktop_app.widgets.fleet_map.mercator import project_many

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

HEADINGS = 72
NO_HEADING = HEADINGS
"""The sprite column of a vehicle that has not told its heading."""
FADES = 4
"""How many steps of fading a silent vehicle goes through."""
THIN_ABOVE = 500
"""With more vehicles than this in sight, one of each cell is drawn."""
CELL_PX = 10
_MARGIN_CELLS = 3
_FADE_AGES_S = (120.0, 300.0, 900.0)


class Drawn(NamedTuple):
    """The vehicles to draw, back to front: their rows, screen positions and whether they were thinned."""

    rows: Ints
    x: Floats
    y: Floats
    is_thinned: bool
    in_sight: int


class Fleet:
    """All vehicles, by row. Rows stay until the next `replace`."""

    def __init__(self) -> None:
        self.glides = True
        """Whether vehicles glide to a reported position, or are there at once."""
        self.ids: list[str] = []
        self.labels: list[str] = []
        self._row_of: dict[str, int] = {}
        self._allocate(0)

    def __len__(self) -> int:
        return len(self.ids)

    def _allocate(self, count: int) -> None:
        # Targets and starting points of the glide, and what is shown now; x and y are world coordinates.
        self.to_x, self.to_y = np.zeros(count), np.zeros(count)
        self._from_x, self._from_y = np.zeros(count), np.zeros(count)
        self.x, self.y = np.zeros(count), np.zeros(count)
        self.heading = np.full(count, np.nan)
        self._from_heading = np.full(count, np.nan)
        self._turn = np.zeros(count)
        self.state = np.zeros(count, dtype=np.uint8)
        self.link = np.zeros(count, dtype=np.uint8)
        self.age_s = np.zeros(count)
        self.selected = np.zeros(count, dtype=bool)
        self.kind = np.zeros(count, dtype=np.int16)
        self._order = np.arange(count)
        self._every = np.arange(count)
        self._rank = np.arange(count)
        self.chosen: list[int] = []
        self._gliding = False
        self._longest: float | None = None

    def replace(self, vehicles: Iterable[VehicleMark] | VehicleRecords) -> None:
        """Take another fleet. Vehicles that were there before keep their selection and glide to where they are now."""
        records = vehicles if isinstance(vehicles, VehicleRecords) else _records_of(vehicles)
        rows = records.rows
        old = {id_: row for row, id_ in enumerate(self.ids)}
        ids: list[str] = rows["id"].tolist()
        before = np.array([old.get(id_, -1) for id_ in ids], dtype=np.intp)
        old_x, old_y, old_selected = self.x, self.y, self.selected
        self.ids = ids
        self.labels = [label or id_ for label, id_ in zip(records.labels or ids, ids, strict=True)]
        self._row_of = {id_: row for row, id_ in enumerate(ids)}
        self._allocate(len(ids))
        x, y = project_many(rows["lat"].astype(np.float64), rows["lon"].astype(np.float64))
        self.x[:], self.y[:] = x, y
        known = before >= 0
        self.x[known], self.y[known] = old_x[before[known]], old_y[before[known]]
        self.selected[known] = old_selected[before[known]]
        self.heading[:] = self._from_heading[:] = rows["heading"]
        self.state[:], self.link[:], self.age_s[:] = rows["state"], rows["link"], rows["age_s"]
        self._report(slice(None), x, y, None)
        self.classify()

    def rows_of(self, ids: Sequence[str] | Ints) -> Ints:
        """Rows of ids; ids that are not on the map are left out. Rows given as integers are returned as they are."""
        if isinstance(ids, np.ndarray) and ids.dtype.kind in "iu":
            return ids
        found = (self._row_of.get(id_, -1) for id_ in ids)
        return np.array([row for row in found if row >= 0], dtype=np.intp)

    def has(self, id_: str) -> bool:
        """Whether the vehicle is on the map."""
        return id_ in self._row_of

    def move(self, ids: Sequence[str] | Ints, lat: Floats, lon: Floats, heading: Floats | None) -> None:
        """New positions, in place. Unknown ids are passed over: a position may arrive before its vehicle."""
        if not isinstance(ids, np.ndarray):
            known = np.array([id_ in self._row_of for id_ in ids], dtype=bool)
            if not known.all():
                lat, lon = np.asarray(lat)[known], np.asarray(lon)[known]
                heading = None if heading is None else np.asarray(heading)[known]
        rows = self.rows_of(ids)
        # A whole column at once is quicker than row by row.
        are_all = len(rows) == len(self) and bool((rows == self._every).all())
        x, y = project_many(np.asarray(lat, dtype=float), np.asarray(lon, dtype=float))
        self._report(
            slice(None) if are_all else rows,
            x,
            y,
            None if heading is None else np.asarray(heading, dtype=float),
        )

    def _report(self, rows: Ints | slice, x: Floats, y: Floats, heading: Floats | None) -> None:
        if not self.glides:
            self.glide_to(1.0)
            self.to_x[rows] = self.x[rows] = x
            self.to_y[rows] = self.y[rows] = y
            if heading is not None:
                self.heading[rows] = heading
            return
        self.to_x[rows], self.to_y[rows] = x, y
        # Those on their way already go on from where they are shown.
        self._turn += self._from_heading
        self._turn -= self.heading
        self._from_x[:], self._from_y[:] = self.x, self.y
        self._from_heading[:] = self.heading
        if heading is not None:
            turn = heading - self.heading[rows]
            turn -= np.rint(turn / 360.0) * 360.0
            turn[np.isnan(turn)] = 0.0
            self._turn[rows] = turn
            # Counted back from the new heading, so that circling for hours does not wind the numbers up.
            self._from_heading[rows] = heading - turn
        self._gliding = True
        self._longest = None

    def glide_to(self, share: float) -> None:
        """Show every vehicle `share` (0 to 1) of its way from where it was shown to where it was reported."""
        if not self._gliding:
            return
        if share >= 1.0:
            self.x[:], self.y[:] = self.to_x, self.to_y
            np.add(self._from_heading, self._turn, out=self.heading)
            self._from_heading[:] = self.heading
            self._turn[:] = 0.0
            self._gliding = False
            return
        for shown, start, target in ((self.x, self._from_x, self.to_x), (self.y, self._from_y, self.to_y)):
            np.subtract(target, start, out=shown)
            shown *= share
            shown += start
        np.multiply(self._turn, share, out=self.heading)
        self.heading += self._from_heading

    @property
    def is_gliding(self) -> bool:
        """Whether some vehicle is still on its way to where it was reported."""
        return self._gliding

    def longest_glide(self) -> float:
        """How far, in world units, the vehicle glides that has the longest way since the last report."""
        if not self._gliding or not len(self):
            return 0.0
        if self._longest is None:
            ways = (np.abs(self.to_x - self._from_x).max(), np.abs(self.to_y - self._from_y).max())
            self._longest = float(max(ways))
        return self._longest

    def classify(self) -> None:
        """Work out which sprite each vehicle has; call after states, links, ages or the selection changed."""
        fade = np.searchsorted(_FADE_AGES_S, self.age_s).astype(np.int16)
        fade[self.link != LINKS.index("stale")] = 0
        self.kind[:] = (
            (self.state.astype(np.int16) * len(LINKS) + self.link) * FADES + fade
        ) * 2 + self.selected
        # Drawn last, and kept when thinned: what is selected, then faults, then what moves.
        weight = (
            self.selected * 4
            + (self.state == STATES.index("error")) * 2
            + (self.state == STATES.index("executing"))
        )
        self._order = np.argsort(weight, kind="stable")
        self._rank[self._order] = np.arange(len(self))
        self.chosen = np.flatnonzero(self.selected).tolist()

    def headings(self, rows: Ints) -> Ints:
        """The sprite column of each row's present heading."""
        steps = self.heading[rows]
        steps *= HEADINGS / 360.0
        # One turn more than a glide can go below north, so that cutting off the fraction rounds down.
        steps += HEADINGS + 0.5
        unknown = np.isnan(steps)
        if unknown.any():
            steps[unknown] = 0.0
            column = steps.astype(np.intp) % HEADINGS
            column[unknown] = NO_HEADING
            return column
        return steps.astype(np.intp) % HEADINGS

    def drawn(self, camera: Camera) -> Drawn:
        """What to draw in this view."""
        # Cells are tied to the world and not to the screen, so that the choice does not flicker while panning.
        cells_across_world = camera.scale / CELL_PX
        column = (self.x * cells_across_world).astype(np.int32)
        line = (self.y * cells_across_world).astype(np.int32)
        column -= math.floor(camera.left * cells_across_world) - _MARGIN_CELLS
        line -= math.floor(camera.top * cells_across_world) - _MARGIN_CELLS
        columns = camera.width // CELL_PX + 2 * _MARGIN_CELLS + 2
        lines = camera.height // CELL_PX + 2 * _MARGIN_CELLS + 2
        # Taken as unsigned a negative number is huge: one comparison for both ends.
        inside = (column.view(np.uint32) < columns) & (line.view(np.uint32) < lines)
        in_sight = int(np.count_nonzero(inside))
        rows = self._order if in_sight == len(self) else self._order[inside[self._order]]
        is_thinned = in_sight > THIN_ABOVE
        if is_thinned:
            line *= columns
            line += column
            grid = np.full(columns * lines, -1, dtype=np.intp)
            # Where several fall into a cell the last assignment stays: the order's most important.
            grid[line[rows]] = rows
            rows = grid[grid >= 0]
        scale = camera.scale
        x, y = (self.x[rows] - camera.left) * scale, (self.y[rows] - camera.top) * scale
        return Drawn(rows, x, y, is_thinned, in_sight)

    def _screen(self, camera: Camera) -> tuple[Floats, Floats]:
        scale = camera.scale
        x = self.x - camera.left
        x *= scale
        y = self.y - camera.top
        y *= scale
        return x, y

    def at(self, camera: Camera, px: float, py: float, reach: float) -> Ints:
        """Rows within `reach` pixels of a point, nearest first, thinned or not; of equals the topmost first."""
        if not len(self):
            return np.empty(0, dtype=np.intp)
        x, y = self._screen(camera)
        x -= px
        y -= py
        near = np.flatnonzero((np.abs(x) <= reach) & (np.abs(y) <= reach))
        distance = np.hypot(x[near], y[near])
        keep = distance <= reach
        near, distance = near[keep], distance[keep]
        found: Ints = near[np.lexsort((-self._rank[near], np.rint(distance * 100)))]
        return found

    def inside(self, camera: Camera, left: float, top: float, right: float, bottom: float) -> Ints:
        """Rows inside a box on the screen, thinned or not."""
        x, y = self._screen(camera)
        return np.flatnonzero((x >= left) & (x <= right) & (y >= top) & (y <= bottom))

    def screen_of(self, camera: Camera, row: int) -> tuple[float, float]:
        """Where one vehicle is shown, in pixels."""
        return camera.to_screen(float(self.x[row]), float(self.y[row]))


def _records_of(vehicles: Iterable[VehicleMark]) -> VehicleRecords:
    marks = list(vehicles)
    rows = np.zeros(len(marks), dtype=vehicle_dtype())
    rows["id"] = [mark.id for mark in marks]
    rows["lat"] = [mark.lat for mark in marks]
    rows["lon"] = [mark.lon for mark in marks]
    rows["heading"] = [np.nan if mark.heading is None else mark.heading for mark in marks]
    rows["state"] = [STATES.index(mark.state) for mark in marks]
    rows["link"] = [LINKS.index(mark.link) for mark in marks]
    rows["age_s"] = [mark.age_s for mark in marks]
    return VehicleRecords(rows, [mark.label for mark in marks])

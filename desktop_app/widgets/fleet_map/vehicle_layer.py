"""Paints the vehicles: thousands as copies of ready-made sprites in one call, and labels for the few that matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from shiboken6 import Shiboken

from desktop_app.widgets.canvas.ink import metrics_of, with_alpha
from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.chrome import paint_card, paint_card_beside
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.fleet import THIN_ABOVE, Drawn, Fleet, Ints
from desktop_app.widgets.fleet_map.marks import LINKS, STATES
from desktop_app.widgets.fleet_map.sprites import SpriteSheet
from desktop_app.widgets.fleet_map.town_labels import Occupied
from desktop_app.widgets.fleet_map.words import LINK_WORDS, STATE_WORDS, age_text

_LARGE, _MIDDLE, _SMALL, _TINY = 30, 22, 14, 12
_LARGE_UP_TO = 150
_SMALL_UP_TO = 2500
_KINDS = len(STATES) * len(LINKS) * 4 * 2
_MOST_LABELS = 12


class _Sheet:
    """A sprite sheet, the sprites of each kind on it, and the array of fragments that Qt reads."""

    def __init__(self, sheet: SpriteSheet) -> None:
        self.sheet = sheet
        self._first_of = np.full(_KINDS, -1, dtype=np.intp)
        # x, y, source left, top, width, height, scale x, scale y, rotation, opacity: QPainter::PixmapFragment.
        self._fragments = np.zeros((0, 10))

    def fragments_for(self, count: int, ratio: float) -> np.ndarray:
        """The first `count` fragments, with what never changes filled in."""
        if len(self._fragments) < count:
            self._fragments = np.zeros((2 * count, 10))
            self._fragments[:, 4:6] = self.sheet.device_side
            self._fragments[:, 6:8] = 1.0 / ratio
            self._fragments[:, 9] = 1.0
        return self._fragments[:count]

    def sprites_of(self, kinds: np.ndarray) -> np.ndarray:
        """The index of each kind's first sprite, painting the kinds that are new."""
        found: np.ndarray = self._first_of[kinds]
        if found.min() < 0:
            for kind in np.unique(kinds[found < 0]).tolist():
                self._first_of[kind] = self.sheet.first(kind)
            found = self._first_of[kinds]
        return found


class VehicleLayer:
    """Keeps a sprite sheet per size and the array of fragments that Qt reads."""

    def __init__(self, colours: MapColours) -> None:
        self._colours = colours
        self._sheets: dict[tuple[int, float], _Sheet] = {}

    def recolour(self, colours: MapColours) -> None:
        """Forget the sprites painted in other colours."""
        self._colours = colours
        self._sheets.clear()

    def paint(self, painter: QPainter, fleet: Fleet, camera: Camera, ratio: float) -> Drawn:
        """Every vehicle in sight, or one of each cell where there are many. Answers what was drawn."""
        drawn = fleet.drawn(camera)
        side = _side_for(drawn)
        self._copy(painter, fleet, drawn.rows, drawn.x, drawn.y, side, ratio)
        if drawn.is_thinned and 0 < len(fleet.chosen) <= THIN_ABOVE:
            # In a crowd the selected few stand out by size as well.
            among = fleet.selected[drawn.rows]
            self._copy(painter, fleet, drawn.rows[among], drawn.x[among], drawn.y[among], _MIDDLE, ratio)
        return drawn

    def _copy(
        self,
        painter: QPainter,
        fleet: Fleet,
        rows: Ints,
        x: np.ndarray,
        y: np.ndarray,
        side: int,
        ratio: float,
    ) -> None:
        count = len(rows)
        if not count:
            return
        made = self._sheets.get((side, ratio))
        if made is None:
            made = self._sheets[side, ratio] = _Sheet(SpriteSheet(side, ratio, self._colours))
        fragments = made.fragments_for(count, ratio)
        sprites = made.sprites_of(fleet.kind[rows]) + fleet.headings(rows)
        device, per_column = made.sheet.device_side, made.sheet.per_column
        if made.sheet.pixmap.width() > device:
            columns = sprites // per_column
            np.multiply(columns, device, out=fragments[:, 2], casting="unsafe")
            sprites -= columns * per_column
        np.multiply(sprites, device, out=fragments[:, 3], casting="unsafe")
        # Middles on whole device pixels (half ones for odd sizes): then each copy is a plain copy.
        for middle, place in ((fragments[:, 0], x), (fragments[:, 1], y)):
            if ratio == 1.0 and device % 2 == 0:
                np.floor(place, out=middle)
            else:
                middle[:] = (np.floor(place * ratio) + (device % 2) / 2) / ratio
        # Qt reads the fragments where numpy keeps them.
        first: Any = Shiboken.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment)
        painter.drawPixmapFragments(first, count, made.sheet.pixmap)

    def paint_hovered(self, painter: QPainter, fleet: Fleet, camera: Camera, row: int, ratio: float) -> None:
        """The vehicle under the pointer again, on top and in a ring: it may have been thinned."""
        at = QPointF(*fleet.screen_of(camera, row))
        painter.setPen(QPen(QColor(self._colours.text), 1.6))
        painter.setBrush(with_alpha(self._colours.surface, 0.5))
        painter.drawEllipse(at, 15.0, 15.0)
        one = np.array([row])
        self._copy(painter, fleet, one, np.array([at.x()]), np.array([at.y()]), _LARGE, ratio)

    def paint_names(self, painter: QPainter, fleet: Fleet, camera: Camera, rows: Sequence[int]) -> None:
        """A small card with the name beside each of these vehicles, as far as they do not touch."""
        occupied = Occupied()
        for row in rows[:_MOST_LABELS]:
            x, y = fleet.screen_of(camera, row)
            width = metrics_of(12, QFont.Weight.DemiBold).horizontalAdvance(fleet.labels[row]) + 16
            for left, top in (
                (x + 16, y - 11),
                (x - 16 - width, y - 11),
                (x - width / 2, y + 16),
                (x - width / 2, y - 38),
            ):
                box = QRectF(left, top, width, 22)
                if occupied.is_free(box):
                    occupied.take(box)
                    paint_card(painter, box, fleet.labels[row], (), self._colours)
                    break

    def paint_details(self, painter: QPainter, fleet: Fleet, camera: Camera, row: int, more: int) -> None:
        """The card of the vehicle under the pointer: name, state, link and age, and how many others lie here."""
        state, link = STATES[int(fleet.state[row])], LINKS[int(fleet.link[row])]
        lines = [f"{STATE_WORDS[state]}  ·  {LINK_WORDS[link]}, {age_text(float(fleet.age_s[row]))}"]
        if more:
            lines.append(f"and {more:,} more here")
        paint_card_beside(
            painter, fleet.screen_of(camera, row), camera, fleet.labels[row], lines, self._colours
        )


def _side_for(drawn: Drawn) -> int:
    """Smaller where vehicles are many, or few but on one heap."""
    if drawn.is_thinned:
        return _SMALL if len(drawn.rows) <= _SMALL_UP_TO else _TINY
    cells = np.floor(drawn.x / _LARGE) * 4096.0 + np.floor(drawn.y / _LARGE)
    crowding = len(drawn.rows) / max(len(np.unique(cells)), 1)
    if len(drawn.rows) <= _LARGE_UP_TO and crowding < 1.8:
        return _LARGE
    return _MIDDLE if crowding < 3.5 else _SMALL

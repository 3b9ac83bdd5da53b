"""Where a vehicle has been: its way as a line that can be replayed to any moment of it."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from desktop_app.widgets.canvas.ink import draw_haloed, lettering, with_alpha
from desktop_app.widgets.canvas.paths import path_of
from desktop_app.widgets.fleet_map.camera import Camera
from desktop_app.widgets.fleet_map.colours import MapColours
from desktop_app.widgets.fleet_map.mercator import project_many

_TICKS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_TICK_PX = 90.0


class Trail:
    """Points (n, 3) of latitude, longitude and time (seconds since the epoch, UTC), rising in time."""

    def __init__(self, points: npt.NDArray[np.float64], zone: tzinfo) -> None:
        points = np.asarray(points, dtype=float).reshape(-1, 3)
        if len(points) > 1 and bool((np.diff(points[:, 2]) < 0).any()):
            raise ValueError("a trail's times must not fall")
        self.times = points[:, 2]
        self._zone = zone
        x, y = project_many(points[:, 0], points[:, 1])
        self.world = np.column_stack([x, y])

    def __len__(self) -> int:
        return len(self.times)

    def at(self, moment: float) -> tuple[float, float, float | None]:
        """World x, y and heading (degrees, None while standing) at a moment, between the two reports around it."""
        moment = min(max(moment, float(self.times[0])), float(self.times[-1]))
        x = float(np.interp(moment, self.times, self.world[:, 0]))
        y = float(np.interp(moment, self.times, self.world[:, 1]))
        after = min(int(np.searchsorted(self.times, moment, side="right")), len(self) - 1)
        dx, dy = self.world[after] - self.world[max(after - 1, 0)]
        heading = None if dx == 0 and dy == 0 else math.degrees(math.atan2(dx, -dy)) % 360.0
        return x, y, heading

    def paint(self, painter: QPainter, camera: Camera, colours: MapColours, moment: float) -> None:
        """The way up to the moment as a strong line, the rest of it dotted, with the time of day along it."""
        if len(self) < 2:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        pixels = (self.world - (camera.left, camera.top)) * camera.scale
        split = int(np.searchsorted(self.times, moment, side="right"))
        x, y, _ = self.at(moment)
        now = np.array([camera.to_screen(x, y)])
        gone = np.concatenate([pixels[:split], now])
        to_come = np.concatenate([now, pixels[split:]])
        rest = QPen(with_alpha(colours.quiet, 0.8), 2.0, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
        rest.setDashPattern([0.1, 2.6])
        painter.strokePath(path_of(to_come, _only_first(to_come)), rest)
        line = path_of(gone, _only_first(gone))
        for ink, width in ((QColor(colours.halo), 6.5), (QColor(colours.accent), 3.2)):
            pen = QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(line, pen)
        self._paint_ticks(painter, pixels, colours)

    def _paint_ticks(self, painter: QPainter, pixels: npt.NDArray[np.float64], colours: MapColours) -> None:
        length = float(np.hypot(*np.diff(pixels, axis=0).T).sum())
        span = float(self.times[-1] - self.times[0])
        if span <= 0 or length <= 0:
            return
        wanted = span * _TICK_PX / length
        step = next((tick for tick in _TICKS_S if tick >= wanted), _TICKS_S[-1])
        first = math.ceil(self.times[0] / step) * step
        last_drawn: QPointF | None = None
        for tick in np.arange(first, self.times[-1], step).tolist():
            at = QPointF(
                float(np.interp(tick, self.times, pixels[:, 0])),
                float(np.interp(tick, self.times, pixels[:, 1])),
            )
            if last_drawn is not None and (at - last_drawn).manhattanLength() < _TICK_PX / 2:
                continue
            last_drawn = at
            painter.setPen(QPen(QColor(colours.accent), 1.6))
            painter.setBrush(QColor(colours.surface))
            painter.drawEllipse(at, 3.2, 3.2)
            text = datetime.fromtimestamp(tick, self._zone).strftime("%H:%M")
            font = lettering(11, QFont.Weight.Medium)
            draw_haloed(painter, at + QPointF(7, -6), text, font, QColor(colours.text), QColor(colours.halo))


def _only_first(points: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    starts = np.zeros(len(points), dtype=bool)
    starts[:1] = True
    return starts

"""The bin map's legend: what is explained is what is on the map."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from desktop_app.widgets.bin_map.colours import BinMapColours
from desktop_app.widgets.bin_map.floor_painter import Heat
from desktop_app.widgets.bin_map.marks import PickStop, StopStatus
from desktop_app.widgets.bin_map.path_painter import Badge, paint_badge, paint_picker
from desktop_app.widgets.bin_map.plan import Plan
from desktop_app.widgets.canvas.ink import mix
from desktop_app.widgets.canvas.legend import LegendRow, PaintSample

_STOP_WORDS: dict[StopStatus, str] = {
    "next": "Next",
    "planned": "To pick",
    "done": "Picked",
    "short": "Short",
}


def legend_rows(
    plan: Plan, stops: Sequence[PickStop], heat: Heat | None, colours: BinMapColours
) -> list[LegendRow]:
    """The walk, then what the shelves' colours say."""
    rows: list[LegendRow] = []
    if stops:
        found = {stop.status for stop in stops}
        rows += [
            LegendRow(word, _badge(status, colours))
            for status, word in _STOP_WORDS.items()
            if status in found
        ]
        rows.append(
            LegendRow("You are here", lambda painter: paint_picker(painter, QPointF(0, 0), 9, colours))
        )
    if heat is not None:
        most = f"{heat.top:,.0f}{' or more' if heat.is_cut else ''} {heat.unit}".rstrip()
        rows.append(LegendRow(heat.title))
        rows.append(LegendRow(f"None to {most}", _heat_bar(colours)))
        return rows
    kinds = {mark.kind for bay in plan.bays for mark in bay.bins}
    if "pick" in kinds:
        rows.append(LegendRow("Pick bin", _swatch(colours.pick, colours)))
    if "reserve" in kinds:
        rows.append(LegendRow("Reserve", _swatch(colours.reserve, colours)))
    if any(mark.fill is not None for bay in plan.bays for mark in bay.bins):
        rows.append(LegendRow("Full", _swatch(mix(colours.pick, colours.full, 0.85), colours)))
    if any(mark.highlight for bay in plan.bays for mark in bay.bins):
        rows.append(LegendRow("Marked", _swatch(colours.pick, colours, colours.highlight)))
    return rows


def _badge(status: StopStatus, colours: BinMapColours) -> PaintSample:
    stop = PickStop("", 3, status)
    return lambda painter: paint_badge(painter, Badge(QPointF(0, 0), (stop,), status), 6.5, colours)


def _swatch(fill: str, colours: BinMapColours, line: str | None = None) -> PaintSample:
    def paint(painter: QPainter) -> None:
        painter.setPen(QPen(QColor(line or colours.shelf_line), 2 if line else 1))
        painter.setBrush(QColor(fill))
        painter.drawRect(QRectF(-9.5, -5.5, 19, 11))

    return paint


def _heat_bar(colours: BinMapColours) -> PaintSample:
    def paint(painter: QPainter) -> None:
        ramp = QLinearGradient(QPointF(-10, 0), QPointF(12, 0))
        for number, colour in enumerate(colours.heat):
            ramp.setColorAt(number / (len(colours.heat) - 1), QColor(colour))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ramp)
        painter.drawRoundedRect(QRectF(-10, -5, 22, 10), 2, 2)

    return paint

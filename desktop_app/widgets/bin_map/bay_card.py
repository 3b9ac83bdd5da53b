"""What the bin map says about the bay under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from desktop_app.widgets.bin_map.colours import BinMapColours
from desktop_app.widgets.bin_map.floor_painter import Heat
from desktop_app.widgets.bin_map.marks import BinMark, PickStop
from desktop_app.widgets.bin_map.path_painter import badge_text
from desktop_app.widgets.canvas.ink import draw_floating_card, lettering, metrics_of

_MOST_LINES = 6


def card_text(bins: Sequence[BinMark], stops: Sequence[PickStop], heat: Heat | None) -> tuple[str, list[str]]:
    """A title and lines: the stops here, then each bin with how full or how busy it is."""
    ids = {mark.id for mark in bins}
    here = [stop for stop in stops if stop.bin_id in ids]
    title = bins[0].code if len(bins) == 1 else f"{bins[0].code} and {len(bins) - 1} above"
    lines = [f"Stop {badge_text(sorted(here, key=lambda stop: stop.number))}"] if here else []
    for mark in bins[:_MOST_LINES]:
        line = _about(mark, heat)
        if len(bins) > 1:
            line = f"{mark.level or mark.code}   {line}".rstrip()
        if line:
            lines.append(line)
    return title, lines


def _about(mark: BinMark, heat: Heat | None) -> str:
    if heat is not None:
        return f"{heat.values.get(mark.id, 0.0):,.0f} {heat.unit or heat.title.lower()}"
    return mark.kind if mark.fill is None else f"{mark.kind}, {mark.fill:.0%} full"


def paint_card(
    painter: QPainter,
    at: QPointF,
    size: tuple[int, int],
    text: tuple[str, Sequence[str]],
    colours: BinMapColours,
) -> None:
    """The card beside the pointer, on the side where there is room for it."""
    title, lines = text
    widths = [metrics_of(12, QFont.Weight.DemiBold).horizontalAdvance(title)]
    widths += [metrics_of(12).horizontalAdvance(line) for line in lines]
    width, height = max(widths) + 24, 28.0 + 18 * len(lines)
    left = at.x() + 16 if at.x() + 16 + width < size[0] else max(at.x() - 16 - width, 4.0)
    top = min(max(at.y() - height / 2, 4.0), max(size[1] - height - 6, 4.0))
    box = QRectF(left, top, width, height)
    draw_floating_card(painter, box, QColor(colours.surface), QColor(colours.line), QColor(colours.shadow), 5)
    painter.setFont(lettering(12, QFont.Weight.DemiBold))
    painter.setPen(QColor(colours.text))
    painter.drawText(QPointF(left + 12, top + 19), title)
    painter.setFont(lettering(12))
    painter.setPen(QColor(colours.quiet))
    for number, line in enumerate(lines):
        painter.drawText(QPointF(left + 12, top + 37 + 18 * number), line)

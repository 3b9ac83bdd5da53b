"""Colours, fonts and lettering for widgets that paint themselves."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from desktop_app.themes.tokens import SANS_FAMILIES


def mix(first: str, second: str, share: float) -> str:
    """The colour `share` of the way from `first` to `second`, all as `#rrggbb`."""
    channels = (
        round(int(first[at : at + 2], 16) * (1 - share) + int(second[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def with_alpha(colour: str, alpha: float) -> QColor:
    """A colour at an opacity of 0 to 1."""
    found = QColor(colour)
    found.setAlphaF(alpha)
    return found


@lru_cache(maxsize=64)
def lettering(pixels: int, weight: QFont.Weight = QFont.Weight.Normal, spacing: float = 0.0) -> QFont:
    """The interface's font at a pixel size, with tabular figures; `spacing` is added between letters, in pixels."""
    font = QFont(list(SANS_FAMILIES))
    font.setPixelSize(pixels)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if spacing:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
    return font


@lru_cache(maxsize=64)
def metrics_of(
    pixels: int, weight: QFont.Weight = QFont.Weight.Normal, spacing: float = 0.0
) -> QFontMetricsF:
    """The metrics of that lettering."""
    return QFontMetricsF(lettering(pixels, weight, spacing))


_AROUND = tuple((math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)) for k in range(8))


def draw_haloed(
    painter: QPainter, at: QPointF, text: str, font: QFont, ink: QColor, halo: QColor, halo_width: float = 1.5
) -> None:
    """Text at its baseline, with a halo that keeps it readable over lines.

    The halo is the text drawn eight times around: Qt keeps its glyphs, so that costs a tenth of stroking its outline.
    """
    painter.setFont(font)
    painter.setPen(halo)
    for dx, dy in _AROUND:
        painter.drawText(QPointF(at.x() + dx * halo_width, at.y() + dy * halo_width), text)
    painter.setPen(ink)
    painter.drawText(at, text)


def draw_pill(
    painter: QPainter,
    rect: QRectF,
    fill: QColor,
    line: QColor | None = None,
    radius: float = 6.0,
    width: float = 1.0,
) -> None:
    """A rounded box, its edge drawn inside it."""
    painter.setBrush(fill)
    painter.setPen(QPen(line, width) if line is not None else Qt.PenStyle.NoPen)
    inset = width / 2 if line is not None else 0.0
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def draw_floating_card(
    painter: QPainter, rect: QRectF, fill: QColor, line: QColor, shadow: QColor, radius: float = 6.0
) -> None:
    """A box that floats over a canvas: a soft shadow below, a thin line around."""
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, alpha in ((4.0, 0.025), (2.5, 0.035), (1.0, 0.05)):
        shade = QColor(shadow)
        shade.setAlphaF(alpha)
        painter.setBrush(shade)
        painter.drawRoundedRect(
            rect.adjusted(-spread, -spread + 2, spread, spread + 2), radius + spread, radius + spread
        )
    draw_pill(painter, rect, fill, line, radius)

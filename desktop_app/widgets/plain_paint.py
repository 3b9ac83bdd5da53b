"""Ways to paint that need nothing of Qt's own namespace, whose many enumerations cost 17 ms when first asked for.

Any call of QPainter's that could take a colour, a pen or a brush asks for it, to tell them apart. What is on the way to
the first rows of the window paints by these instead.
"""

from functools import lru_cache
from math import ceil
from typing import Final

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QApplication

V_CENTRE: Final = 0x0080
"""Qt.AlignmentFlag.AlignVCenter, as an integer."""

_MORE: Final = "\u2026"
_WIDE_ENOUGH: Final = 10_000


def cut(metrics: QFontMetrics | QFontMetricsF, text: str, room: float) -> str:
    """`text` as far as it fits into `room`, with an ellipsis where it does not."""
    if metrics.horizontalAdvance(text) <= room:
        return text
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if metrics.horizontalAdvance(text[:middle] + _MORE) <= room:
            least = middle
        else:
            most = middle - 1
    return text[:least] + _MORE if metrics.horizontalAdvance(_MORE) <= room else ""


def fill(painter: QPainter, path: QPainterPath, ink: QColor) -> None:
    """The inside of `path`, without an outline."""
    painter.fillPath(path, _brush(ink.rgba()))


def fill_rect(painter: QPainter, box: QRect, ink: QColor) -> None:
    """A rectangle of one colour."""
    path = QPainterPath()
    path.addRect(QRectF(box))
    fill(painter, path, ink)


def write_in(painter: QPainter, box: QRectF, text: str, font: QFont, ink: QColor) -> None:
    """A line of text from the left of `box`, in the middle of its height."""
    painter.save()
    painter.setFont(font)
    painter.translate(box.left(), box.top())
    _write(painter, QRect(0, 0, ceil(box.width()), round(box.height())), V_CENTRE, text, ink)
    painter.restore()


def write_at(painter: QPainter, left: float, top: float, text: str, font: QFont, ink: QColor) -> None:
    """A line of text by its left and the top of its highest letters."""
    painter.setFont(font)
    painter.translate(left, top)
    _write(painter, QRect(0, 0, _WIDE_ENOUGH, _WIDE_ENOUGH), 0, text, ink)
    painter.translate(-left, -top)


def _write(painter: QPainter, box: QRect, flags: int, text: str, ink: QColor) -> None:
    # A style takes the ink from a palette, which is the one way of setting a pen that asks for no namespace.
    QApplication.style().drawItemText(
        painter, box, flags, _palette(ink.rgba()), True, text, QPalette.ColorRole.Text
    )


@lru_cache(maxsize=64)
def _brush(rgba: int) -> QBrush:
    pen = QPen()
    pen.setColor(QColor.fromRgba(rgba))
    return pen.brush()


@lru_cache(maxsize=64)
def _palette(rgba: int) -> QPalette:
    palette = QPalette()
    palette.setBrush(QPalette.ColorRole.Text, _brush(rgba))
    return palette


def rounded(left: float, top: float, width: float, height: float, radius: float) -> QPainterPath:
    """A rectangle with round corners."""
    path = QPainterPath()
    path.addRoundedRect(left, top, width, height, radius, radius)
    return path

"""Ways to paint that need nothing of Qt's own namespace, whose many enumerations cost 14 ms when first asked for.

What is on the way to the first rows of the window paints by these.
"""

from typing import Final

from PySide6.QtGui import QBrush, QColor, QFontMetrics, QFontMetricsF, QPainter, QPainterPath

V_CENTRE: Final = 0x0080
"""Qt.AlignmentFlag.AlignVCenter, as QPainter.drawText takes it."""

_MORE: Final = "\u2026"


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
    painter.fillPath(path, QBrush(ink))


def rounded(left: float, top: float, width: float, height: float, radius: float) -> QPainterPath:
    """A rectangle with round corners."""
    path = QPainterPath()
    path.addRoundedRect(left, top, width, height, radius, radius)
    return path

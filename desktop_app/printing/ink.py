"""What pages are drawn with: text, lines, boxes and codes at places in tenths of a millimetre."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPen

from desktop_app.printing.barcodes import Side, Symbology, paint_barcode

BLACK: Final = QColor("#111418")
QUIET: Final = QColor("#5B6472")
RULE: Final = QColor("#C9CED6")
PANEL: Final = QColor("#F1F3F6")
WHITE: Final = QColor("#FFFFFF")

_SIDES: Final[dict[Side, Qt.AlignmentFlag]] = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "centre": Qt.AlignmentFlag.AlignHCenter,
}


def print_font(size: int, strong: bool = False) -> QFont:
    """The program's typeface, its size in tenths of a millimetre.

    Its figures are the plain ones: a PDF would name figures of one width by codes that nobody can search or copy.
    """
    font = QFont(QGuiApplication.font().family())
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    for feature in ("tnum", "calt"):
        font.setFeature(QFont.Tag(feature), 0)
    return font


class Ink:
    """A painter whose unit is a tenth of a millimetre."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter

    def text(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        size: int,
        *,
        strong: bool = False,
        side: Side = "left",
        colour: QColor = BLACK,
        fit: bool = False,
    ) -> float:
        """One line whose top left is at x, y; cut with dots where it is too long, or set smaller with ``fit``.

        Answers the height of the line.
        """
        font = print_font(size, strong)
        metrics = QFontMetricsF(font)
        if fit:
            while metrics.horizontalAdvance(text) > width and font.pixelSize() > 20:
                font.setPixelSize(font.pixelSize() - 1)
                metrics = QFontMetricsF(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        self.painter.setFont(font)
        self.painter.setPen(colour)
        box = QRectF(x, y, width, metrics.height())
        self.painter.drawText(
            box, _SIDES[side] | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextSingleLine, shown
        )
        return metrics.height()

    def rule(self, x: float, y: float, width: float, colour: QColor = RULE, thick: float = 2) -> None:
        """A line across."""
        self.painter.fillRect(QRectF(x, y, width, thick), colour)

    def panel(self, x: float, y: float, width: float, height: float, colour: QColor = PANEL) -> None:
        """A rounded ground for what stands on it."""
        self.painter.save()
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(colour)
        self.painter.drawRoundedRect(QRectF(x, y, width, height), 15, 15)
        self.painter.restore()

    def tick_box(self, x: float, y: float, side: float, ticked: bool = False) -> None:
        """A box to tick with a pen; one that was ticked already is shown so."""
        self.painter.save()
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(QPen(QUIET if ticked else BLACK, 4))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(QRectF(x, y, side, side), 8, 8)
        if ticked:
            self.painter.setPen(QPen(QUIET, 6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            self.painter.drawPolyline(
                [
                    QPointF(x + side * 0.24, y + side * 0.52),
                    QPointF(x + side * 0.43, y + side * 0.72),
                    QPointF(x + side * 0.78, y + side * 0.3),
                ]
            )
        self.painter.restore()

    def barcode(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        text: str,
        symbology: Symbology = "code128",
        *,
        side: Side = "left",
        most_module: float = 5.0,
    ) -> None:
        """A code within a box, at one of its sides."""
        box = QRectF(x, y, width, height)
        paint_barcode(self.painter, box, text, symbology, side=side, most_module=most_module)

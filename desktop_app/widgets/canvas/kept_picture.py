"""A widget's painting kept as a pixmap, for what lies still over a canvas that repaints all the time."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class KeptPicture:
    """Paints anew only when the key differs from the last one."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._pixmap: QPixmap | None = None

    def paint(
        self, painter: QPainter, widget: QWidget, key: Hashable, paint: Callable[[QPainter], None]
    ) -> None:
        """Draw the picture of `widget` that `paint` makes. The key must tell its size and pixel ratio, too."""
        if self._pixmap is None or key != self._key:
            ratio = widget.devicePixelRatioF()
            self._pixmap = QPixmap(widget.size() * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            maker = QPainter(self._pixmap)
            paint(maker)
            maker.end()
            self._key = key
        painter.drawPixmap(0, 0, self._pixmap)

"""The program's own stroke icons, coloured from the tokens and rendered sharp at any size."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap

from resources.resource_path import resource_path

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

# Menus and foreign widgets ask a QIcon for these sizes, at these ratios.
_ICON_SIZES = (16, 20, 24)
_ICON_RATIOS = (1.0, 2.0)


class IconSet:
    """Renders icons in one theme's colours and keeps what it rendered."""

    def __init__(self) -> None:
        self._sources: dict[str, bytes] = {}
        self._pixmaps: dict[tuple[str, int, str, float], QPixmap] = {}
        self._icons: dict[tuple[str, str], QIcon] = {}

    def pixmap(self, name: str, size: int, colour: str, ratio: float) -> QPixmap:
        """resources/icons/<name>.svg with its strokes in `colour` (`#rrggbb`). Raises FileNotFoundError."""
        key = (name, size, colour, ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._render(name, size, colour, ratio)
        return found

    def icon(self, name: str, colour: str, disabled: str) -> "QIcon":
        """The same for menus and other widgets of Qt's, with another colour while disabled."""
        # QIcon is imported late: its list of the system's icon names is costly, and the first paint needs none.
        from PySide6.QtGui import QIcon

        found = self._icons.get((name, colour))
        if found is None:
            found = self._icons[(name, colour)] = QIcon()
            for mode, ink in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
                for size in _ICON_SIZES:
                    for ratio in _ICON_RATIOS:
                        found.addPixmap(self.pixmap(name, size, ink, ratio), mode)
        return found

    def _render(self, name: str, size: int, colour: str, ratio: float) -> QPixmap:
        # Imported late: a window's first glance shows no icon.
        from PySide6.QtSvg import QSvgRenderer

        source = self._sources.get(name)
        if source is None:
            source = self._sources[name] = resource_path("icons", f"{name}.svg").read_bytes()
        side = round(size * ratio)
        pixmap = QPixmap(side, side)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        QSvgRenderer(QByteArray(source.replace(b"currentColor", colour.encode()))).render(
            painter, QRectF(0, 0, side, side)
        )
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

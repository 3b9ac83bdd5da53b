"""The program's own stroke icons, coloured from the tokens and rendered sharp at any size."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources.resource_path import resource_path


def svg_icon(name: str, colour: str, disabled_colour: str) -> QIcon:
    """The icon resources/icons/<name>.svg drawn in `colour`. Raises FileNotFoundError where there is none."""
    source = resource_path("icons", f"{name}.svg").read_bytes()
    return QIcon(_StrokeEngine(source, colour, disabled_colour))


class _StrokeEngine(QIconEngine):
    """Paints an SVG whose strokes say `currentColor` at whatever size is asked for."""

    def __init__(self, source: bytes, colour: str, disabled_colour: str) -> None:
        super().__init__()
        self._source, self._colour, self._disabled_colour = source, colour, disabled_colour
        self._renderers: dict[bool, QSvgRenderer] = {}
        self._pixmaps: dict[tuple[int, int, bool], QPixmap] = {}

    def clone(self) -> QIconEngine:
        """A copy for QIcon's own use."""
        return _StrokeEngine(self._source, self._colour, self._disabled_colour)

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into `rect`."""
        self._renderer(mode == QIcon.Mode.Disabled).render(painter, QRectF(rect))  # type: ignore[call-overload]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The icon at `size` device pixels."""
        return self._pixmap(size, mode == QIcon.Mode.Disabled)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """The icon at `size` device pixels for a screen of ratio `scale`."""
        return self._pixmap(size, mode == QIcon.Mode.Disabled)

    def _pixmap(self, size: QSize, disabled: bool) -> QPixmap:
        key = (size.width(), size.height(), disabled)
        found = self._pixmaps.get(key)
        if found is None:
            image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            self._renderer(disabled).render(painter, QRectF(0, 0, size.width(), size.height()))
            painter.end()
            found = self._pixmaps[key] = QPixmap.fromImage(image)
        return found

    def _renderer(self, disabled: bool) -> QSvgRenderer:
        found = self._renderers.get(disabled)
        if found is None:
            colour = self._disabled_colour if disabled else self._colour
            found = self._renderers[disabled] = QSvgRenderer(
                QByteArray(self._source.replace(b"currentColor", colour.encode()))
            )
        return found

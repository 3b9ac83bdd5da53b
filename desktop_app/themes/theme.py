"""The theme in force: turns tokens into colours, fonts and icons, and changes them at run time."""

from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication

from desktop_app.themes.icons import IconSet
from desktop_app.themes.tokens import (
    DENSITIES,
    MONO_FAMILIES,
    MOTION_MS,
    SANS_FAMILIES,
    SCHEMES,
    TERMINAL_SIZES,
    Colours,
    Density,
    Metrics,
    Scheme,
    Tone,
    tone_colours,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

FontRole = Literal[
    "body",
    "strong",
    "label",
    "label_strong",
    "section",
    "title",
    "figure",
    "mono",
    "terminal",
    "terminal_big",
    "terminal_huge",
]

_STRONG: Final = frozenset(
    {"strong", "label_strong", "section", "title", "figure", "terminal_big", "terminal_huge"}
)


class Theme(QObject):
    """The colours, sizes and icons of the window. Widgets that paint themselves ask it at each paint.

    `changed` is emitted after a switch; a widget that caches must forget then, one that only paints needs nothing.
    """

    changed = Signal()

    def __init__(
        self,
        scheme: Scheme = "light",
        density: Density = "comfortable",
        *,
        reduced_motion: bool = False,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.scheme: Scheme = scheme
        self.density: Density = density
        self.reduced_motion = reduced_motion
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[str, QFont] = {}
        self._icons = IconSet()
        self._worn: tuple[Scheme, Density] | None = None

    @property
    def colours(self) -> Colours:
        """The tokens of the present scheme, as `#rrggbb`."""
        return SCHEMES[self.scheme]

    @property
    def metrics(self) -> Metrics:
        """The sizes of the present density."""
        return DENSITIES[self.density]

    @property
    def motion_ms(self) -> int:
        """How long a movement takes: 0 where less motion is asked for."""
        return 0 if self.reduced_motion else MOTION_MS

    def colour(self, name: str) -> QColor:
        """A token of Colours as QColor, as `colour("quiet")`."""
        found = self._colours.get(name)
        if found is None:
            found = self._colours[name] = QColor(getattr(self.colours, name))
        return found

    def series(self, index: int) -> QColor:
        """The colour of the n-th line of a chart."""
        series = self.colours.series
        return QColor(series[index % len(series)])

    def tone(self, tone: Tone) -> tuple[QColor, QColor]:
        """Ink and ground of a tone."""
        ink, soft = tone_colours(self.colours, tone)
        return QColor(ink), QColor(soft)

    def font(self, role: FontRole = "body") -> QFont:
        """A font by its role; figures in it are tabular."""
        found = self._fonts.get(role)
        if found is None:
            found = self._fonts[role] = self._make_font(role)
        return found

    def icon(self, name: str, colour: str = "quiet") -> "QIcon":
        """An icon of resources/icons in a token's colour, for menus and other widgets of Qt's."""
        return self._icons.icon(name, getattr(self.colours, colour), self.colours.line_strong)

    def pixmap(self, name: str, size: int, colour: str = "quiet") -> QPixmap:
        """The icon as a pixmap of `size` x `size` device-independent pixels, sharp on the present screen."""
        app = QGuiApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
        return self._icons.pixmap(name, size, getattr(self.colours, colour), ratio)

    def switch(
        self,
        scheme: Scheme | None = None,
        density: Density | None = None,
        *,
        reduced_motion: bool | None = None,
    ) -> None:
        """Dress the whole program anew."""
        if reduced_motion is not None:
            self.reduced_motion = reduced_motion
        new_scheme, new_density = scheme or self.scheme, density or self.density
        if (new_scheme, new_density) != (self.scheme, self.density):
            self.scheme, self.density = new_scheme, new_density
            self.apply()

    def apply(self) -> None:
        """Give the application this theme's palette, font and stylesheet, unless it wears them already."""
        if self._worn == (self.scheme, self.density):
            return
        self._worn = (self.scheme, self.density)
        self._colours.clear()
        self._fonts.clear()
        self._icons = IconSet()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            # Imported late: the first glance of the window is painted without them.
            from desktop_app.themes.style import palette_of, stylesheet_of

            app.setFont(self.font("body"))
            app.setPalette(palette_of(self.colours))
            app.setStyleSheet(stylesheet_of(self.colours, self.metrics, self.scheme))
        self.changed.emit()

    def _make_font(self, role: FontRole) -> QFont:
        metrics = self.metrics
        sizes = {
            "body": metrics.body,
            "strong": metrics.body,
            "label": metrics.label,
            "label_strong": metrics.label,
            "section": metrics.section,
            "title": metrics.title,
            "figure": metrics.figure,
            "mono": metrics.label,
            "terminal": TERMINAL_SIZES[0],
            "terminal_big": TERMINAL_SIZES[1],
            "terminal_huge": TERMINAL_SIZES[2],
        }
        font = QFont(list(MONO_FAMILIES if role == "mono" else SANS_FAMILIES))
        font.setPixelSize(sizes[role])
        if role in _STRONG:
            font.setWeight(QFont.Weight.DemiBold)
        if font.pixelSize() >= metrics.title:
            # Large type is drawn with the air of small type; take some out, as optical sizes do.
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, -font.pixelSize() * 0.02)
        font.setFeature(QFont.Tag("tnum"), 1)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


def system_scheme() -> Scheme:
    """Dark where the system says so, else light."""
    # Imported late: Qt's namespace is costly, and most desks say themselves what they wear.
    from PySide6.QtCore import Qt

    hints = QGuiApplication.styleHints()
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"

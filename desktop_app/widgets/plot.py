"""A chart in the theme's colours: lines, bands and bars, from zero, with units. pyqtgraph comes when one is shown."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app import formats
from desktop_app.qt_start import settle_down
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4

_BAND_ALPHA: Final = 36
_BAR_WIDTH: Final = 0.72


class Line(NamedTuple):
    """A line through (x, y); x are seconds since 1970 where the plot has times. `dashed` for what is expected."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    dashed: bool = False
    quiet: bool = False


class Band(NamedTuple):
    """The room between two lines, as a forecast's interval."""

    name: str
    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


class Bars(NamedTuple):
    """Bars at x; `width` in the unit of x."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    width: float = _BAR_WIDTH


Series = Line | Band | Bars


class Plot(QWidget):
    """`show_series` draws anew. `unit` stands at the value axis; `times` makes x a time axis; `labels` name whole x.

    With `counts` the value axis names whole numbers alone.
    """

    def __init__(
        self,
        theme: Theme,
        name: str,
        *,
        unit: str = "",
        times: bool = False,
        from_zero: bool = True,
        labels: Sequence[str] = (),
        legend: bool = True,
        counts: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._unit, self._times, self._from_zero = theme, unit, times, from_zero
        self._labels, self._has_legend, self._counts = tuple(labels), legend, counts
        self._series: tuple[Series, ...] = ()
        self._plot: Any = None
        self.setAccessibleName(name)
        self.setMinimumHeight(120)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_4, 0, 0)

    def show_series(self, *series: Series, labels: Sequence[str] | None = None) -> None:
        """Draw these; `labels` name the whole numbers on x."""
        self._series = series
        if labels is not None:
            self._labels = tuple(labels)
        summary = "; ".join(f"{each.name}: {_summary(each)}" for each in series)
        self.setAccessibleDescription(summary)
        if self._plot is not None:
            self._draw()

    def event(self, event: QEvent) -> bool:
        """Build the chart when it first comes into view, and dress it anew when the theme changes."""
        if event.type() == QEvent.Type.Show and self._plot is None:
            QTimer.singleShot(0, self, self._appear)
        elif event.type() == QEvent.Type.StyleChange and self._plot is not None:
            self._dress()
            self._draw()
        return super().event(event)

    def _appear(self) -> None:
        if self._plot is None:
            settle_down()
            self._build()
            self._draw()

    def _build(self) -> None:
        # pyqtgraph takes half a second to import: nothing that is on screen first may wait for it.
        import pyqtgraph

        axes = {"bottom": pyqtgraph.DateAxisItem()} if self._times else None
        self._plot = pyqtgraph.PlotWidget(axisItems=axes, background=None, enableMenu=False)
        # It makes its menu all the same, as a window of its own, which would outlive the chart.
        menu = self._plot.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.viewport().setAutoFillBackground(False)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._legend = self._plot.addLegend(offset=(8, 2)) if self._has_legend else None
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._plot)
        self._dress()

    def _dress(self) -> None:
        theme = self._theme
        font = theme.font("label")
        # Charts stand on cards. Without a ground of its own the view would paint the window's.
        self._plot.setBackground(theme.colour("surface"))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(theme.colour("line"))
            axis.setTextPen(theme.colour("quiet"))
            axis.setTickFont(font)
            axis.setStyle(tickLength=0, tickTextOffset=6)
            # The grid lies under what it measures.
            axis.setZValue(-1000)
        self._plot.getAxis("left").setGrid(60)
        self._plot.getAxis("left").setStyle(maxTickLevel=0)
        self._plot.getAxis("left").tickStrings = lambda values, scale, spacing: [
            self._tick_text(round(value, 6)) for value in values
        ]
        if self._unit:
            self._plot.getAxis("left").setLabel(self._unit, color=theme.colours.quiet)
            self._plot.getAxis("left").label.setFont(font)
        if self._legend is not None:
            self._legend.setLabelTextColor(theme.colour("text"))

    def _tick_text(self, value: float) -> str:
        """There is no half of an order: where things are counted, only whole numbers are named."""
        return "" if self._counts and value != int(value) else formats.compact_number(value)

    def _draw(self) -> None:
        import pyqtgraph

        theme = self._theme
        self._plot.clear()
        lines = 0
        for each in self._series:
            ink = theme.series(lines)
            match each:
                case Band():
                    ground = theme.series(lines)
                    ground.setAlpha(_BAND_ALPHA)
                    edges = [
                        pyqtgraph.PlotDataItem(list(each.x), list(y), pen=None) for y in (each.low, each.high)
                    ]
                    for edge in edges:
                        self._plot.addItem(edge)
                    self._plot.addItem(pyqtgraph.FillBetweenItem(*edges, brush=ground))
                case Bars():
                    ink = theme.colour("accent")
                    bars = pyqtgraph.BarGraphItem(
                        x=list(each.x),
                        height=list(each.y),
                        width=each.width,
                        brush=ink,
                        pen=None,
                        name=each.name,
                    )
                    self._plot.addItem(bars)
                case Line():
                    colour = theme.colour("quiet") if each.quiet else ink
                    style = Qt.PenStyle.DashLine if each.dashed else Qt.PenStyle.SolidLine
                    pen = pyqtgraph.mkPen(colour, width=1.5 if each.quiet else 2, style=style)
                    self._plot.plot(list(each.x), list(each.y), pen=pen, name=each.name, antialias=True)
                    lines += 0 if each.quiet else 1
        self._set_range()
        if self._labels:
            step = max(1, len(self._labels) // 8)
            ticks = [(at, text) for at, text in enumerate(self._labels) if at % step == 0]
            self._plot.getAxis("bottom").setTicks([ticks])

    def _set_range(self) -> None:
        values = [
            float(y)
            for each in self._series
            for y in ((*each.low, *each.high) if isinstance(each, Band) else each.y)
        ]
        if values:
            low = min(0.0, *values) if self._from_zero else min(values)
            high = max(*values, low + 1.0)
            self._plot.setYRange(low, high + (high - low) * 0.08, padding=0)


def _summary(series: Series) -> str:
    """What a screen reader says instead of the picture."""
    values = series.high if isinstance(series, Band) else series.y
    if not values:
        return "no values"
    shown = (formats.number(float(value), 1) for value in (min(values), max(values), values[-1]))
    return "from {} to {}, last {}".format(*shown)

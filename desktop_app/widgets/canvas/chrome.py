"""What floats over every canvas, its legend and its buttons, in that canvas's own colours."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QColor

from desktop_app.widgets.canvas.legend import LegendColours
from desktop_app.widgets.canvas.zoom_buttons import ButtonColours


class CanvasColours(Protocol):
    """The colours, as `#rrggbb`, that a canvas must have for what floats over it."""

    @property
    def surface(self) -> str:
        """The ground of what floats."""
        ...

    @property
    def line(self) -> str:
        """Its hairline."""
        ...

    @property
    def text(self) -> str:
        """Words and signs."""
        ...

    @property
    def quiet(self) -> str:
        """Words of less weight."""
        ...

    @property
    def accent(self) -> str:
        """What is switched on."""
        ...

    @property
    def shadow(self) -> str:
        """Under what floats."""
        ...

    @property
    def focus(self) -> str:
        """Around what the keyboard is at."""
        ...


def legend_colours(colours: CanvasColours) -> LegendColours:
    """The legend in a canvas's colours."""
    names = ("surface", "line", "text", "quiet", "shadow", "focus")
    return LegendColours(*(QColor(getattr(colours, name)) for name in names))


def button_colours(colours: CanvasColours, hover: str) -> ButtonColours:
    """The zoom buttons in a canvas's colours; ``hover`` is the ground under the mouse, another shade in each canvas."""
    return ButtonColours(
        surface=colours.surface,
        hover=hover,
        line=colours.line,
        text=colours.text,
        accent=colours.accent,
        shadow=colours.shadow,
        focus=colours.focus,
    )

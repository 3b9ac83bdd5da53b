"""Where the rows of a panel stand in the window: noted when it closes, so that the next start shows them there at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from desktop_app import __version__
from desktop_app.panels.catalogue import PanelSpec
from desktop_app.themes.theme import Theme


class GlanceLayout(NamedTuple):
    """Device-independent pixels of the window. It holds for a window of this size, in this density, of this version.

    ``table`` is the box of the rows alone, ``whole`` that of the list with its header and scroll bars, ``boxes`` the left,
    width and key of each column, ``order`` the column that orders. ``inspector`` is where the inspector begins, 0 where
    none is open: a panel that shows its first row in it at once has less room.
    """

    version: str
    panel: str
    density: str
    size: tuple[int, int]
    table: tuple[int, int, int, int]
    whole: tuple[int, int, int, int]
    boxes: tuple[tuple[int, int, str], ...]
    order: tuple[str, bool] | None
    inspector: int


def layout_of(
    window: QWidget, panel: QWidget, spec: PanelSpec, theme: Theme, inspector: QWidget | None
) -> dict[str, Any] | None:
    """The layout of the panel's list, as plain JSON; None where it shows none that a glance could show."""
    if not spec.first_rows:
        return None
    from desktop_app.widgets.row_table import RowTable

    table = panel.findChild(RowTable, spec.first_table)
    if not isinstance(table, RowTable) or not table.isVisible():
        return None
    is_open = inspector is not None and inspector.isVisible()
    return GlanceLayout(
        __version__,
        spec.id,
        theme.density,
        (window.width(), window.height()),
        _box(table.viewport(), window),
        _box(table, window),
        tuple((left, width, column.key) for left, width, column in table.columns.boxes()),
        table.header.order,
        _box(inspector, window)[0] if is_open and inspector is not None else 0,
    )._asdict()


def _box(widget: QWidget, window: QWidget) -> tuple[int, int, int, int]:
    corner = widget.mapTo(window, QPoint(0, 0))
    return corner.x(), corner.y(), widget.width(), widget.height()


def read_layout(kept: object) -> GlanceLayout | None:
    """A layout as it was kept; None where none was, or it was another version's."""
    if not isinstance(kept, Mapping) or kept.get("version") != __version__:
        return None
    try:
        return GlanceLayout(
            __version__,
            str(kept["panel"]),
            str(kept["density"]),
            _whole(kept["size"], 2),
            _whole(kept["table"], 4),
            _whole(kept["whole"], 4),
            tuple((int(left), int(width), str(key)) for left, width, key in kept["boxes"]),
            (str(kept["order"][0]), bool(kept["order"][1])) if kept["order"] else None,
            int(kept["inspector"]),
        )
    except (KeyError, TypeError, ValueError):
        # Somebody has edited the settings: the window opens without a glance.
        return None


def _whole(numbers: Sequence[Any], many: int) -> Any:
    if len(numbers) != many:
        raise ValueError(numbers)
    return tuple(int(number) for number in numbers)

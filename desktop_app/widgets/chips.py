"""Filters as chips above a list: what is active can be seen and taken away."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import button
from desktop_app.widgets.choice_menu import ChoiceMenu

_CROSS = 12
_PAD = 10


class Filter(NamedTuple):
    """One filter: `choices` are (value, words). With `several`, more than one may be active at a time.

    A filter with a single choice is a switch. One without choices is looked up by its owner: `asked(key)` where a person
    wants to choose, `set_found(key, value, words)` once they have.
    """

    key: str
    title: str
    choices: Sequence[tuple[Any, str]] = ()
    several: bool = False


class FilterChips(QWidget):
    """The filters of a list. `changed(dict)` carries key -> value, or a tuple of values of a filter with several."""

    changed = Signal(dict)
    asked = Signal(str)

    def __init__(self, theme: Theme, filters: Sequence[Filter], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._filters = theme, {each.key: each for each in filters}
        self._active: dict[str, tuple[Any, ...]] = {}
        self._found: dict[str, tuple[Any, str]] = {}
        self._chips: dict[str, _Chip] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_8)
        for each in filters:
            chip = _Chip(theme, each.title)
            chip.clicked.connect(lambda _checked=False, key=each.key: self._on_chip(key))
            chip.cross_clicked.connect(lambda key=each.key: self.set_filter(key, ()))
            self._chips[each.key] = chip
            layout.addWidget(chip)
        self._clear = button(theme, "Clear", self.clear, kind="quiet")
        self._clear.setAccessibleName("Clear all filters")
        self._clear.hide()
        layout.addWidget(self._clear)
        layout.addStretch(1)
        self._show()

    def values(self) -> dict[str, Any]:
        """What is active: key -> value, or key -> tuple of values of a filter with several."""
        return {key: kept if self._filters[key].several else kept[0] for key, kept in self._active.items()}

    def restore(self, values: dict[str, Any]) -> None:
        """Set everything at once without `changed`, as from remembered state; what is unknown is left out."""
        self._active = {}
        for key, value in values.items():
            if key in self._filters:
                wanted = value if isinstance(value, (list, tuple)) else (value,)
                known = tuple(v for v, _words in self._choices(key) if v in wanted)
                if known:
                    self._active[key] = known
        self._show()

    def set_filter(self, key: str, values: Sequence[Any]) -> None:
        """Make `values` of one filter active; none to remove it."""
        if values:
            self._active[key] = tuple(values)
        else:
            self._active.pop(key, None)
        self._show()
        self.changed.emit(self.values())

    def set_found(self, key: str, value: Any, words: str) -> None:
        """Make what was looked up for a filter active, without `changed`: its owner knows."""
        self._found[key] = (value, words)
        self._active[key] = (value,)
        self._show()

    def chip(self, key: str) -> QAbstractButton:
        """The chip of a filter, for a list of choices to open under."""
        return self._chips[key]

    def clear(self) -> None:
        """Remove every filter."""
        self._active.clear()
        self._show()
        self.changed.emit({})

    def _on_chip(self, key: str) -> None:
        chosen = self._filters[key]
        if not chosen.choices:
            self.asked.emit(key)
            return
        if len(chosen.choices) == 1:
            self.set_filter(key, () if key in self._active else (chosen.choices[0][0],))
            return
        menu, active = ChoiceMenu(self), self._active.get(key, ())
        for value, words in chosen.choices:
            wanted = value not in active
            menu.offer(
                words, lambda value=value, wanted=wanted: self._choose(key, value, wanted), checked=not wanted
            )
        menu.pop_under(self._chips[key])

    def _choices(self, key: str) -> Sequence[tuple[Any, str]]:
        return self._filters[key].choices or ([self._found[key]] if key in self._found else [])

    def _choose(self, key: str, value: Any, checked: bool) -> None:
        if not self._filters[key].several:
            self.set_filter(key, (value,) if checked else ())
            return
        wanted = {*self._active.get(key, ()), value} if checked else {*self._active.get(key, ())} - {value}
        self.set_filter(key, tuple(v for v, _words in self._filters[key].choices if v in wanted))

    def _show(self) -> None:
        for key, chip in self._chips.items():
            words = dict(self._choices(key))
            switch = len(self._filters[key].choices) == 1
            chip.show_values([words[value] for value in self._active.get(key, ())], switch)
        self._clear.setVisible(len(self._active) > 1)


class _Chip(QAbstractButton):
    """`Status` while idle, `Status: Picked, Packed x` while active."""

    cross_clicked = Signal()

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme, self._title = theme, title
        self._values: list[str] = []
        self._switch = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name()

    def show_values(self, values: list[str], switch: bool) -> None:
        """Show what is active of this filter."""
        self._values, self._switch = values, switch
        self._name()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2 * _PAD
        return QSize(width + _CROSS + 6, max(26, self._theme.metrics.control - 4))

    def keyPressEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """Delete takes the filter away."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._values:
            self.cross_clicked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - Qt's own signature
        """A click on the cross takes the filter away."""
        if (
            self._values
            and event.position().x() > self.width() - _CROSS - _PAD
            and self.rect().contains(event.position().toPoint())
        ):
            self.setDown(False)
            self.cross_clicked.emit()
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        theme, active = self._theme, bool(self._values)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = "focus" if self.hasFocus() else "accent" if active else "line_strong"
        painter.setPen(QPen(theme.colour(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(
            theme.colour("accent_soft" if active else "hover" if self.underMouse() else "surface")
        )
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setPen(theme.colour("accent" if active else "text"))
        painter.setFont(self.font())
        painter.drawText(
            box.adjusted(_PAD, 0, -_CROSS - 6, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            self.text(),
        )
        icon = "close" if active else "plus" if self._switch else "chevron-down"
        middle = round(box.center().y() - _CROSS / 2)
        painter.drawPixmap(
            self.width() - _CROSS - 8, middle, theme.pixmap(icon, _CROSS, "accent" if active else "quiet")
        )
        painter.end()

    def _name(self) -> None:
        shown = ", ".join(self._values[:2]) + (f" +{len(self._values) - 2}" if len(self._values) > 2 else "")
        self.setText(f"{self._title}: {shown}" if self._values and not self._switch else self._title)
        self.setAccessibleName(f"Filter {self._title}: {', '.join(self._values) or 'any'}")
        self.setToolTip("Delete takes the filter away" if self._values else "")

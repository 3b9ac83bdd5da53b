"""Tabs: buttons in a row of which one is down, each for a page of the panel."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_8
from desktop_app.widgets.buttons import TextButton, button
from desktop_app.widgets.layouts import row


class Tabs(QWidget):
    """`chosen(key)` when a person presses one. Each button is called `<name>.<key>`; the first is down at the start."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        name: str,
        tabs: Sequence[tuple[str, str]],
        *,
        gap: int = SPACE_8,
        narrow: bool = False,
    ) -> None:
        """`tabs` are (key, title), from left to right; `narrow` ones stand close, where many share little room."""
        super().__init__()
        self._tabs: dict[str, TextButton] = {}
        for key, title in tabs:
            tab = button(theme, title, lambda key=key: self.chosen.emit(key), kind="quiet")
            tab.setObjectName(f"{name}.{key}")
            tab.setProperty("narrow", narrow)
            tab.setCheckable(True)
            tab.setAutoExclusive(True)
            self._tabs[key] = tab
        self.setLayout(row(*self._tabs.values(), gap=gap))
        self.choose(tabs[0][0])

    @property
    def current(self) -> str:
        """The key of the one that is down."""
        return next(key for key, tab in self._tabs.items() if tab.isChecked())

    def choose(self, key: str) -> None:
        """Put one down without `chosen`. Raises KeyError for a key that there is not."""
        self._tabs[key].setChecked(True)

    def set_title(self, key: str, title: str) -> None:
        """Say something else on a button, as how many wait there."""
        self._tabs[key].setText(title)

    def set_tip(self, key: str, tip: str) -> None:
        """Say more while the mouse rests on a button."""
        self._tabs[key].setToolTip(tip)

    def __contains__(self, key: object) -> bool:
        return key in self._tabs

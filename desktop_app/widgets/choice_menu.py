"""A menu of things that have names of their own, as customers or routes; it opens under what asked for it."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget


class ChoiceMenu(QMenu):
    """Fill it with `offer`, then `pop_under`; it is gone once it closes."""

    def __init__(self, parent: QWidget, name: str = "") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.aboutToHide.connect(self.deleteLater)

    def offer(self, words: str, do: Callable[[], object], *, checked: bool | None = None) -> None:
        """One that can be chosen; with `checked` it carries a tick, or room for one."""
        # In a menu's text a lone & marks the next letter as a key.
        entry = self.addAction(words.replace("&", "&&"))
        if checked is not None:
            entry.setCheckable(True)
            entry.setChecked(checked)
        entry.triggered.connect(lambda _checked=False: do())

    def say(self, words: str) -> None:
        """A sentence that cannot be chosen, as where there is nothing to offer."""
        self.addAction(words).setEnabled(False)

    def pop_under(self, widget: QWidget) -> None:
        """Open it below a widget."""
        self.popup(widget.mapToGlobal(QPoint(0, widget.height())))

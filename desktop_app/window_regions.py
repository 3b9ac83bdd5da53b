"""The regions of the window that F6 walks through."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def next_region(regions: Sequence[QWidget | None]) -> QWidget:
    """The visible region after the one that has the keyboard."""
    present = [region for region in regions if region is not None and region.isVisible()]
    focus = QApplication.focusWidget()
    here = [at for at, region in enumerate(present) if focus is not None and region.isAncestorOf(focus)]
    return present[(here[0] + 1) % len(present) if here else 0]


def enter_region(region: QWidget) -> None:
    """Give the keyboard to the first widget in `region` that Tab would reach."""
    within = (each for each in region.findChildren(QWidget) if each.isVisible() and each.isEnabled())
    first = next((each for each in within if each.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
    if first is not None:
        first.setFocus(Qt.FocusReason.TabFocusReason)

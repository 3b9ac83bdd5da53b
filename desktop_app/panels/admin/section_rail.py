"""The sections at the left: icon and word, one chosen; arrows move through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from desktop_app.panels.admin.sections import Section
from desktop_app.themes.theme import Theme

_WIDTH: Final = 140


class SectionRail(QListWidget):
    """``chosen`` carries the section's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, sections: Sequence[Section]) -> None:
        super().__init__()
        self._theme, self._sections = theme, tuple(sections)
        self.setObjectName("admin.sections")
        self.setAccessibleName("Sections")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for section in sections:
            item = QListWidgetItem(section.title)
            item.setData(Qt.ItemDataRole.UserRole, section.id)
            self.addItem(item)
        self._dress()
        self.currentItemChanged.connect(self._on_current)

    def choose(self, section_id: str) -> None:
        """Choose a section."""
        for number, section in enumerate(self._sections):
            if section.id == section_id:
                self.setCurrentRow(number)

    def changeEvent(self, event: QEvent) -> None:
        """Take icons and sizes from the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _dress(self) -> None:
        metrics = self._theme.metrics
        self.setFixedWidth(round(_WIDTH * metrics.body / 13))
        self.setIconSize(QSize(metrics.icon, metrics.icon))
        for number, section in enumerate(self._sections):
            item = self.item(number)
            item.setSizeHint(QSize(0, max(metrics.hit, metrics.row)))
            item.setIcon(QIcon(self._theme.pixmap(section.icon, metrics.icon)))

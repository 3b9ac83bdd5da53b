"""Every shortcut, from the table of actions."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.dialogs.frame import DialogFrame
from desktop_app.themes.theme import Theme
from desktop_app.themes.tokens import SPACE_4, SPACE_12, SPACE_24
from desktop_app.widgets.layouts import label, scrolled


class ShortcutsDialog(DialogFrame):
    """By menu, with the keys at the right."""

    def __init__(self, theme: Theme, actions: ActionRegistry, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "Keyboard shortcuts", "Ctrl+K finds everything else by its name.", parent, width=520
        )
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(0, 0, SPACE_12, 0)
        grid.setHorizontalSpacing(SPACE_24)
        grid.setVerticalSpacing(SPACE_4)
        grid.setColumnStretch(0, 1)
        at = 0
        for menu, entries in actions.menus().items():
            keyed = [action for action in entries if action.shortcut]
            if not keyed:
                continue
            grid.addWidget(label(menu, "strong"), at, 0)
            grid.setRowMinimumHeight(at, 32)
            for place, action in enumerate(keyed, at + 1):
                grid.addWidget(label(action.title.rstrip(".")), place, 0)
                grid.addWidget(
                    label(actions.shortcut_text(action.id), "quiet"), place, 1, Qt.AlignmentFlag.AlignRight
                )
            at += len(keyed) + 1
        grid.setRowStretch(at, 1)
        area = scrolled(content)
        area.setMinimumHeight(420)
        self.body.addWidget(area)
        self.add_button("Close", self.accept, "primary")

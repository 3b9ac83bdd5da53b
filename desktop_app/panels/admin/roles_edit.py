"""The roles of a person as boxes to tick, each with what it lets them do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from desktop_app.themes.tokens import SPACE_12
from services.domain.permissions import GRANTS, PERMISSIONS, Role, roles_of

_COLUMNS: Final = 2


class RolesEdit(QWidget):
    """``value()`` is the roles' names joined by commas, in the order in which they are declared."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._unknown: tuple[str, ...] = ()
        self._boxes: dict[Role, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_12)
        grid.setVerticalSpacing(0)
        for number, role in enumerate(Role):
            box = QCheckBox(role.value.capitalize())
            box.setObjectName(f"admin.user.roles.{role.value}")
            box.setToolTip("\n".join(words for name, words in PERMISSIONS.items() if name in GRANTS[role]))
            box.toggled.connect(lambda _on: self.changed.emit())
            self._boxes[role] = box
            grid.addWidget(box, number // _COLUMNS, number % _COLUMNS)
        self.setFocusProxy(self._boxes[Role.ADMINISTRATOR])

    def value(self) -> str:
        """The roles that are ticked; a role that a newer program gave stays."""
        ticked = [role.value for role, box in self._boxes.items() if box.isChecked()]
        return ",".join((*ticked, *self._unknown))

    def set_value(self, text: str) -> None:
        """Tick the roles in a text such as `picker,driver`."""
        known = roles_of(text)
        names = [name.strip() for name in text.split(",") if name.strip()]
        self._unknown = tuple(name for name in names if name not in Role.__members__.values())
        for role, box in self._boxes.items():
            box.setChecked(role in known)

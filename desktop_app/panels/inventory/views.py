"""Saved views of the stock list: filters, search and order under a name, kept with the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.dialogs.frame import DialogFrame
from desktop_app.panels.inventory.filters import BUILT_IN
from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme
from desktop_app.widgets.form_rows import Form

_KEY: Final = "inventory.views"
_LONGEST: Final = 60


class SavedViews:
    """The views of this profile, by name in the order of saving. A view is plain JSON: chips, text, order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def names(self) -> list[str]:
        """The names of the views that a person saved."""
        return list(self._all())

    def get(self, name: str) -> Mapping[str, Any]:
        """A view by name, saved or built in. Raises KeyError where there is none."""
        found = self._all().get(name)
        return found if found is not None else {"chips": dict(BUILT_IN[name])}

    def save(self, name: str, view: Mapping[str, Any]) -> None:
        """Keep a view; one of the same name is replaced."""
        self._settings.remember(_KEY, {**self._all(), name: dict(view)})

    def forget(self, name: str) -> None:
        """Drop a view."""
        self._settings.remember(_KEY, {key: view for key, view in self._all().items() if key != name})

    def _all(self) -> dict[str, Any]:
        kept = self._settings.state(_KEY)
        return dict(kept) if isinstance(kept, dict) else {}


class NameDialog(DialogFrame):
    """Asks what a view is to be called."""

    def __init__(
        self, theme: Theme, suggested: str, on_name: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme, "Save this view", "Filters, search and order come back under this name.", parent
        )
        self.setObjectName("inventory.views.dialog")
        self._on_name = on_name
        self._form = Form()
        self._name = QLineEdit(suggested)
        self._name.setMaxLength(_LONGEST)
        self._name.setObjectName("inventory.views.name")
        self._form.add("name", "Name", self._name)
        self.body.addWidget(self._form)
        self.add_button("Cancel", self.reject, "quiet")
        self.add_button("Save", self._save, "primary").setObjectName("inventory.views.save")
        self._name.setFocus()
        self._name.selectAll()

    def _save(self) -> None:
        name = self._name.text().strip()
        if not name or name in BUILT_IN:
            problem = (
                "is taken by a view that is always there. Choose another."
                if name
                else "is missing. Give it one."
            )
            self._form.show_errors({"name": f"The name {problem}"})
            return
        self.accept()
        self._on_name(name)

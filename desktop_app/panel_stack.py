"""The panels of the window: each made when it is first shown, and only one shown at a time."""

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.panel_context import PanelContext
from desktop_app.panels.catalogue import PanelSpec
from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme
from desktop_app.widgets.pages import Pages

log = logging.getLogger(__name__)


class PanelStack(Pages):
    """Makes panels and calls on them. `retry_asked(panel_id)`: a panel that did not open is to be tried again."""

    retry_asked = Signal(str)

    def __init__(self, theme: Theme, settings: Settings, context_of: Callable[[str], PanelContext]) -> None:
        """`context_of(panel_id)` is what that panel is given."""
        super().__init__()
        self._theme, self._settings, self._context_of = theme, settings, context_of
        self._panels: dict[str, QWidget] = {}
        self.current_id = ""

    def panel(self, panel_id: str) -> QWidget | None:
        """A panel that has been shown before."""
        return self._panels.get(panel_id)

    def current_panel(self) -> QWidget | None:
        """The panel that is shown."""
        return self._panels.get(self.current_id)

    def leave(self) -> None:
        """Let the shown panel write its drafts and its state down."""
        self.call("deactivate")
        state = self.call("state")
        if isinstance(state, Mapping):
            self._settings.remember(f"panel:{self.current_id}", dict(state))

    def enter(self, spec: PanelSpec) -> None:
        """Show a panel in the place of the one that is shown."""
        panel = self._panels.get(spec.id) or self._make(spec)
        self.current_id = spec.id
        self.setCurrentWidget(panel)

    def forget(self, panel_id: str) -> None:
        """Throw a panel away; it is made again when it is shown next."""
        panel = self._panels.pop(panel_id, None)
        if panel is not None:
            self.removeWidget(panel)
            panel.deleteLater()
        if panel_id == self.current_id:
            self.current_id = ""

    def can(self, method: str) -> bool:
        """Whether the shown panel answers to `method`."""
        return hasattr(self.current_panel(), method)

    def call(self, method: str, *arguments: object) -> Any:
        """Call the shown panel's `method` if it has one, and answer what it says."""
        call = getattr(self.current_panel(), method, None)
        return call(*arguments) if call is not None else None

    def _make(self, spec: PanelSpec) -> QWidget:
        try:
            panel: QWidget = getattr(import_module(spec.module_path), spec.class_name)(
                self._context_of(spec.id)
            )
            state = self._settings.state(f"panel:{spec.id}")
            if isinstance(state, Mapping) and hasattr(panel, "restore"):
                panel.restore(state)
        except Exception as error:
            # One broken panel must not close the desk: the others work on, and this one can be tried again.
            log.exception("panel %s did not open", spec.id)
            panel = self._broken(spec, error)
        panel.setAccessibleName(spec.title)
        self._panels[spec.id] = panel
        self.addWidget(panel)
        return panel

    def _broken(self, spec: PanelSpec, error: Exception) -> QWidget:
        from desktop_app.error_words import words_for
        from desktop_app.widgets.empty_state import EmptyState

        words = words_for(error, f"Opening {spec.title}")
        again = ("Try again", lambda: self.retry_asked.emit(spec.id))
        return EmptyState(self._theme, "danger", words.sentence, words.technical, again)

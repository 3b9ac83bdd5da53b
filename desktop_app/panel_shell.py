"""The window as one panel sees it, and the session as all see it: whoever works here now."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from desktop_app.panel_context import Session, UndoSteps
from desktop_app.themes.tokens import Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop_app.main_window import MainWindow


class PanelShell:
    """Speaks to the window for a panel, so that a panel in the background cannot open its inspector over another."""

    def __init__(self, window: "MainWindow", panel_id: str) -> None:
        self._window, self._panel_id = window, panel_id

    @property
    def undo_stack(self) -> UndoSteps:
        """Where a panel notes what can be taken back."""
        return self._window.undo_stack

    def navigate(self, panel_id: str, kind: str = "", item_id: str = "") -> None:
        """Show a panel, and an item in it."""
        self._window.navigate(panel_id, kind, item_id)

    def show_inspector(self, title: str, widget: "QWidget | None" = None) -> None:
        """Show `widget`, or the panel's own `inspector()`, at the right; it stays closed if the person closed it."""
        self._window.inspect(self._panel_id, title, widget)

    def hide_inspector(self) -> None:
        """There is nothing to inspect."""
        self._window.inspect(self._panel_id, "", None, nothing=True)

    def notice(
        self, key: str, text: str, tone: Tone = "info", action: tuple[str, Callable[[], None]] | None = None
    ) -> None:
        """Keep `text` in the strip under the top bar."""
        self._window.notice(key, text, tone, action)

    def clear_notice(self, key: str) -> None:
        """Take a notice away."""
        self._window.clear_notice(key)


class CurrentSession:
    """The session of whoever works here now: panels keep this one while people come and go."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def hand_over(self, session: Session) -> None:
        """Somebody else works here from now on."""
        self._session = session

    def can(self, permission: str) -> bool:
        """Whether the person holds `permission`."""
        return self._session.can(permission)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

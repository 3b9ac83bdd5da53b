"""Where the window was, how large, and what it showed: kept for the next start."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from desktop_app.settings import Settings
from desktop_app.themes.tokens import FIRST_WINDOW

_NAME: Final = "window"
_MOST_PIXELS: Final = 1_000_000


class WindowPlace:
    """The remembered facts of the main window."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def get(self, name: str, default: Any = None) -> Any:
        """A remembered fact, as `panel`."""
        return self._state().get(name, default)

    def keep(self, name: str, value: object) -> None:
        """Remember a fact, a plain JSON value."""
        self._settings.remember(_NAME, {**self._state(), name: value})

    def keep_geometry(self, window: QMainWindow) -> None:
        """Remember place and size."""
        box = window.normalGeometry()
        self.keep("box", [box.x(), box.y(), box.width(), box.height()])
        self.keep("maximised", window.isMaximized())

    def restore_geometry(self, window: QMainWindow) -> None:
        """Put the window where it was, if that place is still on a screen; else give it its first size."""
        box = self.get("box")
        if isinstance(box, list) and len(box) == 4 and all(map(_is_pixels, box)):
            wanted = QRect(*box)
            if any(screen.availableGeometry().intersects(wanted) for screen in QGuiApplication.screens()):
                window.setGeometry(wanted)
                if self.get("maximised"):
                    # Imported late: Qt's namespace is costly.
                    from PySide6.QtCore import Qt

                    window.setWindowState(Qt.WindowState.WindowMaximized)
                return
        room = QGuiApplication.primaryScreen().availableGeometry()
        window.resize(min(FIRST_WINDOW[0], room.width()), min(FIRST_WINDOW[1], room.height()))

    def _state(self) -> dict[str, Any]:
        state = self._settings.state(_NAME)
        return dict(state) if isinstance(state, Mapping) else {}


def _is_pixels(number: object) -> bool:
    """Whether a kept number can be a place or a length in pixels; Qt takes none that is beyond 32 bits."""
    return isinstance(number, int) and abs(number) < _MOST_PIXELS

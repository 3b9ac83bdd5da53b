"""The menus and dialogs that the window opens; each is imported when it is asked for."""

from PySide6.QtWidgets import QWidget

from desktop_app.actions import ActionRegistry
from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme


class WindowDialogs:
    """Opens them over `window`."""

    def __init__(self, window: QWidget, theme: Theme, settings: Settings, actions: ActionRegistry) -> None:
        self._window, self._theme, self._settings, self._actions = window, theme, settings, actions

    def menu(self, below: QWidget) -> None:
        """Every menu, below the menu button."""
        from desktop_app.menus import main_menu

        main_menu(self._window, self._actions, self._theme).popup(
            below.mapToGlobal(below.rect().bottomLeft())
        )

    def person_menu(self, below: QWidget) -> None:
        """The person's menu, its right edge under that of the button."""
        from desktop_app.menus import person_menu

        menu = person_menu(self._window, self._actions, self._theme)
        corner = below.mapToGlobal(below.rect().bottomRight())
        corner.setX(corner.x() - menu.sizeHint().width())
        menu.popup(corner)

    def settings(self) -> None:
        """The settings."""
        from desktop_app.dialogs.settings_dialog import SettingsDialog

        SettingsDialog(self._theme, self._settings, self._window).open()

    def shortcuts(self) -> None:
        """The keys."""
        from desktop_app.dialogs.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog(self._theme, self._actions, self._window).open()

    def about(self) -> None:
        """Name and version."""
        from desktop_app.dialogs.about_dialog import AboutDialog

        AboutDialog(self._theme, self._window).open()

    def error(self, sentence: str, technical: str) -> None:
        """The details of an error."""
        from desktop_app.dialogs.error_dialog import ErrorDialog

        ErrorDialog(self._theme, sentence, technical, self._window).open()

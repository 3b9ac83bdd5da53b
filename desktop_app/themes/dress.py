"""Brings the theme in line with the settings."""

from typing import cast

from PySide6.QtCore import QObject

from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme, system_scheme
from desktop_app.themes.tokens import Density, Scheme


def dress(theme: Theme, settings: Settings) -> None:
    """Switch to the theme, row height and motion that the settings say."""
    scheme, density = _wanted(settings)
    theme.switch(scheme, density, reduced_motion=settings.flag("reduced_motion"))


def theme_of(settings: Settings, parent: QObject | None = None) -> Theme:
    """The theme that the settings say; the application does not wear it before ``apply``."""
    scheme, density = _wanted(settings)
    return Theme(scheme, density, reduced_motion=settings.flag("reduced_motion"), parent=parent)


def _wanted(settings: Settings) -> tuple[Scheme, Density]:
    wanted = settings.text("theme")
    scheme = system_scheme() if wanted == "system" else cast(Scheme, wanted)
    return scheme, cast(Density, settings.text("density"))

"""Brings the theme in line with the settings."""

from typing import cast

from desktop_app.settings import Settings
from desktop_app.themes.theme import Theme, system_scheme
from desktop_app.themes.tokens import Density, Scheme


def dress(theme: Theme, settings: Settings) -> None:
    """Switch to the theme, row height and motion that the settings say."""
    wanted = settings.text("theme")
    scheme = system_scheme() if wanted == "system" else cast(Scheme, wanted)
    density = cast(Density, settings.text("density"))
    theme.switch(scheme, density, reduced_motion=settings.flag("reduced_motion"))

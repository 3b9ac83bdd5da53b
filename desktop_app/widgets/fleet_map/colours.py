"""The fleet map's colours, mixed from the theme's tokens: a quiet ground on which only the fleet speaks."""

from __future__ import annotations

from typing import NamedTuple

from desktop_app.themes.tokens import LIGHT, Colours, contrast
from desktop_app.widgets.canvas.ink import mix


class MapColours(NamedTuple):
    """Every colour of the map as `#rrggbb`."""

    sea: str
    land: str
    coast: str
    border: str
    town_dot: str
    town_text: str
    country_text: str
    halo: str
    surface: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    ok: str
    warning: str
    danger: str
    on_danger: str
    info: str
    focus: str
    shadow: str
    routes: tuple[str, ...]


def map_colours(tokens: Colours = LIGHT) -> MapColours:
    """The map's colours in a theme. Land is lighter than sea on a light ground, and lighter than sea on a dark one."""
    dark = contrast(tokens.ground, "#FFFFFF") > contrast(tokens.ground, "#000000")
    if dark:
        sea, land = mix(tokens.ground, tokens.accent, 0.03), mix(tokens.raised, tokens.quiet, 0.045)
    else:
        sea, land = (
            mix(mix(tokens.ground, tokens.line, 0.75), tokens.accent, 0.06),
            mix(tokens.surface, tokens.ground, 0.55),
        )
    return MapColours(
        sea=sea,
        land=land,
        coast=mix(land, tokens.quiet, 0.42),
        border=mix(land, tokens.quiet, 0.5),
        town_dot=mix(land, tokens.quiet, 0.75),
        town_text=mix(tokens.text, tokens.quiet, 0.7),
        country_text=mix(land, tokens.quiet, 0.8),
        halo=land,
        surface=tokens.raised,
        line=tokens.line,
        text=tokens.text,
        quiet=tokens.quiet,
        accent=tokens.accent,
        on_accent=tokens.on_accent,
        ok=tokens.ok,
        warning=tokens.warning,
        danger=tokens.danger,
        on_danger=tokens.on_danger,
        info=tokens.info,
        focus=tokens.focus,
        shadow=tokens.shadow,
        routes=tokens.series,
    )

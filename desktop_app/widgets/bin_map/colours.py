"""The bin map's colours, mixed from the theme's tokens: shelves are quiet, the path and what is asked for speak."""

from __future__ import annotations

from typing import NamedTuple

from desktop_app.themes.tokens import LIGHT, Colours, contrast
from desktop_app.widgets.canvas.ink import mix


class BinMapColours(NamedTuple):
    """Every colour of the bin map as `#rrggbb`."""

    ground: str
    floor: str
    wall: str
    pick: str
    reserve: str
    place: str
    shelf_line: str
    full: str
    heat: tuple[str, ...]
    highlight: str
    surface: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    ok: str
    warning: str
    danger: str
    focus: str
    shadow: str
    hover: str


def bin_map_colours(tokens: Colours = LIGHT) -> BinMapColours:
    """The bin map in a theme."""
    dark = contrast(tokens.ground, "#FFFFFF") > contrast(tokens.ground, "#000000")
    floor = tokens.surface if not dark else mix(tokens.ground, tokens.surface, 0.6)
    shelf = mix(floor, tokens.quiet, 0.09 if not dark else 0.14)
    return BinMapColours(
        ground=tokens.ground,
        floor=floor,
        wall=tokens.line_strong,
        pick=shelf,
        reserve=mix(floor, tokens.quiet, 0.2 if not dark else 0.26),
        place=mix(floor, tokens.quiet, 0.05 if not dark else 0.08),
        shelf_line=mix(floor, tokens.quiet, 0.3 if not dark else 0.42),
        full=mix(shelf, tokens.accent, 0.55),
        heat=(
            mix(floor, tokens.warning, 0.06),
            mix(floor, tokens.warning, 0.38),
            mix(floor, tokens.warning, 0.78),
            mix(tokens.warning, tokens.danger, 0.75),
        ),
        highlight=tokens.warning,
        surface=tokens.raised,
        line=tokens.line,
        text=tokens.text,
        quiet=tokens.quiet,
        accent=tokens.accent,
        on_accent=tokens.on_accent,
        ok=tokens.ok,
        warning=tokens.warning,
        danger=tokens.danger,
        focus=tokens.focus,
        shadow=tokens.shadow,
        hover=tokens.hover,
    )


def heat_colour(share: float, colours: BinMapColours) -> str:
    """The colour of a share of the greatest heat, 0 to 1."""
    share = min(max(share, 0.0), 1.0) * (len(colours.heat) - 1)
    step = min(int(share), len(colours.heat) - 2)
    return mix(colours.heat[step], colours.heat[step + 1], share - step)

"""Every colour, size and space of the program, as data.

Nothing else in the program names a colour or a size. The rows are named tuples and not frozen dataclasses because
this file is on the way to the first paint, and building such a class costs a tenth of the time.
"""

from typing import Final, Literal, NamedTuple

Scheme = Literal["light", "dark", "contrast"]
Density = Literal["compact", "comfortable", "touch"]
Tone = Literal["ok", "warning", "danger", "info", "neutral", "accent", "provisional", "stale"]

# The steps of the 8-pixel grid, by name: used for margins and gaps everywhere.
SPACE_4: Final = 4
SPACE_8: Final = 8
SPACE_12: Final = 12
SPACE_16: Final = 16
SPACE_24: Final = 24
SPACE_32: Final = 32
SPACES: Final = (SPACE_4, SPACE_8, SPACE_12, SPACE_16, SPACE_24, SPACE_32)

RADIUS: Final = 6
BORDER: Final = 1
MOTION_MS: Final = 120
# Widths that hold words are declared for this size of body type; other densities widen in proportion.
WIDTHS_FOR: Final = 13
INSPECTOR_MIN: Final = 320
INSPECTOR_MAX: Final = 420
RAIL_WIDE: Final = 224
RAIL_NARROW: Final = 56
TOP_BAR_HEIGHT: Final = 52
STRIP_HEIGHT: Final = 26
SMALLEST_WINDOW: Final = (960, 620)
FIRST_WINDOW: Final = (1440, 900)

# Inter where the fonts-inter package is installed, then each system's own humanist sans.
SANS_FAMILIES: Final = ("Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans")
MONO_FAMILIES: Final = ("JetBrains Mono", "Consolas", "SF Mono", "Noto Sans Mono", "DejaVu Sans Mono")


class Colours(NamedTuple):
    """One theme's colours as `#rrggbb`. `*_soft` is the ground on which the tone of that name is written."""

    ground: str
    surface: str
    raised: str
    rail: str
    line: str
    line_strong: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    accent_hover: str
    accent_soft: str
    hover: str
    pressed: str
    selection: str
    focus: str
    ok: str
    ok_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    on_danger: str
    info: str
    info_soft: str
    neutral_soft: str
    good_flash: str
    bad_flash: str
    on_flash: str
    shadow: str
    series: tuple[str, ...]


class Metrics(NamedTuple):
    """One density's sizes in device-independent pixels."""

    row: int
    control: int
    hit: int
    body: int
    label: int
    section: int
    title: int
    figure: int
    icon: int
    cell_pad: int


LIGHT: Final = Colours(
    ground="#F7F8FA",
    surface="#FFFFFF",
    raised="#FFFFFF",
    rail="#F2F4F7",
    line="#E3E6EB",
    line_strong="#C3C9D2",
    text="#16191F",
    quiet="#5B6472",
    accent="#0E7490",
    on_accent="#FFFFFF",
    accent_hover="#0B6079",
    accent_soft="#E3F3F7",
    hover="#F1F3F6",
    pressed="#E9ECF0",
    selection="#E8F6F9",
    focus="#0E7490",
    ok="#15803D",
    ok_soft="#EBF8EF",
    warning="#B45309",
    warning_soft="#FEF6E7",
    danger="#B91C1C",
    danger_soft="#FDEEEE",
    on_danger="#FFFFFF",
    info="#1D4ED8",
    info_soft="#EAF0FE",
    neutral_soft="#F2F3F6",
    good_flash="#15803D",
    bad_flash="#B91C1C",
    on_flash="#FFFFFF",
    shadow="#16191F",
    series=("#0E7490", "#B45309", "#6D28D9", "#15803D", "#BE185D", "#5B6472"),
)

DARK: Final = Colours(
    ground="#0F1216",
    surface="#171B21",
    raised="#1D222A",
    rail="#0C0F13",
    line="#2A3039",
    line_strong="#434C59",
    text="#E8EAED",
    quiet="#9AA4B2",
    accent="#22B8CF",
    on_accent="#06181C",
    accent_hover="#4CCBDD",
    accent_soft="#0F2E36",
    hover="#20262E",
    pressed="#2A313B",
    selection="#13343D",
    focus="#22B8CF",
    ok="#4ADE80",
    ok_soft="#10291B",
    warning="#FBBF24",
    warning_soft="#2E2410",
    danger="#F87171",
    danger_soft="#331A1C",
    on_danger="#2A0707",
    info="#7AA7FF",
    info_soft="#172440",
    neutral_soft="#242A33",
    good_flash="#15803D",
    bad_flash="#B91C1C",
    on_flash="#FFFFFF",
    shadow="#000000",
    series=("#22B8CF", "#FBBF24", "#A78BFA", "#4ADE80", "#F472B6", "#9AA4B2"),
)

CONTRAST: Final = Colours(
    ground="#000000",
    surface="#000000",
    raised="#000000",
    rail="#000000",
    line="#9A9A9A",
    line_strong="#FFFFFF",
    text="#FFFFFF",
    quiet="#E0E0E0",
    accent="#5CE1FF",
    on_accent="#000000",
    accent_hover="#A5F0FF",
    accent_soft="#00303B",
    hover="#262626",
    pressed="#404040",
    selection="#003F4D",
    focus="#FFE600",
    ok="#5CFF8F",
    ok_soft="#002B12",
    warning="#FFD24D",
    warning_soft="#332500",
    danger="#FF9A9A",
    danger_soft="#3D0000",
    on_danger="#000000",
    info="#A8C7FF",
    info_soft="#001E52",
    neutral_soft="#2B2B2B",
    good_flash="#006B2B",
    bad_flash="#B00000",
    on_flash="#FFFFFF",
    shadow="#000000",
    series=("#5CE1FF", "#FFD24D", "#D6B3FF", "#5CFF8F", "#FF9AD1", "#E0E0E0"),
)

SCHEMES: Final[dict[Scheme, Colours]] = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

DENSITIES: Final[dict[Density, Metrics]] = {
    "compact": Metrics(
        row=28, control=28, hit=28, body=13, label=12, section=15, title=20, figure=26, icon=16, cell_pad=8
    ),
    "comfortable": Metrics(
        row=36, control=32, hit=32, body=13, label=12, section=16, title=22, figure=30, icon=18, cell_pad=12
    ),
    "touch": Metrics(
        row=52, control=44, hit=44, body=15, label=14, section=18, title=24, figure=34, icon=22, cell_pad=16
    ),
}

# What terminal mode writes in, from the supporting line to the bin one walks to.
TERMINAL_SIZES: Final = (40, 56, 72)

SCALES: Final = (100, 125, 150, 175, 200)

# Each tone has its own shape, so that no meaning hangs on colour alone.
TONE_SHAPES: Final[dict[Tone, str]] = {
    "ok": "disc",
    "warning": "triangle",
    "danger": "octagon",
    "info": "square",
    "neutral": "bar",
    "accent": "diamond",
    "provisional": "dashed-ring",
    "stale": "fading-ring",
}


class ToneColours(NamedTuple):
    """The ink and the ground of one tone."""

    ink: str
    soft: str


def tone_colours(colours: Colours, tone: Tone) -> ToneColours:
    """The ink and ground with which `tone` is written in the theme `colours`."""
    match tone:
        case "ok":
            return ToneColours(colours.ok, colours.ok_soft)
        case "warning":
            return ToneColours(colours.warning, colours.warning_soft)
        case "danger":
            return ToneColours(colours.danger, colours.danger_soft)
        case "info":
            return ToneColours(colours.info, colours.info_soft)
        case "accent":
            return ToneColours(colours.accent, colours.accent_soft)
        case "provisional" | "stale":
            return ToneColours(colours.quiet, colours.surface)
        case _:
            return ToneColours(colours.quiet, colours.neutral_soft)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two `#rrggbb` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

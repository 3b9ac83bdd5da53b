"""The tokens keep the promises of the look."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from desktop_app.themes.tokens import DENSITIES, SCHEMES, SPACES, TONE_SHAPES, Scheme, contrast, tone_colours
from resources.resource_path import resource_path

GROUNDS = ("ground", "surface", "raised", "rail", "hover", "selection", "neutral_soft")
INKS = ("text", "quiet", "accent", "ok", "warning", "danger", "info")
PAIRS = (
    *itertools.product(INKS, GROUNDS),
    ("text", "pressed"),
    ("quiet", "pressed"),
    ("text", "accent_soft"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_danger", "danger"),
    ("on_flash", "good_flash"),
    ("on_flash", "bad_flash"),
)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_text_can_be_read_on_every_ground(scheme: Scheme, ink: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("tone", TONE_SHAPES)
def test_every_status_word_can_be_read_on_its_own_ground(scheme: Scheme, tone: str) -> None:
    ink, soft = tone_colours(SCHEMES[scheme], tone)  # type: ignore[arg-type]
    assert contrast(ink, soft) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_focus_stands_out_from_every_ground_by_three_to_one(scheme: Scheme) -> None:
    colours = SCHEMES[scheme]
    assert min(contrast(colours.focus, getattr(colours, ground)) for ground in GROUNDS) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lines_of_a_chart_can_be_told_from_its_ground(scheme: Scheme) -> None:
    colours = SCHEMES[scheme]
    assert min(contrast(ink, colours.surface) for ink in colours.series) >= 3


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


def test_every_tone_has_a_shape_of_its_own() -> None:
    assert len(set(TONE_SHAPES.values())) == len(TONE_SHAPES)


def test_touch_leaves_room_for_a_glove() -> None:
    touch = DENSITIES["touch"]
    assert (touch.row, touch.hit >= 44, touch.control >= 44) == (52, True, True)


def test_spaces_stand_on_the_grid() -> None:
    assert all(space % 4 == 0 for space in SPACES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pictures_of_the_stylesheet_use_only_colours_of_their_theme(scheme: Scheme) -> None:
    known = set(SCHEMES[scheme][:-1])
    pictures = list(resource_path("styles", scheme).glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", picture.read_text())) <= known


def test_no_colour_is_named_outside_the_tokens() -> None:
    home = Path(resource_path("icons")).parent.parent / "desktop_app"
    for folder in ("widgets", "dialogs", "themes"):
        for file in (home / folder).glob("*.py"):
            if file.name != "tokens.py":
                assert not re.findall(r"""["'(]#[0-9A-Fa-f]{3,8}\b""", file.read_text()), file.name

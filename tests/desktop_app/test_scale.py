"""The size of everything is taken from the profile before Qt starts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desktop_app.settings import SETTINGS
from desktop_app.themes.scale import scale_everything
from desktop_app.themes.tokens import SCALES


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    # Set first, so that it is taken away again whatever the test did to it.
    monkeypatch.setenv("QT_SCALE_FACTOR", "1")
    monkeypatch.delenv("QT_SCALE_FACTOR")
    return monkeypatch


@pytest.mark.parametrize(
    ("percent", "factor"), [(125, "1.25"), (200, "2.0"), (100, None), (40, None), ("big", None)]
)
def test_only_a_declared_scale_is_taken(
    environment: pytest.MonkeyPatch, tmp_path: Path, percent: object, factor: str | None
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"settings": {"scale": percent}, "state": {}}))
    scale_everything(file)
    assert os.environ.get("QT_SCALE_FACTOR") == factor


@pytest.mark.parametrize("text", ["", "{", "[]", '{"settings": 3}', "{}"])
def test_a_file_that_says_nothing_changes_nothing(
    environment: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    scale_everything(file)
    scale_everything(tmp_path / "missing.json")
    assert "QT_SCALE_FACTOR" not in os.environ


def test_the_environment_wins(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("QT_SCALE_FACTOR", "1.5")
    file = tmp_path / "settings.json"
    file.write_text('{"settings": {"scale": 200}}')
    scale_everything(file)
    assert os.environ["QT_SCALE_FACTOR"] == "1.5"


def test_the_choices_of_the_setting_are_the_scales() -> None:
    setting = next(each for each in SETTINGS if each.key == "scale")
    assert tuple(value for value, _words in setting.choices) == SCALES

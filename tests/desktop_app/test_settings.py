"""Settings: declared, checked, written whole, and never lost to a damaged file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.settings import BadSetting, Settings, UnknownSetting


@pytest.fixture
def path(tmp_path: Path, qapp: Any) -> Path:
    return tmp_path / "profile" / "settings.json"


def test_a_setting_has_its_default_until_it_is_set(path: Path) -> None:
    settings = Settings(path)
    assert settings.text("density") == "comfortable"
    settings.set("density", "touch")
    assert settings.text("density") == "touch"
    settings.flush()


def test_what_was_set_and_remembered_is_there_at_the_next_start(path: Path) -> None:
    first = Settings(path)
    first.set("scan_gap_ms", 50)
    first.remember("table:Orders", {"hidden": ["total"]})
    first.flush()
    second = Settings(path)
    assert second.number("scan_gap_ms") == 50
    assert second.state("table:Orders") == {"hidden": ["total"]}
    assert second.state("unknown") is None


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("density", "huge", "Row height"),
        ("scan_gap_ms", 4, "from 5 to 120"),
        ("scan_gap_ms", True, "whole number"),
        ("sound", 1, "true or false"),
        ("language", 3, "one of en"),
    ],
)
def test_a_wrong_value_is_refused_by_name(path: Path, key: str, value: Any, words: str) -> None:
    settings = Settings(path)
    with pytest.raises(BadSetting, match=words):
        settings.set(key, value)
    assert settings.value(key) == next(s.default for s in settings.declared() if s.key == key)


def test_an_undeclared_setting_is_a_mistake(path: Path) -> None:
    with pytest.raises(UnknownSetting):
        Settings(path).value("colour_of_the_moon")


def test_a_change_is_told_once(path: Path, qtbot: Any) -> None:
    settings = Settings(None)
    told: list[str] = []
    settings.changed.connect(told.append)
    settings.set("sound", False)
    settings.set("sound", False)
    assert told == ["sound"]
    settings.flush()


def test_a_damaged_file_is_put_aside_and_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"settings": {"sound": fal')
    settings = Settings(path)
    assert settings.flag("sound")
    assert "settings.damaged" in settings.unreadable
    assert path.with_suffix(".damaged").read_text().startswith('{"settings"')


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1, 2]", b"[" * 100_000, b"null", b"{}{}"])
def test_whatever_stands_in_the_file_the_desk_starts_with_its_defaults(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    settings = Settings(path)
    assert settings.flag("sound")
    assert "could not be read" in settings.unreadable
    assert path.with_suffix(".damaged").read_bytes() == content


def test_one_wrong_value_in_the_file_does_not_cost_the_others(path: Path) -> None:
    path.parent.mkdir()
    kept = {
        "settings": {"scan_gap_ms": 5000, "sound": False, "from_a_later_version": 1},
        "state": {"window": {"panel": "fleet"}},
    }
    path.write_text(json.dumps(kept))
    settings = Settings(path)
    assert settings.number("scan_gap_ms") == 35
    assert not settings.flag("sound")
    assert settings.state("window") == {"panel": "fleet"}
    assert "Longest gap" in settings.unreadable


def test_a_crash_while_writing_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(path)
    settings.set("sound", False)
    settings.flush()
    settings.remember("window", {"panel": "fleet"})

    def crash(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="No space"):
        settings.flush()
    monkeypatch.undo()
    again = Settings(path)
    assert not again.flag("sound")
    assert again.state("window") is None
    settings.flush()

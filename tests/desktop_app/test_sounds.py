"""Sounds: short files, played off the UI thread, and silence where nothing can play."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from desktop_app import sounds
from desktop_app.sounds import PlayedSounds, find_player
from resources.resource_path import resource_path


@pytest.mark.parametrize("name", ["good", "bad", "attention"])
def test_a_sound_is_short_enough_for_the_next_scan(name: str) -> None:
    with wave.open(str(resource_path("sounds", f"{name}.wav"))) as file:
        assert 0.1 < file.getnframes() / file.getframerate() < 0.6


def test_good_and_bad_are_not_the_same() -> None:
    good, bad = (resource_path("sounds", f"{name}.wav").read_bytes() for name in ("good", "bad"))
    assert good != bad


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A player that writes down what it was asked to play."""
    heard = tmp_path / "heard"
    script = tmp_path / "aplay"
    script.write_text(f'#!/bin/sh\necho "$@" >> {heard}\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return heard


def test_the_first_player_found_plays_in_a_thread_of_its_own(player: Path) -> None:
    assert find_player() == ["aplay", "-q"]
    played = PlayedSounds()
    played.play("good")
    played.play("bad")
    played.close()
    lines = player.read_text().splitlines()
    assert [Path(line.split()[-1]).name for line in lines] == ["good.wav", "bad.wav"]


def test_without_a_player_there_is_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    played = PlayedSounds()
    played.play("good")
    played.close()
    assert find_player() is None


def test_a_player_that_breaks_is_noted_and_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    script = tmp_path / "aplay"
    script.write_text("not a program")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    played = PlayedSounds()
    played.play("good")
    played.close()
    assert "aplay could not play" in caplog.text


def test_closing_without_a_sound_is_no_matter() -> None:
    PlayedSounds().close()
    sounds.Silence().play("good")

"""What PySide6 compiles at each start is compiled once, and again when it differs or what was kept is damaged."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path

import pytest

from desktop_app.qt_bytecode import kept_bytecode

NAME = "shibokensupport/example.py"


@pytest.fixture(autouse=True)
def _may_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def run(place: Path, source: str, name: str = NAME) -> dict[str, object]:
    found: dict[str, object] = {}
    with kept_bytecode(place):
        exec(compile(source, name, "exec"), found)
    return found


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are compiled from here on."""
    plainly, noted = builtins.compile, []

    def note(source: str, *more: object) -> object:
        noted.append(source)
        return plainly(source, *more)

    monkeypatch.setattr(builtins, "compile", note)
    return noted


def test_a_text_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "kept" / "support.pyc"
    run(place, "answer = 42")
    noted = compiled(monkeypatch)
    assert run(place, "answer = 42")["answer"] == 42
    assert noted == []


def test_a_text_that_differs_is_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "support.pyc"
    run(place, "answer = 42")
    noted = compiled(monkeypatch)
    assert run(place, "answer = 43")["answer"] == 43
    assert noted == ["answer = 43"]


@pytest.mark.parametrize("damage", [b"", b"nothing of ours", None])
def test_what_is_damaged_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    place = tmp_path / "support.pyc"
    run(place, "answer = 42")
    place.write_bytes(place.read_bytes()[:30] if damage is None else damage)
    assert run(place, "answer = 42")["answer"] == 42


def test_what_is_not_of_pyside6_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "support.pyc"
    run(place, "answer = 42", "elsewhere.py")
    assert not place.exists()


def test_nothing_is_written_where_python_may_write_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    run(tmp_path / "support.pyc", "answer = 42")
    assert list(tmp_path.iterdir()) == []


def test_a_kept_pattern_matches_as_the_one_that_was_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, pattern = tmp_path / "support.pyc", r"(?P<bin>[A-F]-\d{2,3})(?:, lot (\w+))?"
    found = []
    for _ in range(2):
        re.purge()
        with kept_bytecode(place):
            made = re.compile(pattern, re.IGNORECASE)
        match = made.match("b-017, lot L9")
        assert match is not None
        found.append((made.pattern, made.flags, made.groups, made.groupindex, match.groups()))
    assert found[0] == found[1]
    assert found[0][-1] == ("b-017", "L9")
    re.purge()
    monkeypatch.setattr(re._compiler, "_parser", None)
    with kept_bytecode(place):
        assert re.compile(pattern, re.IGNORECASE).match("C-12")


def test_everything_is_as_before_afterwards(tmp_path: Path) -> None:
    before = builtins.compile, re._compiler.compile, re._compiler._sre
    run(tmp_path / "support.pyc", "answer = 42")
    assert (builtins.compile, re._compiler.compile, re._compiler._sre) == before

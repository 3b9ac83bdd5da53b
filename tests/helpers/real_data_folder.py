"""Finds the folder with real data sets that some tests read; it is no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_VARIABLE = "HOLDFAST_DATA"
_BESIDE_THE_PROJECT = Path(__file__).parents[3] / "shared" / "data"


def _find() -> Path | None:
    named = os.environ.get(_VARIABLE)
    folder = Path(named) if named else _BESIDE_THE_PROJECT
    return folder if folder.is_dir() else None


def describe() -> str:
    """One line for pytest's header: where the real data are, or that they are not here."""
    folder = _find()
    if folder is None:
        return f"real data: not here (set {_VARIABLE}), so tests marked real_data are skipped"
    return f"real data: {folder}"


def find_or_skip() -> Path:
    """The folder. Skips the test where there is none; fails it where HOLDFAST_DATA names a missing one."""
    folder = _find()
    if folder is None:
        if os.environ.get(_VARIABLE):
            pytest.fail(f"{_VARIABLE} names {os.environ[_VARIABLE]}, which is no folder")
        pytest.skip(f"the real data are not here: set {_VARIABLE} to their folder")
    return folder

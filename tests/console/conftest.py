"""Databases and folders for the administrator's subcommands, run as people run them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.import_books import fill_database


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this computer's own Holdfast is read or written; passwords take no time to hash."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOLDFAST_PASSWORD_MEMORY_KIB", "64")
    monkeypatch.setenv("HOLDFAST_PASSWORD_PASSES", "1")
    monkeypatch.setenv("HOLDFAST_PASSWORD_LANES", "1")
    for name in ("DATABASE_URL", "HOLDFAST_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def filled_url(tmp_path: Path) -> str:
    """A SQLite database with a small warehouse."""
    url = f"sqlite:///{tmp_path / 'server.db'}"
    fill_database(url, tmp_path)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def both_urls(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The small warehouse on each kind of database."""
    if request.param == "sqlite":
        filled: str = request.getfixturevalue("filled_url")
        return filled
    url: str = request.getfixturevalue("postgres_url")
    fill_database(url, tmp_path)
    return url


def no_traceback(text: str) -> bool:
    """Whether a text is words for people."""
    return re.search(r"Traceback|^\w+Error", text, re.MULTILINE) is None

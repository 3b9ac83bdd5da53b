"""A theme, a runner and a window on fakes for every test of the shell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.main_window import MainWindow
from desktop_app.task_runner import TaskRunner
from desktop_app.themes.theme import Theme
from tests.desktop_app.fakes import make_window


@pytest.fixture
def theme(qapp: Any) -> Theme:
    made = Theme()
    made.apply()
    return made


@pytest.fixture
def runner(qapp: Any) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    assert made.close() == []


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, runner: TaskRunner) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows that are closed when the test ends."""
    made: list[MainWindow] = []

    def make(**more: Any) -> MainWindow:
        window = make_window(theme=more.pop("theme", theme), runner=runner, **more)
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()

"""A terminal that nobody touches locks itself, after as long as the setting says."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.idle_watch import IdleWatch
from desktop_app.settings import Settings

MINUTE = 60


@pytest.fixture
def watch(qtbot: QtBot) -> Iterator[tuple[IdleWatch, Settings, QLineEdit, list[int]]]:
    window, settings, told = QLineEdit(), Settings(None), list[int]()
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    made = IdleWatch(settings)
    made.idle.connect(lambda: told.append(1))
    settings.set("lock_after_min", 10)
    made.start(window)
    yield made, settings, window, told
    made.stop()
    settings.flush()


def test_after_the_set_time_it_is_said_once(watch: tuple[IdleWatch, Settings, QLineEdit, list[int]]) -> None:
    made, _settings, _window, told = watch
    now = monotonic()
    made.look(now + 9 * MINUTE)
    assert told == []
    made.look(now + 11 * MINUTE)
    made.look(now + 12 * MINUTE)
    assert told == [1]


def test_zero_means_never(watch: tuple[IdleWatch, Settings, QLineEdit, list[int]]) -> None:
    made, settings, _window, told = watch
    settings.set("lock_after_min", 0)
    made.look(monotonic() + 10_000 * MINUTE)
    assert told == []


def test_a_key_or_the_mouse_says_that_somebody_is_here(
    qtbot: QtBot, watch: tuple[IdleWatch, Settings, QLineEdit, list[int]]
) -> None:
    made, _settings, window, told = watch
    made._touched = monotonic() - 9 * MINUTE
    qtbot.keyClick(window.windowHandle(), Qt.Key.Key_A)
    made.look(monotonic() + 2 * MINUTE)
    assert told == []


def test_a_quiet_moment_is_told_of_every_few_minutes_while_nobody_is_at_the_keys(
    watch: tuple[IdleWatch, Settings, QLineEdit, list[int]],
) -> None:
    made, _settings, _window, _told = watch
    quiet: list[int] = []
    made.quiet.connect(lambda: quiet.append(1))
    now = monotonic()
    made.look(now + 6)
    assert quiet == []
    made.look(now + 6 * MINUTE)
    made.look(now + 7 * MINUTE)
    assert quiet == [1]
    made._touched = now + 20 * MINUTE - 1
    made.look(now + 20 * MINUTE)
    assert quiet == [1]
    made.look(now + 20 * MINUTE + 5)
    assert quiet == [1, 1]

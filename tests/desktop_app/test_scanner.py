"""A wedge scanner is told from typing by its timing, and goes to the panel, never to the field or the button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.scanner import ScanFeedback, Scanner, ScanTarget, UnreadableCode
from desktop_app.settings import Settings
from tests.desktop_app.fakes import FakeSounds

FAST, SLOW, PERSON = 3, 25, 90


@dataclass
class Bench:
    """A window with a field, a text and a button, and a scanner that watches it."""

    window: QWidget
    scanner: Scanner
    sounds: FakeSounds
    line: QLineEdit
    text: QPlainTextEdit
    button: QPushButton
    scanned: list[str] = field(default_factory=list)
    said: list[tuple[bool, str]] = field(default_factory=list)
    clicks: list[int] = field(default_factory=list)
    now: int = 1_000_000

    def key(self, letter: str, gap: int, key: int = 0) -> None:
        """One key, pressed and let go, `gap` ms after the one before."""
        self.now += gap
        target = self.window.focusWidget()
        assert target is not None
        code = key or Qt.Key.Key_A
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, letter)
            event.setTimestamp(self.now)
            QCoreApplication.sendEvent(target, event)

    def keys(self, text: str, gap: int, end: int | None = Qt.Key.Key_Return) -> None:
        self.now += PERSON
        for letter in text:
            key = Qt.Key.Key_Space if letter == " " else ord(letter.upper())
            self.key(letter, gap, key)
        if end is not None:
            self.key("\r" if end != Qt.Key.Key_Tab else "\t", gap, end)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    line, text, button = QLineEdit("kept"), QPlainTextEdit("note"), QPushButton("Cancel the order")
    for piece in (line, text, button):
        layout.addWidget(piece)
    sounds = FakeSounds()
    scanner = Scanner(
        lambda: (), lambda code: SimpleNamespace(raw=code, kind="unknown"), sounds, Settings(None), window
    )
    made = Bench(window, scanner, sounds, line, text, button)
    scanner.scanned.connect(made.scanned.append)
    scanner.said.connect(lambda good, words: made.said.append((good, words)))
    button.clicked.connect(lambda: made.clicks.append(1))
    with qtbot.waitActive(window):
        window.show()
    line.setFocus()
    scanner.start(window)
    yield made
    scanner.stop()


def test_a_scan_is_recognised_and_the_field_is_untouched(qtbot: QtBot, bench: Bench) -> None:
    changes: list[str] = []
    bench.line.textChanged.connect(changes.append)
    bench.keys("5012345678900", FAST)
    qtbot.waitUntil(lambda: bench.scanned == ["5012345678900"])
    assert (bench.line.text(), changes) == ("kept", [])


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_scan_ends_with_enter_or_tab_and_moves_nothing(qtbot: QtBot, bench: Bench, end: int) -> None:
    entered: list[int] = []
    bench.line.returnPressed.connect(lambda: entered.append(1))
    bench.keys("A-03-2", FAST, end)
    qtbot.waitUntil(lambda: bench.scanned == ["A-03-2"])
    assert entered == []
    assert bench.line.hasFocus()


def test_a_scan_is_whole_though_the_window_was_too_busy_to_take_all_of_it_at_once(
    qtbot: QtBot, bench: Bench
) -> None:
    bench.button.setFocus()
    bench.keys("T01-00", FAST, end=None)
    # A long paint: the time for the next key is over before the window gets to the keys that wait in the queue.
    bench.scanner._timer.timeout.emit()
    for letter in "0042":
        bench.key(letter, FAST, ord(letter))
    bench.key("\r", FAST, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(bench.scanned))
    assert bench.scanned == ["T01-000042"]
    assert bench.clicks == []


def test_a_slow_scanners_first_letter_is_taken_back_out_of_the_field(qtbot: QtBot, bench: Bench) -> None:
    bench.line.setSelection(1, 2)
    bench.now += PERSON
    bench.key("5", PERSON, Qt.Key.Key_5)
    qtbot.wait(16)
    assert bench.line.text() == "k5t"
    for letter in "0123":
        bench.key(letter, SLOW, Qt.Key.Key_0)
    bench.key("\r", SLOW, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.scanned == ["50123"])
    assert (bench.line.text(), bench.line.selectedText()) == ("kept", "ep")


def test_the_same_holds_for_a_longer_text(qtbot: QtBot, bench: Bench) -> None:
    bench.text.setFocus()
    bench.key("5", PERSON, Qt.Key.Key_5)
    qtbot.wait(16)
    for letter in "0123":
        bench.key(letter, SLOW, Qt.Key.Key_0)
    bench.key("\r", SLOW, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.scanned == ["50123"])
    assert bench.text.toPlainText() == "note"


def test_typing_reaches_its_field_in_its_order(qtbot: QtBot, bench: Bench) -> None:
    bench.line.clear()
    bench.keys("hand typed", PERSON, end=None)
    qtbot.waitUntil(lambda: bench.line.text() == "hand typed")
    assert bench.scanned == []


def test_quick_typing_with_enter_is_typing_if_it_is_too_short(qtbot: QtBot, bench: Bench) -> None:
    bench.line.clear()
    entered: list[str] = []
    bench.line.returnPressed.connect(lambda: entered.append(bench.line.text()))
    bench.keys("ab", FAST)
    qtbot.waitUntil(lambda: entered == ["ab"])
    assert bench.scanned == []


def test_quick_keys_without_an_end_are_typing(qtbot: QtBot, bench: Bench) -> None:
    bench.line.clear()
    bench.keys("hello", FAST, end=None)
    qtbot.waitUntil(lambda: bench.line.text() == "hello")
    assert bench.scanned == []


def test_a_pause_before_enter_makes_it_typing(qtbot: QtBot, bench: Bench) -> None:
    bench.line.clear()
    entered: list[str] = []
    bench.line.returnPressed.connect(lambda: entered.append(bench.line.text()))
    bench.keys("hello", FAST, end=None)
    bench.key("\r", PERSON, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: entered == ["hello"])
    assert bench.scanned == []


def test_a_scan_never_fires_the_button_in_focus(qtbot: QtBot, bench: Bench) -> None:
    bench.button.setFocus()
    bench.keys("50 12 34", FAST)
    qtbot.waitUntil(lambda: bench.scanned == ["50 12 34"])
    qtbot.wait(40)
    assert bench.clicks == []


def test_space_still_presses_a_button(qtbot: QtBot, bench: Bench) -> None:
    bench.button.setFocus()
    bench.key(" ", PERSON, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bench.clicks == [1])


def test_gs1_separators_are_kept(qtbot: QtBot, bench: Bench) -> None:
    bench.keys("1012", FAST, end=None)
    event = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_BracketRight, Qt.KeyboardModifier.ControlModifier, "\x1d"
    )
    bench.now += FAST
    event.setTimestamp(bench.now)
    QCoreApplication.sendEvent(bench.line, event)
    for letter in "3724":
        bench.key(letter, FAST, Qt.Key.Key_0)
    bench.key("\r", FAST, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.scanned == ["1012\x1d3724"])


def test_native_keys_that_come_by_the_window_are_watched_too(qtbot: QtBot, bench: Bench) -> None:
    handle = bench.window.windowHandle()
    for letter in "50123":
        qtbot.keyClick(handle, letter)
    qtbot.keyClick(handle, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bench.scanned == ["50123"])
    assert bench.line.text() == "kept"


def test_after_stop_keys_are_keys(qtbot: QtBot, bench: Bench) -> None:
    bench.scanner.stop()
    bench.line.clear()
    bench.keys("50123", FAST, end=None)
    assert bench.line.text() == "50123"


# Where a scan goes


def _with_targets(bench: Bench, *targets: ScanTarget) -> None:
    bench.scanner._targets = lambda: targets


def _accepts(answer: bool) -> Callable[[Any], bool]:
    return lambda _scan: answer


def test_the_first_target_that_accepts_it_handles_it(bench: Bench) -> None:
    handled: list[str] = []

    def handle(scan: Any) -> ScanFeedback:
        handled.append(scan.raw)
        return ScanFeedback(True, "3 of 3 picked")

    never = ScanTarget("sku", _accepts(True), lambda scan: ScanFeedback(False, "too late"))
    _with_targets(
        bench, ScanTarget("order", _accepts(False), handle), ScanTarget("bin", _accepts(True), handle), never
    )
    bench.scanner.feed("A-03-2")
    assert handled == ["A-03-2"]
    assert bench.said == [(True, "3 of 3 picked")]
    assert bench.sounds.played == ["good"]


def test_a_target_may_answer_later(bench: Bench) -> None:
    _with_targets(bench, ScanTarget("bin", _accepts(True), lambda scan: None))
    bench.scanner.feed("A-03-2")
    assert bench.said == []
    bench.scanner.good("Confirmed")
    assert bench.said == [(True, "Confirmed")]


def test_what_means_nothing_here_is_said_and_sounds_bad(bench: Bench) -> None:
    bench.scanner.feed("4711\x1d10")
    assert bench.said == [(False, "471110 means nothing here")]
    assert bench.sounds.played == ["bad"]


def test_what_cannot_be_read_is_said(bench: Bench) -> None:
    def parse(code: str) -> None:
        raise UnreadableCode("This code cannot be read: its check digit is wrong.")

    bench.scanner._parse = parse
    bench.scanner.feed("5012345678901")
    assert bench.said == [(False, "This code cannot be read: its check digit is wrong.")]


def test_sounds_can_be_switched_off(bench: Bench) -> None:
    bench.scanner._settings.set("sound", False)
    bench.scanner.feed("4711")
    assert bench.sounds.played == []
    assert len(bench.said) == 1
    bench.scanner._settings.flush()

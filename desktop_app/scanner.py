"""A wedge scanner recognised by its timing, kept out of the focused field, and sent where it makes sense.

A wedge scanner is a keyboard that types a code within milliseconds and ends it with Enter or Tab. The first key of a
burst cannot be told from typing, so it is held back for a moment: for as long as a scanner's gap where the focus is on
a button or a list (which must not fire), and for a few milliseconds only in a text field, where a person would feel it.
If a slow scanner's first key slips into a field, the field is put back as it was once the burst is recognised.
"""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from desktop_app.sounds import Sounds

if TYPE_CHECKING:
    from desktop_app.settings import Settings

# In a text field the first key waits no longer than a quick scanner needs for its second.
FIELD_HOLD_MS: Final = 12
_ENDS: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_SHIFTS: Final = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_AltGr, Qt.Key.Key_NumLock})
# GS1's separator, which some scanners send as Ctrl+].
GROUP_SEPARATOR: Final = "\x1d"


class UnreadableCode(ValueError):
    """What was scanned is no code that can be used; the message says to a person why."""


class ScanFeedback(NamedTuple):
    """What a scan came to: good or bad, and in a few words what happened or what to scan instead."""

    good: bool
    words: str


class ScanTarget(NamedTuple):
    """One meaning that a scan may have in a panel now.

    `scan` is a services.domain.gs1.Scan. `accepts(scan)` says whether it is meant; `handle(scan)` acts and answers its
    feedback, or None where it will call `scanner.good(words)` or `scanner.bad(words)` once the desk has answered.
    """

    name: str
    accepts: Callable[[Any], bool]
    handle: Callable[[Any], ScanFeedback | None]


class Scanner(QObject):
    """Watches the keys of the whole application. `scanned` carries every raw code, `said` every feedback."""

    scanned = Signal(str)
    said = Signal(bool, str)

    def __init__(
        self,
        targets: Callable[[], Sequence[ScanTarget]],
        parse: Callable[[str], Any],
        sounds: Sounds,
        settings: "Settings",
        parent: QObject | None = None,
    ) -> None:
        """`targets()` is asked at each scan; `parse` raises UnreadableCode for what it cannot read."""
        super().__init__(parent)
        self._targets, self._parse, self._sounds, self._settings = targets, parse, sounds, settings
        self._held: list[QKeyEvent] = []
        self._text = ""
        self._last_ms = 0
        self._leak: _Leak | None = None
        self._target: QObject | None = None
        self._watches: list[QObject] = []
        self._replaying = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_quiet)

    def start(self, window: QWidget) -> None:
        """Begin to watch the keys of `window`, of every window that comes in front of it, and of what has the focus.

        A filter on the whole application would be called for every event of every object.
        """
        app = QApplication.instance()
        if isinstance(app, QApplication) and not self._watches:
            self._watch(window.windowHandle())
            self._watch(QApplication.focusWidget() or window)
            app.focusWindowChanged.connect(self._watch)
            app.focusChanged.connect(self._on_focus)

    def stop(self) -> None:
        """Stop watching; what is held goes to its field."""
        app = QApplication.instance()
        if isinstance(app, QApplication) and self._watches:
            app.focusWindowChanged.disconnect(self._watch)
            app.focusChanged.disconnect(self._on_focus)
        for watched in self._watches:
            if isValid(watched):
                watched.removeEventFilter(self)
        self._watches.clear()
        self.flush()

    def _watch(self, watched: QObject | None) -> None:
        if watched is not None:
            self._watches = [each for each in self._watches if isValid(each) and each is not watched]
            self._watches.append(watched)
            watched.installEventFilter(self)

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        if old is not None and isValid(old) and old in self._watches:
            self._watches.remove(old)
            old.removeEventFilter(self)
        self._watch(new)

    def feed(self, code: str) -> None:
        """Take `code` as if it had been scanned: serial scanners, tests, and numbers typed by hand into a card."""
        self.scanned.emit(code)
        try:
            scan = self._parse(code)
        except UnreadableCode as error:
            self.bad(str(error))
            return
        for target in self._targets():
            if target.accepts(scan):
                feedback = target.handle(scan)
                if feedback is not None:
                    self._say(feedback)
                return
        shown = "".join(letter for letter in code if letter.isprintable())
        self.bad(f"{shown} means nothing here")

    def good(self, words: str) -> None:
        """Say that the scan was right."""
        self._say(ScanFeedback(True, words))

    def bad(self, words: str) -> None:
        """Say that it was wrong, and what is wanted."""
        self._say(ScanFeedback(False, words))

    def doubtful(self) -> None:
        """Let it be heard that what was scanned is kept, yet somebody should look."""
        if self._settings.flag("sound"):
            self._sounds.play("attention")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold keys back while they may be a scan; swallow them when they are one."""
        kind = event.type()
        if self._replaying or kind not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if not isinstance(event, QKeyEvent):
            return False
        return self._on_press(event, watched) if kind == QEvent.Type.KeyPress else self._on_release(event)

    def flush(self) -> None:
        """Give what is held to its field now, as typing."""
        self._timer.stop()
        held, self._held = self._held, []
        self._text, self._leak = "", None
        self._replay(held)

    def _on_press(self, event: QKeyEvent, watched: QObject) -> bool:
        if event.key() in _SHIFTS:
            return False
        now = _time_of(event)
        if self._text and not self._within_gap(now):
            self.flush()
        if event.key() in _ENDS and len(self._text) >= self._settings.number("scan_least_length"):
            self._recognise()
            return True
        text = "" if event.isAutoRepeat() else _typed_by_scanner(event)
        if not text:
            self.flush()
            return False
        if not self._text:
            self._target, self._leak = watched, _Leak.of(QApplication.focusWidget())
        self._text += text
        self._last_ms = now
        self._held.append(event.clone())
        first_in_field = self._leak is not None and len(self._text) == 1
        self._timer.start(min(FIELD_HOLD_MS, self._gap()) if first_in_field else self._gap())
        return True

    def _on_release(self, event: QKeyEvent) -> bool:
        if not self._held or event.key() in _SHIFTS:
            return False
        self._held.append(event.clone())
        return True

    def _on_quiet(self) -> None:
        """No key came for a while, or the window was too busy to take it: keys that wait already are heard first."""
        QTimer.singleShot(0, self, partial(self._if_still_quiet, len(self._text), self._last_ms))

    def _if_still_quiet(self, length: int, last_ms: int) -> None:
        if (len(self._text), self._last_ms) == (length, last_ms) and self._text:
            self._on_silence()

    def _on_silence(self) -> None:
        """No key followed: it was typing, or only the first key of a slow scanner."""
        rest = self._gap() - FIELD_HOLD_MS
        if self._leak is None or len(self._text) != 1 or not self._held or rest <= 0:
            self.flush()
            return
        held, self._held = self._held, []
        self._replay(held)
        # The letter is in the field; it stays known for the rest of the gap, so that the field can be put back.
        self._timer.start(rest)

    def _replay(self, held: list[QKeyEvent]) -> None:
        target = self._target
        if not held or target is None or not isValid(target):
            return
        self._replaying = True
        try:
            for event in held:
                if isValid(target):
                    QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False

    def _recognise(self) -> None:
        code, leak = self._text, self._leak
        presses = sum(event.type() == QEvent.Type.KeyPress for event in self._held)
        self._timer.stop()
        self._held, self._text, self._leak = [], "", None
        if leak is not None and presses < len(code):
            leak.put_back()
        # Not from inside the key event: what the scan does may open a dialog.
        QTimer.singleShot(0, self, lambda: self.feed(code))

    def _within_gap(self, now: int) -> bool:
        return 0 <= now - self._last_ms <= self._gap()

    def _gap(self) -> int:
        return self._settings.number("scan_gap_ms")

    def _say(self, feedback: ScanFeedback) -> None:
        if self._settings.flag("sound"):
            self._sounds.play("good" if feedback.good else "bad")
        self.said.emit(feedback.good, feedback.words)


def _time_of(event: QKeyEvent) -> int:
    """When the key went down, in ms of the window system's clock, which a busy UI thread does not shift."""
    return event.timestamp() or int(monotonic() * 1000)


def _typed_by_scanner(event: QKeyEvent) -> str:
    """The letter that a scanner may have meant by this key; empty for keys that no scanner sends."""
    modifiers, modifier = event.modifiers(), Qt.KeyboardModifier
    if event.key() == Qt.Key.Key_BracketRight and modifiers & modifier.ControlModifier:
        return GROUP_SEPARATOR
    if modifiers & (modifier.ControlModifier | modifier.AltModifier | modifier.MetaModifier):
        return ""
    text = event.text()
    return text if text.isprintable() or text == GROUP_SEPARATOR else ""


class _Leak(NamedTuple):
    """A text field as it was before the burst. Numbers and choices are none: their keys are held for the whole gap."""

    field: Any
    text: str
    cursor: int
    selection: tuple[int, int]

    @staticmethod
    def of(widget: QWidget | None) -> "_Leak | None":
        from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QTextEdit

        if isinstance(widget, QLineEdit):
            selection = widget.selectionStart(), widget.selectionLength()
            return _Leak(widget, widget.text(), widget.cursorPosition(), selection)
        if isinstance(widget, (QTextEdit, QPlainTextEdit)):
            cursor = widget.textCursor()
            return _Leak(widget, widget.toPlainText(), cursor.position(), (-1, int(cursor.hasSelection())))
        return None

    def put_back(self) -> None:
        from PySide6.QtWidgets import QLineEdit

        if not isValid(self.field):
            return
        if isinstance(self.field, QLineEdit):
            self.field.setText(self.text)
            self.field.setCursorPosition(self.cursor)
            if self.selection[0] >= 0:
                self.field.setSelection(*self.selection)
        elif self.selection[1]:
            self.field.undo()
        else:
            self.field.textCursor().deletePreviousChar()

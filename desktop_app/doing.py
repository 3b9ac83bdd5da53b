"""How a panel does things: commands off the UI thread, words when they are durable, an undo, and a refusal in its words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext, Receipt
from services.commands import Command
from services.domain.refusals import CODES, RuleViolation

T = TypeVar("T")
Undo = Command | Sequence[Command]


class Deed(NamedTuple):
    """Commands in order, what was done in words, and the command or commands that take it back, where there are any.

    ``undo_words`` complete "Undone: ..." where ``words`` would not.
    """

    commands: Sequence[Command]
    words: str = ""
    undo: Undo | None = None
    undo_words: str = ""


def doubt_of(receipt: Receipt) -> str:
    """Why a fact that is kept may not hold. What its reason says of a refusal is left out: nothing was refused here."""
    reason = CODES.get(receipt.code)
    said = receipt.message.split(reason.safe)[0] if reason is not None and reason.safe else receipt.message
    return said.strip() or "It does not fit what is known here."


class Doer(QObject):
    """Does a panel's deeds and says so in a message. It outlives forms, so that one closed early still has its undo."""

    def __init__(self, context: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self.context = context

    @property
    def site_id(self) -> str:
        """The site that commands name."""
        return self.context.session.site_id

    def do(
        self,
        command: Command | Sequence[Command],
        words: str = "",
        *,
        undo: Undo | None = None,
        undo_words: str = "",
        then: Callable[[], object] = lambda: None,
        doubted: Callable[[str], object] = lambda reason: None,
        failed: Callable[[Exception], bool] | None = None,
        label: str = "Recording",
    ) -> None:
        """Do one command or several, in order; ``words`` say what was done, ``undo`` is what compensates for it.

        ``then()`` runs once they are durable, ``doubted(reason)`` before it where a fact is kept that does not fit
        what is known here. ``failed(error)`` is asked first where one is refused or fails: it
        answers True where it has shown it at its place, as ``show_errors`` of a form does; else it is said here.
        """
        commands = [command] if isinstance(command, Command) else list(command)
        self.perform(
            lambda: Deed(commands, words, undo, undo_words),
            then=then,
            doubted=doubted,
            failed=failed,
            label=label,
        )

    def perform(
        self,
        make: Callable[[], Deed],
        *,
        then: Callable[[], object] = lambda: None,
        doubted: Callable[[str], object] = lambda reason: None,
        failed: Callable[[Exception], bool] | None = None,
        label: str = "Recording",
    ) -> None:
        """Make a deed in the write lane, where it may read what it needs, and do it; else as ``do``."""
        desk = self.context.desk

        def work() -> tuple[Deed, list[Receipt]]:
            deed = make()
            return deed, [desk.do(command) for command in deed.commands]

        def done(answer: tuple[Deed, list[Receipt]]) -> None:
            deed, receipts = answer
            doubts = list(dict.fromkeys(doubt_of(each) for each in receipts if each.status == "at_risk"))
            if doubts:
                reason = " ".join(doubts)
                self.say_doubtful(deed.words, reason)
                doubted(reason)
                then()
                return
            if deed.undo is not None:
                self.remember(deed.undo_words or deed.words, deed.undo)
            if deed.words:
                more = " ".join(dict.fromkeys(receipt.message for receipt in receipts if receipt.message))
                self.say(deed.words, more=more, undo=deed.undo is not None)
            then()

        self.run(work, done, failed=failed, label=label)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], object],
        *,
        failed: Callable[[Exception], bool] | None = None,
        label: str = "Recording",
    ) -> None:
        """Any other work that ends in commands, in the write lane; a refusal is shown or said as ``do`` does."""

        def on_error(error: Exception) -> bool:
            if failed is not None and failed(error):
                return True
            if not isinstance(error, RuleViolation):
                return False
            self.say_refused(str(error))
            return True

        self.context.runner.run(work, then, self, failed=on_error, lane="write", label=label)

    def remember(self, words: str, undo: Undo) -> None:
        """Note a step that Ctrl+Z takes back."""
        self.context.shell.undo_stack.remember(words, lambda: undo)

    def say(self, words: str, *, more: str = "", undo: bool = False) -> None:
        """Say what was done; ``more`` is what of it fell short."""
        text = f"{words}. {more}" if more else words
        self.context.toasts.show(
            text, "warning" if more else "ok", ("Undo", self.context.undo) if undo else None
        )

    def say_doubtful(self, words: str, reason: str) -> None:
        """Say that it is kept and goes to the server, and why the server may see it otherwise."""
        said = f"{words}: kept" if words else "Kept"
        self.context.toasts.show(f"{said}; the server decides. {reason}", "warning")

    def say_refused(self, words: str) -> None:
        """Say why it was not done."""
        self.context.toasts.bad(words)


class ScannerDoer(Doer):
    """The same for work by scans: it is heard and seen from three metres."""

    def say(self, words: str, *, more: str = "", undo: bool = False) -> None:
        """Say that it is right; what fell short stays to be read."""
        self.context.scanner.good(words)
        if more:
            self.context.toasts.show(more, "warning")

    def say_doubtful(self, words: str, reason: str) -> None:
        """The same, heard: neither right nor wrong."""
        super().say_doubtful(words, reason)
        self.context.scanner.doubtful()

    def say_refused(self, words: str) -> None:
        """Say that it is wrong."""
        self.context.scanner.bad(words)

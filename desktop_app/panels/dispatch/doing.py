"""How this panel does things: a command off the UI thread, its words when done, its undo, its refusal in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext
from services.commands import Command


class Doer(QObject):
    """Sends commands for a panel."""

    def __init__(self, context: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    @property
    def site_id(self) -> str:
        """The site that commands name."""
        return self._context.session.site_id  # type: ignore[attr-defined, no-any-return]

    def do(
        self,
        commands: Command | Sequence[Command],
        words: str,
        *,
        undo: Callable[[], Command] | None = None,
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Do one command or several, in order. ``words`` say what was done; ``undo`` makes what compensates for it."""
        desk = self._context.desk
        all_of_them = [commands] if isinstance(commands, Command) else list(commands)

        def work() -> None:
            for command in all_of_them:
                desk.do(command)

        self._context.runner.run(
            work,
            lambda _none: self._done(words, undo, then),
            self,
            failed=self._refused,
            lane="write",
            label="Recording",
        )

    def _done(self, words: str, undo: Callable[[], Command] | None, then: Callable[[], object]) -> None:
        stack: Any = getattr(self._context.shell, "undo_stack", None)
        if undo is not None and stack is not None:
            stack.remember(words, undo)
        self._context.scanner.good(words)
        then()

    def _refused(self, error: Exception) -> bool:
        if type(error).__name__ != "RuleViolation":
            return False
        self._context.scanner.bad(str(error))
        return True

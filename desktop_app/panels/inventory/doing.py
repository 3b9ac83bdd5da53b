"""How this panel does things: one deed off the UI thread, its words when done, its undo, its refusal at the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from desktop_app.panel_context import PanelContext
from desktop_app.panels.inventory.deeds import Deed, FieldProblems, problems_of


class Doer(QObject):
    """Sends the panel's commands. It outlives the forms, so that a form closed early still leaves its undo."""

    def __init__(self, context: PanelContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    @property
    def site_id(self) -> str:
        """The site that commands name."""
        return self._context.session.site_id  # type: ignore[attr-defined, no-any-return]

    def perform(
        self,
        make: Callable[[], Deed],
        then: Callable[[], object] = lambda: None,
        failed: Callable[[FieldProblems], object] | None = None,
    ) -> None:
        """Make a deed of what was entered and do it. ``failed`` takes what is wrong by field; without it, it is said."""
        desk = self._context.desk

        def work() -> Deed:
            deed = make()
            for command in deed.commands:
                desk.do(command)
            return deed

        self._context.runner.run(
            work,
            lambda deed: self._done(deed, then),
            self,
            failed=lambda error: self._refused(error, failed),
            lane="write",
            label="Recording",
        )

    def _done(self, deed: Deed, then: Callable[[], object]) -> None:
        undo: Any = deed.undo
        if undo is not None:
            self._context.shell.undo_stack.remember(deed.words, lambda: undo)
            self._context.toasts.good(deed.words, ("Undo", self._context.undo))
        else:
            self._context.toasts.good(deed.words)
        then()

    def _refused(self, error: Exception, failed: Callable[[FieldProblems], object] | None) -> bool:
        problems = problems_of(error)
        if problems is None:
            return False
        if failed is None:
            self._context.scanner.bad(str(problems))
        else:
            failed(problems)
        return True

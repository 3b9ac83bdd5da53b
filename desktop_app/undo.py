"""Undo: the last steps of the person at this desk, each with the command that makes up for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from services.commands import Command

_KEPT = 50


class Step(NamedTuple):
    """Something that was done: its name in words, and what makes the compensating command when it is asked for."""

    label: str
    compensation: Callable[[], Command]


class UndoStack:
    """Steps that can be taken back, the newest last. Whether one still can is for the domain's rules to say."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=_KEPT)

    def remember(self, label: str, compensation: Callable[[], Command]) -> None:
        """Note a step that has just been done; ``label`` completes the sentence "Undo ..."."""
        self._steps.append(Step(label, compensation))

    def next(self) -> Step | None:
        """The step that Undo would take back, or None."""
        return self._steps[-1] if self._steps else None

    def take(self) -> Step | None:
        """The newest step, which is no longer remembered."""
        return self._steps.pop() if self._steps else None

    def clear(self) -> None:
        """Forget all steps: somebody else works here now."""
        self._steps.clear()

"""What an import stands on: a transaction's rows and commands on the authority's side, books on the caller's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.commands import Command
from services.handlers.dispatch import Effect
from services.imports.outcomes import RowOutcome, SheetRow
from services.sample.history.orders import HistoryOrder
from services.storage.unit_of_work import UnitOfWork

Group = Sequence[SheetRow]
"""The rows of one thing, in the order of the file."""


class Counter(Protocol):
    """One transaction of the authority. A refusal is an effect, never an exception."""

    @property
    def unit(self) -> UnitOfWork:
        """The rows."""
        ...

    def run(self, command: Command) -> Effect:
        """Run a command as whoever imports."""
        ...


class Books(Protocol):
    """Where an import goes, in this process or over HTTP. Every call is one commit, or none on a dry run."""

    def apply(self, kind: str, groups: Sequence[Group]) -> list[RowOutcome]:
        """Apply things of one kind; an outcome for every row."""
        ...

    def remember(self, documents: Sequence[HistoryOrder]) -> set[str]:
        """Keep past orders as events. Answers the numbers that were not known before."""
        ...

"""Imports at the authority: rows and past orders in the same commits, feed and locks as everybody else's work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.commands import Command
from services.commands.codec import checked
from services.domain.identifiers import derive
from services.domain.refusals import RuleViolation
from services.handlers.dispatch import Effect, run_command
from services.handlers.work import Context
from services.imports.applying import apply_groups, site_for
from services.imports.counter import Group
from services.imports.outcomes import RowOutcome
from services.imports.past_orders import remember_orders
from services.imports.problems import DryRun
from services.sample.history.orders import HistoryOrder
from services.server import authority
from services.server.authority import SYSTEM, put_job
from services.server.clock import new_id
from services.server.committer import Committer
from services.server.transaction import Transaction
from services.storage.row import ORG
from services.storage.unit_of_work import UnitOfWork

T = TypeVar("T")


class ImportCounter:
    """One transaction of an import. ``actor_id`` SYSTEM is whoever has the database itself, and may do all."""

    def __init__(self, transaction: Transaction, actor_id: str = SYSTEM) -> None:
        self._transaction = transaction
        self._actor_id = actor_id
        self._import_id = new_id()
        self._done = 0

    @property
    def unit(self) -> UnitOfWork:
        """The rows."""
        return self._transaction.unit

    def run(self, command: Command) -> Effect:
        """Run a command; a refusal is an effect."""
        self._done += 1
        now = self._transaction.received_at
        command_id = derive(self._import_id, "command", self._done)
        try:
            # Sums over the rows of a file can be more than a command takes.
            command, _ = checked(command)
        except RuleViolation as refusal:
            return authority.rejection(refusal)
        if self._actor_id != SYSTEM:
            origin = authority.Origin(
                command_id=command_id, actor_id=self._actor_id, terminal_id="", issued_at=now
            )
            return authority.run(self._transaction, command, origin)
        context = Context(command_id=command_id, actor_id=SYSTEM, terminal_id="", at=now, received_at=now)
        try:
            effect = run_command(self.unit, command, context)
        except RuleViolation as refusal:
            return authority.rejection(refusal)
        for position, job in enumerate(effect.jobs):
            put_job(self._transaction, derive(command_id, "job", position), job.name, job.arguments)
        return effect


class CommitterBooks:
    """Imports straight into a database, through a committer."""

    def __init__(self, committer: Committer, *, site_code: str = "", dry_run: bool = False) -> None:
        self._committer = committer
        self._site_code = site_code
        self._dry_run = dry_run

    def apply(self, kind: str, groups: Sequence[Group]) -> list[RowOutcome]:
        """Apply things of one kind in one commit. Raises ImportProblem."""

        def work(counter: ImportCounter) -> list[RowOutcome]:
            return apply_groups(counter, kind, site_for(counter, self._site_code), groups)

        return self._commit(work)

    def remember(self, documents: Sequence[HistoryOrder]) -> set[str]:
        """Keep past orders in one commit. Raises ImportProblem."""

        def work(counter: ImportCounter) -> set[str]:
            return remember_orders(counter, site_for(counter, self._site_code), documents)

        return self._commit(work)

    def _commit(self, work: Callable[[ImportCounter], T]) -> T:
        def in_transaction(transaction: Transaction) -> T:
            found = work(ImportCounter(transaction))
            if self._dry_run:
                raise DryRun(found)
            return found

        try:
            # Which site it is shows only within; the committer takes its lock and does the work again.
            return self._committer.submit((ORG,), in_transaction).result()
        except DryRun as tried:
            found: T = tried.found  # type: ignore[assignment]
            return found

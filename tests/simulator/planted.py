"""Faults planted in the product, as somebody might make them: the simulator must notice each within a few schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from local_db import before_images, command_runner, outcomes, rebase, replica, staging, store
from local_db.cache import Cache, _Driver
from local_db.files import DatabaseError
from services.domain.refusals import RuleViolation
from services.server import authority, feed, pull, push
from services.server.server_tables import Client
from services.sync import exchange
from services.sync import pull as terminal_pull
from services.sync import push as terminal_push
from tests.simulator.planted_leases import (
    a_draft_confirmed_from_what_is_free,
    a_lease_counted_twice,
    a_lease_ended_by_the_clock,
    a_restored_server_that_takes_everything_back,
    lines_added_from_what_is_free,
)

Plant = Callable[[], Any]


@contextmanager
def sequence_as_cursor() -> Iterator[None]:
    """A version is handed out before the commit: now and then a row comes in below a cursor that was given out."""
    real, calls = feed._count_up, [0]

    def early(connection: Any, scope: str, mark: str) -> tuple[int, int]:
        head_id, version = real(connection, scope, mark)
        calls[0] += 1
        return head_id, version - (calls[0] % 5 == 0)

    with patch.object(feed, "_count_up", early):
        yield


@contextmanager
def last_n_outside_the_transaction() -> Iterator[None]:
    """The effects of a push commit first, and last_n after them."""
    real_take, real_inner = push.Push.take, push.Push._take
    later: dict[str, Client] = {}

    def inner(self: Any, transaction: Any, request: Any, prepared: Any) -> Any:
        before = transaction.unit.get(Client, request.client_id)
        answer = real_inner(self, transaction, request, prepared)
        after = transaction.unit.get(Client, request.client_id)
        later[request.client_id] = after
        transaction.unit.put(replace(after, last_n=before.last_n, last_hash=before.last_hash))
        return answer

    def take(self: Any, request: Any) -> Any:
        answer = real_take(self, request)
        after = later.pop(request.client_id, None)
        if after is not None:
            self._committer.run((), lambda transaction: transaction.unit.put(after))
        return answer

    with patch.object(push.Push, "_take", inner), patch.object(push.Push, "take", take):
        yield


@contextmanager
def or_ignore_in_the_triggers() -> Iterator[None]:
    """Triggers that say OR IGNORE, under a statement with a conflict clause of its own, which overrides theirs."""
    real = before_images._shadow
    guard = "AND NOT EXISTS (SELECT 1 FROM"

    def ignoring(cls: Any) -> list[str]:
        return [
            statement.replace(guard, "AND 0 = (SELECT 0 UNION SELECT 0 FROM").replace(
                "INSERT INTO", "INSERT OR IGNORE INTO"
            )
            if "CREATE TRIGGER" in statement
            else statement
            for statement in real(cls)
        ]

    execute = _Driver.exec_driver_sql

    def replacing(self: Any, statement: str, parameters: Any = None) -> Any:
        if statement.startswith("UPDATE "):
            statement = statement.replace("UPDATE ", "UPDATE OR REPLACE ", 1)
        return execute(self, statement, parameters)

    with (
        patch.object(before_images, "_shadow", ignoring),
        patch.object(_Driver, "exec_driver_sql", replacing),
    ):
        yield


@contextmanager
def cache_committed_before_outbox() -> Iterator[None]:
    """The cache's commit decides whether a command was given; the outbox follows, and its errors are for later."""
    commit_cache = command_runner.CommandRunner._commit_cache

    @contextmanager
    def only_begun(connection: Any) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def commit_both(self: Any, n: int) -> None:
        commit_cache(self, n)
        outbox = self._outbox.connection
        try:
            outbox.execute("COMMIT")
        except DatabaseError:
            if outbox.in_transaction:
                outbox.execute("ROLLBACK")

    with (
        patch.object(command_runner, "transaction", only_begun),
        patch.object(command_runner.CommandRunner, "_commit_cache", commit_both),
    ):
        yield


@contextmanager
def rejection_on_a_transient_error() -> Iterator[None]:
    """The server takes any failure for a refusal."""
    settle = push.Push._settle

    def rejecting(self: Any, *args: Any) -> Any:
        try:
            return settle(self, *args)
        except Exception as problem:
            return authority.rejection(RuleViolation("internal", str(problem)))

    with patch.object(push.Push, "_settle", rejecting):
        yield


@contextmanager
def an_outcome_dropped() -> Iterator[None]:
    """Some outcomes are not written down. (One that is lost only on its way comes again with the next pull.)"""
    keep = outcomes.Outcomes._keep

    def forgetful(self: Any, outcome: Any, now: int) -> None:
        if outcome.n % 10 != 7:
            keep(self, outcome, now)

    with patch.object(outcomes.Outcomes, "_keep", forgetful):
        yield


@contextmanager
def a_patch_without_its_page() -> Iterator[None]:
    """Of a pull in several pages, the first one does not take effect."""
    pages = staging.Staging.pages

    def torn(self: Any) -> Iterator[Any]:
        every = list(pages(self))
        yield from every[1:] if len(every) > 1 else every

    with patch.object(staging.Staging, "pages", torn):
        yield


@contextmanager
def replay_skipped_after_a_crash() -> Iterator[None]:
    """Nobody looks whether the rows lag behind the outbox."""
    with patch.object(store.Store, "lags", False):
        yield


@contextmanager
def a_repeated_push_run_twice() -> Iterator[None]:
    """The server answers a repeat from its records, and does it again all the same."""
    inner = push.Push._take

    def twice(self: Any, transaction: Any, request: Any, prepared: Any) -> Any:
        client = transaction.unit.get(Client, request.client_id)
        repeated = [each for each in prepared if each.sent.n <= client.last_n and each.command is not None]
        answer = inner(self, transaction, request, prepared)
        for each in repeated:
            sent = each.sent
            origin = authority.Origin(
                command_id=sent.id, actor_id=sent.actor_id, terminal_id=client.terminal_id, issued_at=sent.issued_at
            )  # fmt: skip
            authority.run(transaction, each.command, origin)
        return answer

    with patch.object(push.Push, "_take", twice):
        yield


@contextmanager
def pages_taken_unchecked() -> Iterator[None]:
    """The checksum over the pages of a pull is not looked at."""

    class Unread:
        def __eq__(self, other: object) -> bool:
            return True

    with patch.object(terminal_pull, "page_checksum", lambda previous, patches: Unread()):
        yield


@contextmanager
def deletions_not_fed() -> Iterator[None]:
    """The feed forgets to name what is gone."""
    dirty_rows = feed.dirty_rows

    def living(changes: Any, before: Any) -> Any:
        return {
            scope: {
                table: {row_id: gone for row_id, gone in rows.items() if not gone}
                for table, rows in tables.items()
            }
            for scope, tables in dirty_rows(changes, before).items()
        }

    with patch.object(feed, "dirty_rows", living):
        yield


@contextmanager
def rows_remembered_after_a_rollback() -> Iterator[None]:
    """What was taken back in the cache is still known to the unit of work."""
    with patch.object(Cache, "forget_rows", lambda self: None):
        yield


@contextmanager
def a_push_that_settles() -> Iterator[None]:
    """The answer to a push alone removes effects, before the rows that stand for them are here."""
    keep = replica.FileReplica.record_outcomes

    def settling(self: Any, answered: Any) -> None:
        kept = list(answered)
        keep(self, kept)
        cache = self._store.cache
        if kept and self._store.settled_n < kept[-1].n <= cache.applied_through:
            cache.last_n = kept[-1].n
            cache.connection.execute("UPDATE cache_meta SET last_n = ?", (kept[-1].n,))

    with patch.object(replica.FileReplica, "record_outcomes", settling):
        yield


@contextmanager
def an_old_answer_taken_for_new() -> Iterator[None]:
    """Whatever comes counts as the answer, and a push as answered up to its last command, whatever the answer says."""

    def sure(x: Any, batch: Any, answer: Any) -> int:
        return batch[-1].n

    with (
        patch.object(exchange.Exchange, "answers", staticmethod(lambda nonce, answer: True)),
        patch.object(terminal_push, "_reached", sure),
        patch.object(terminal_pull, "_where_to_push_from", lambda *_: None),
    ):
        yield


@contextmanager
def pages_that_overlap_wrongly() -> Iterator[None]:
    """The next page of a pull begins one row too late."""
    changes = pull.Pull._changes

    def late(self: Any, connection: Any, head: Any, after: Any, limit: int, whole_at: Any) -> Any:
        rows, done = changes(self, connection, head, after, limit, whole_at)
        return (rows[1:] if after.pk and len(rows) > 1 else rows), done

    with patch.object(pull.Pull, "_changes", late):
        yield


@contextmanager
def a_copy_answered_as_the_original() -> Iterator[None]:
    """The server looks at numbers only: a copy of a file is told outcomes of what was given at the other one."""
    stored = push._stored

    def trusting(transaction: Any, client: Any, prepared: Any) -> Any:
        sent = {each.sent.n: each for each in prepared}
        return {
            n: replace(record, hash=sent[n].hash, command_id=sent[n].sent.id)
            for n, record in stored(transaction, client, prepared).items()
        }

    with patch.object(push, "_stored", trusting):
        yield


@contextmanager
def a_lost_site_kept() -> Iterator[None]:
    """A pull that says that a site is lost leaves the rows of that site."""
    take_in = rebase.Rebase._take_in

    def keeping(self: Any, staging: Any, last: Any, terminal_id: str) -> Any:
        gone = set(last.gone)
        real = rebase.drop_scope

        def drop(connection: Any, scope: str) -> Any:
            return set() if scope in gone else real(connection, scope)

        with patch.object(rebase, "drop_scope", drop):
            return take_in(self, staging, last, terminal_id)

    with patch.object(rebase.Rebase, "_take_in", keeping):
        yield


@contextmanager
def comparisons_that_outlive_a_command() -> Iterator[None]:
    """What the pages of a pull were compared with is taken for what stands when they are landed."""

    class Blind(Cache):
        commits = property(lambda self: 0, lambda self, number: None)

    with patch.object(store, "Cache", Blind):
        yield


PLANTED: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        sequence_as_cursor,
        last_n_outside_the_transaction,
        or_ignore_in_the_triggers,
        cache_committed_before_outbox,
        rejection_on_a_transient_error,
        an_outcome_dropped,
        a_patch_without_its_page,
        replay_skipped_after_a_crash,
        a_repeated_push_run_twice,
        pages_taken_unchecked,
        deletions_not_fed,
        rows_remembered_after_a_rollback,
        a_push_that_settles,
        an_old_answer_taken_for_new,
        pages_that_overlap_wrongly,
        a_lease_counted_twice,
        a_lease_ended_by_the_clock,
        a_draft_confirmed_from_what_is_free,
        lines_added_from_what_is_free,
        a_restored_server_that_takes_everything_back,
        a_copy_answered_as_the_original,
        a_lost_site_kept,
        comparisons_that_outlive_a_command,
    )
}
"""By name; each is a context manager, within which also the stage has to be set."""

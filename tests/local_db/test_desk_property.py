"""Whatever is done here, sent, pulled or cut short: rows are the server's with the pending commands over them."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local_db import Desk
from local_db.before_images import provisional_tables
from services.commands import (
    AdjustStock,
    CancelOrder,
    ConfirmPick,
    CountStock,
    HoldOrder,
    ReceiveStock,
    ShortPick,
)
from services.commands.codec import decode_args
from services.domain.refusals import RuleViolation
from services.handlers.dispatch import run_command
from services.handlers.work import Context
from services.protocol.messages import Outcome, PushedCommand, TablePatch
from services.storage.tables import BY_NAME
from tests.helpers.books import SITE, Books
from tests.local_db.orders import new_order
from tests.local_db.truth import IDENTITY, patches, pull, replica, rows_only

_products = st.sampled_from(["prod-1", "prod-2", "prod-3"])
_steps = st.one_of(
    st.tuples(st.just("order"), _products, st.integers(1, 12)),
    st.tuples(st.just("firm order"), _products, st.integers(1, 12)),
    st.tuples(st.just("receive"), _products, st.integers(1, 5)),
    st.tuples(st.just("adjust"), _products, st.integers(-5, 5).filter(bool)),
    st.tuples(st.just("count"), _products, st.integers(0, 9)),
    st.tuples(st.just("pick"), _products, st.integers(0, 5)),
    st.tuples(st.just("short"), _products, st.integers(0, 5)),
    st.tuples(st.just("cancel"), _products, st.integers(0, 5)),
    st.tuples(st.just("hold"), _products, st.integers(0, 5)),
    st.tuples(st.just("elsewhere"), _products, st.integers(1, 12)),
    st.tuples(st.just("push"), _products, st.integers(1, 4)),
    st.tuples(st.just("pull"), _products, st.integers(0, 0)),
    st.tuples(st.just("restart"), _products, st.integers(0, 0)),
)


class Play:
    """A desk and the authority that takes its commands, with the network in the test's hands."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.books = Books()
        for product, quantity in (("prod-1", 15), ("prod-2", 20)):
            self.books.must(
                ReceiveStock(site_id=SITE, product_id=product, location_id="A-01-01-1", quantity=quantity)
            )
        self.last_n = 0
        self.outcomes: list[Outcome] = []
        self.version = 1
        self.open()
        self.pull()

    def open(self) -> None:
        self.desk = Desk.open(self._folder, allow_plain=True, credentials=IDENTITY).as_user("user-1")

    def restart(self) -> None:
        self.desk.close()
        self.open()

    def close(self) -> None:
        self.desk.close()
        self.books.close()

    def do(self, kind: str, product: str, number: int) -> None:
        """A command at the desk; a refusal on the spot is as good."""
        orders, tasks = self.desk.read.orders(), self.desk.read.pick_tasks()
        bin_ = "A-01-01-1"
        command: Any = None
        match kind:
            case "order":
                command = new_order(self.desk, (product, number))
            case "firm order":
                command = new_order(self.desk, (product, number), on_shortfall="refuse")
            case "receive":
                command = ReceiveStock(site_id=SITE, product_id=product, location_id=bin_, quantity=number)
            case "adjust":
                command = AdjustStock(
                    site_id=SITE, product_id=product, location_id=bin_, delta=number, reason="found"
                )
            case "count":
                command = CountStock(
                    site_id=SITE,
                    count_id=self.desk.new_id(),
                    product_id=product,
                    location_id=bin_,
                    counted=number,
                )
            case "pick" | "short" if tasks:
                task = tasks[number % len(tasks)]
                where = {
                    "site_id": SITE, "task_id": task.id, "order_id": task.order_id, "line_id": task.line_id,
                    "product_id": task.product_id, "location_id": task.location_id,
                }  # fmt: skip
                if kind == "pick":
                    command = ConfirmPick(**where, quantity=task.quantity)
                else:
                    command = ShortPick(**where, found=0, reason="empty")
            case "cancel" if orders:
                command = CancelOrder(
                    site_id=SITE, order_id=orders[number % len(orders)].id, reason="changed mind"
                )
            case "hold" if orders:
                command = HoldOrder(site_id=SITE, order_id=orders[number % len(orders)].id, reason="wait")
        if command is not None:
            with contextlib.suppress(RuleViolation):
                self.desk.do(command)

    def push(self, count: int) -> None:
        """The authority takes some commands; their outcomes come back at once."""
        new = []
        for sent in replica(self.desk).commands_after(self.last_n, count, 10**7):
            status = _run(self.books, sent)
            new.append(Outcome(sent.n, status))
            self.last_n = sent.n
        self.outcomes += new
        replica(self.desk).record_outcomes(new)

    def pull(self) -> None:
        self.version += 1
        pull(
            self.desk, patches(self.books), version=self.version, last_n=self.last_n, outcomes=self.outcomes,
            reset=["org", f"site:{SITE}"],
        )  # fmt: skip
        self.check()

    def check(self) -> None:
        """Rows here are the authority's with what is pending run over them, by the plainest means."""
        expected = _copy(self.books)
        for sent in replica(self.desk).commands_after(self.last_n, 1000, 10**9):
            _run(expected, sent)
        assert rows_only(self.desk) == _rows(patches(expected))
        expected.close()


def _run(books: Books, sent: PushedCommand) -> str:
    context = Context(
        command_id=sent.id, actor_id=sent.actor_id, terminal_id=IDENTITY.client_id, at=sent.issued_at,
        received_at=sent.issued_at,
    )  # fmt: skip
    effect = run_command(books.unit, decode_args(sent.name, sent.v, sent.args), context)
    books.unit.flush()
    return effect.status


def _copy(books: Books) -> Books:
    copy = Books()
    for patch in patches(books):
        copy.connection.exec_driver_sql(f'DELETE FROM "{patch.table}"')
        if patch.puts:
            marks = ", ".join("?" * len(patch.puts[0]))
            rows = [tuple(row) for row in patch.puts]
            copy.connection.exec_driver_sql(f'INSERT INTO "{patch.table}" VALUES ({marks})', rows)
    copy.unit.forget()
    return copy


def _rows(found: list[TablePatch]) -> dict[str, list[tuple[Any, ...]]]:
    return {patch.table: sorted(tuple(row) for row in patch.puts) for patch in found}


@given(st.lists(_steps, min_size=5, max_size=25))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rows_are_the_servers_with_the_pending_commands_over_them(steps: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play = Play(Path(folder))
        try:
            for kind, product, number in steps:
                match kind:
                    case "elsewhere":
                        play.books.order((product, number))
                    case "push":
                        play.push(number)
                    case "pull":
                        play.pull()
                    case "restart":
                        play.restart()
                    case _:
                        play.do(kind, product, number)
            play.push(1000)
            play.pull()
            cache = play.desk._store.cache.connection
            assert provisional_tables(cache) == []
            assert play.desk.read.outbox() == []
            assert play.desk.link.pending == 0
            settled = {row.n: row.status for row in play.desk.read.outbox(settled=True)}
            assert settled == {outcome.n: outcome.status for outcome in play.outcomes}
            assert set(rows_only(play.desk)) == set(BY_NAME)
        finally:
            play.close()

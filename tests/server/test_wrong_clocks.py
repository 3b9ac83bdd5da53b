"""A terminal whose clock is years off: its work is dated by its arrival, and hides from nobody."""

from __future__ import annotations

import pytest

from services import commands as c
from services.server.authority import Origin, acted_at, run
from services.server.parts import Parts
from services.server.transaction import Transaction
from services.storage.tables import PickTask
from tests.server.terminal import Terminal, stored_rows
from tests.server.warehouse import SITE, order

DAY_MS = 24 * 3600 * 1000


def test_what_a_terminal_says_of_the_time_holds_unless_it_is_plainly_wrong() -> None:
    now = 1_780_000_000_000
    for believed in (now, now - 13 * DAY_MS, now + 3600_000):
        assert acted_at(believed, now) == believed
    for wrong in (now - 15 * DAY_MS, now - 9 * 365 * DAY_MS, now + 2 * DAY_MS, 0):
        assert acted_at(wrong, now) == now


@pytest.mark.parametrize("years", [-9, 9])
def test_a_pick_at_a_desk_with_a_wrong_clock_reaches_every_desk(parts: Parts, years: int) -> None:
    """A row dated nine years ago would not be sent, and other desks would go on with the task as it was."""
    terminal = Terminal(parts)
    terminal.do(order("o1", ("prod-1", 2)))
    terminal.pull()

    def pick(transaction: Transaction) -> None:
        [task] = transaction.unit.find(PickTask, order_id="o1")
        command = c.ConfirmPick(
            site_id=SITE, task_id=task.id, order_id="o1", line_id=task.line_id, product_id=task.product_id,
            location_id=task.location_id, quantity=2,
        )  # fmt: skip
        origin = Origin(
            command_id="pick-1", actor_id="user-picker", terminal_id="",
            issued_at=transaction.received_at + years * 365 * DAY_MS,
        )  # fmt: skip
        assert run(transaction, command, origin).status == "applied"

    parts.committer.run((f"site:{SITE}",), pick)
    terminal.pull()
    assert terminal.rows == stored_rows(parts)
    assert [row[11] for (table, _), row in terminal.rows.items() if table == "pick_task"] == ["picked"]

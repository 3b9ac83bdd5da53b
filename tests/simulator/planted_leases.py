"""Faults planted in what is set aside for terminals; see planted.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from services import commands as c
from services.domain.allotments import Step
from services.domain.order_states import OrderState
from services.handlers import order_handlers
from services.handlers.allotments import allotment_id, take_back
from services.server import allotment_keeper
from services.storage.tables import Allotment, Order, OrderLine
from tests.simulator.authority import Authority
from tests.simulator.stage import SITES


@contextmanager
def a_lease_counted_twice() -> Iterator[None]:
    """What an order draws on is freed for it, and stays set aside: the next order has it again."""

    def draw(work: Any, site_id: str, lines: Any) -> int:
        known = real(work, site_id, lines)
        for line in lines:
            row = work.get(Allotment, allotment_id(site_id, work.context.terminal_id, line.product_id))
            if row is not None:
                work.change(row, used=0)
        return known

    real = order_handlers.draw
    with patch.object(order_handlers, "draw", draw):
        yield


@contextmanager
def a_lease_ended_by_the_clock() -> Iterator[None]:
    """What ran out goes back at once, although its terminal may have sold it and was not heard since."""

    def step(row: Any, terminal: Any, now: int, is_at_work: bool) -> Step:
        return Step.DROP if row.expires_at <= now else Step.KEEP

    with patch.object(allotment_keeper, "_step_away", step):
        yield


@contextmanager
def _nothing_drawn(by: Callable[[Any, Sequence[Any]], bool]) -> Iterator[None]:
    """Some commands are called certain, and take from what is free."""

    def draw(work: Any, site_id: str, asked: Sequence[Any]) -> int:
        if not by(work, asked):
            return real(work, site_id, asked)
        found = [
            work.get(Allotment, allotment_id(site_id, work.context.terminal_id, a.product_id)) for a in asked
        ]
        covered = all(
            row is not None and a.quantity <= row.quantity - row.used
            for row, a in zip(found, asked, strict=True)
        )
        return min((row.expires_at for row in found), default=0) if covered else 0

    real = order_handlers.draw
    with patch.object(order_handlers, "draw", draw):
        yield


def a_draft_confirmed_from_what_is_free() -> Any:
    """A draft made binding is called certain, and takes from what is free."""
    return _nothing_drawn(lambda work, asked: any(isinstance(each, c.Wanted) for each in asked))


def lines_added_from_what_is_free() -> Any:
    """Lines added to an order are called certain, and take from what is free."""

    def are_added(work: Any, asked: Sequence[Any]) -> bool:
        lines = [each for each in asked if isinstance(each, OrderLine)]
        return any(work.need(Order, line.order_id).status != OrderState.DRAFT for line in lines)

    return _nothing_drawn(are_added)


@contextmanager
def a_restored_server_that_takes_everything_back() -> Iterator[None]:
    """What the backup knows to be set aside goes back to everybody, for its terminals may have been heard since."""
    restore = Authority.restore

    def forget(transaction: Any) -> None:
        for site_id in SITES:
            work = allotment_keeper._work(transaction.unit, site_id, transaction.received_at)
            for row in work.find(Allotment, site_id=site_id):
                take_back(work, row)

    def forgetting(self: Any) -> None:
        restore(self)
        self.keeper._committer.run([f"site:{site_id}" for site_id in SITES], forget)

    with patch.object(Authority, "restore", forgetting):
        yield
